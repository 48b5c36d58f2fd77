"""A trend in a corner, and progress towards a goal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from accord.web.charts import drawing
from accord.web.charts.drawing import COUNT, Anchor, Chart, Number, Table, Unit


def sparkline(
    values: Sequence[Number], *, label: str, threshold: Number | None = None,
    width: float = 252, height: float = 44,
) -> SafeString:  # fmt: skip
    """A line over its area, with a dot at the latest value and a dashed threshold."""
    numbers = [float(value) for value in values] or [0.0]
    known = [*numbers, *([float(threshold)] if threshold is not None else [])]
    low, reach = min(known), (max(known) - min(known)) or 1.0

    def y(value: float) -> float:
        return height - 3 - (value - low) / reach * (height - 6)

    step = (width - 8) / max(1, len(numbers) - 1)
    points = [(2 + at * step, y(value)) for at, value in enumerate(numbers)]
    last_x, last_y = points[-1]
    shapes = []
    if threshold is not None:
        level = y(float(threshold))
        shapes.append(drawing.line("plan", 0, level, width, level))
    shapes += _line_over_area(points, height, 1.6)
    dot = drawing.element("circle", class_="dot", cx=last_x, cy=last_y, r=3.4, fill="var(--accent)")
    return drawing.drawing(width, height, label, *shapes, dot)


def _line_over_area(
    points: Sequence[tuple[float, float]], floor: float, stroke: float
) -> list[SafeString]:
    path = _points(points)
    first, last = points[0][0], points[-1][0]
    area = f"{drawing.short(first)},{drawing.short(floor)} {path} {drawing.short(last)},{floor}"
    return [
        drawing.element("polygon", points=area, fill="var(--accent)", opacity=0.09),
        drawing.element(
            "polyline", class_="trend", points=path, stroke="var(--accent)", stroke_width=stroke
        ),
    ]


def _points(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{drawing.short(x)},{drawing.short(y)}" for x, y in points)


@dataclass(frozen=True)
class Forecast:
    """Where the period may end: low, likely and high, in the value's unit."""

    low: float
    likely: float
    high: float


@dataclass(frozen=True)
class Progress:
    """Cumulative value by day of the period against an even plan.

    points: (days since the start, value so far), in order; ticks: (day, words) on the axis.
    """

    points: tuple[tuple[float, float], ...]
    plan: float
    days: int
    today: float
    ticks: tuple[tuple[float, str], ...]
    forecast: Forecast | None = None
    unit: Unit = COUNT


@dataclass(frozen=True)
class _Plane:
    """Turns (day, value) into a place on the drawing."""

    days: float
    highest: float
    width: float
    base: float

    def at(self, day: float, value: float) -> tuple[float, float]:
        x = day / self.days * self.width
        return x, self.base - value / self.highest * (self.base - 8)


def burn_up(progress: Progress, *, label: str, width: float = 376, height: float = 152) -> Chart:
    """What is done so far against what an even pace would need, and where it will end."""
    top = max(progress.plan, progress.forecast.high if progress.forecast else 0.0)
    top = max(top, *(value for _, value in progress.points), 1.0) * 1.04
    plane = _Plane(max(1, progress.days), top, width - 48, height - 18)
    now = plane.at(*progress.points[-1])
    goal = plane.at(progress.days, progress.plan)
    day = plane.at(progress.today, 0)[0]
    shapes = [
        drawing.line("axis", 0, plane.base, plane.width, plane.base),
        drawing.line("plan", *plane.at(0, 0), *goal),
        *(_forecast(progress, plane, now) if progress.forecast else []),
        drawing.text(
            progress.unit.short(progress.plan), goal[0] + 8, goal[1] - 1, style="font-weight:500"
        ),
        *_line_over_area([plane.at(*point) for point in progress.points], plane.base, 2),
        drawing.line("now", day, 8, day, plane.base),
        drawing.element("circle", class_="dot", cx=now[0], cy=now[1], r=3.6, fill="var(--accent)"),
        *_day_names(progress, plane, height),
    ]
    return Chart(drawing.drawing(width, height, label, *shapes), _table(progress, label))


def _forecast(progress: Progress, plane: _Plane, now: tuple[float, float]) -> list[SafeString]:
    end = progress.forecast
    if end is None:
        return []
    low, likely, high = (
        plane.at(progress.days, value) for value in (end.low, end.likely, end.high)
    )
    style = "fill:var(--accent-text);font-weight:600"
    return [
        drawing.element(
            "polygon", points=_points([now, high, low]), fill="var(--accent)", opacity=0.13
        ),
        drawing.line("forecast", *now, *likely),
        drawing.text(progress.unit.short(end.likely), likely[0] + 8, likely[1] + 12, style=style),
    ]


def _day_names(progress: Progress, plane: _Plane, height: float) -> list[SafeString]:
    names = []
    for day, words in progress.ticks:
        anchor: Anchor = "start" if day == 0 else "middle"
        names.append(drawing.text(words, plane.at(day, 0)[0], height - 3, anchor))
    return names


def _table(progress: Progress, label: str) -> Table:
    unit = progress.unit
    rows = [(f"Day {day:g}", unit.full(value)) for day, value in progress.points]
    rows.append((f"Plan, day {progress.days}", unit.full(progress.plan)))
    if progress.forecast:
        rows.append((f"Forecast, day {progress.days}", unit.full(progress.forecast.likely)))
    return Table(label, ("", "Value"), tuple(rows))
