"""Quartile strips: how a span is spread, one row for each stage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from accord.web.charts import drawing
from accord.web.charts.drawing import Box, Chart, Frame, Table, Unit

ROW, NAMES = 34.0, 132.0


@dataclass(frozen=True)
class Spread:
    """Count and the five numbers of a distribution; low and high may be percentiles."""

    name: str
    n: int
    low: float
    q1: float
    median: float
    q3: float
    high: float


def strips(
    rows: Sequence[Spread], frame: Frame, *, ends: tuple[str, str] = ("least", "most")
) -> Chart:
    """A whisker from low to high, a band from quartile to quartile, a tick at the median."""
    top = max((row.high for row in rows if row.n), default=0)
    marks = drawing.ticks(top, 5 if frame.width > drawing.NARROW else 2)
    floor = len(rows) * ROW
    scale = (frame.width - NAMES - 56) / marks[-1]
    shapes: list[SafeString] = []
    for value in marks:
        x = NAMES + value * scale
        shapes.append(drawing.line("grid" if value else "axis", x, 0, x, floor))
        shapes.append(drawing.text(frame.unit.short(value), x, floor + 16, "middle"))
    for at, row in enumerate(rows):
        shapes.append(_strip(row, at * ROW, scale, frame))
    svg = drawing.drawing(frame.width, floor + 24, frame.label, *shapes)
    return Chart(svg, _table(rows, frame, ends))


def _strip(row: Spread, y: float, scale: float, frame: Frame) -> SafeString:
    middle, unit = y + ROW / 2, frame.unit
    name = drawing.text(row.name, 0, middle + 4, style="font-size:12px;fill:var(--text-2)")
    hit = Box(-4, y + 2, frame.width + 4, ROW - 4)
    if not row.n:
        return drawing.mark(f"{row.name}    nobody yet", hit, name)

    def x(value: float) -> float:
        return NAMES + value * scale

    style = "fill:var(--text);font-weight:600"
    shapes = [
        drawing.line("whisker", x(row.low), middle, x(row.high), middle),
        drawing.element(
            "rect", x=x(row.q1), y=middle - 7, width=max(2.0, x(row.q3) - x(row.q1)), height=14,
            rx=3, fill="var(--c1)", opacity=0.55,
        ),
        drawing.line("median", x(row.median), middle - 9, x(row.median), middle + 9),
        drawing.text(unit.short(row.median), frame.width, middle + 4, "end", style),
    ]  # fmt: skip
    return drawing.mark(_tip(row, unit), hit, name, *shapes)


def _tip(row: Spread, unit: Unit) -> str:
    return (
        f"{row.name}    {row.n:,}\nmedian    {unit.full(row.median)}\n"
        f"middle half    {unit.full(row.q1)} to {unit.full(row.q3)}"
    )


def _table(rows: Sequence[Spread], frame: Frame, ends: tuple[str, str]) -> Table:
    heads = ("", "Count", ends[0].capitalize(), "Lower quartile", "Median", "Upper quartile")
    return Table(
        frame.label,
        (*heads, ends[1].capitalize()),
        tuple((row.name, f"{row.n:,}", *_five(row, frame.unit)) for row in rows),
    )


def _five(row: Spread, unit: Unit) -> tuple[str, ...]:
    if not row.n:
        return ("",) * 5
    return tuple(unit.full(at) for at in (row.low, row.q1, row.median, row.q3, row.high))
