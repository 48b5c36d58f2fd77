"""The funnel: linear heights, and the flow between the bars shows what is lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal
from zlib import crc32

from django.utils.safestring import SafeString

from accord.web import formats
from accord.web.charts import drawing
from accord.web.charts.drawing import Box, Chart, Table

Team = Literal["marketing", "sales", "both"]
ENDS: dict[Team, tuple[str, str]] = {
    "marketing": ("var(--mkt)", "var(--mkt)"),
    "sales": ("var(--sales)", "var(--sales)"),
    "both": ("var(--mkt)", "var(--sales)"),
}
TOP = 54.0


@dataclass(frozen=True)
class Stage:
    """People who reached a stage, whose team's work it is, and how many did before."""

    name: str
    count: int
    team: Team
    before: int | None = None


@dataclass(frozen=True)
class _Layout:
    """Bars of one width, evenly apart, standing on `base`; heights in proportion to counts."""

    bar: float
    slot: float
    base: float
    highest: int
    key: str

    def height(self, stage: Stage) -> float:
        return max(3.0, stage.count / self.highest * (self.base - TOP)) if stage.count else 1.0


def funnel(
    stages: Sequence[Stage], *, width: float = 720, height: float = 258, earlier: str = "before"
) -> Chart:
    """A bar for each stage and the rate to the next; at least two stages.

    `earlier` names the period of the `before` counts, as in "last quarter, same day".
    """
    if len(stages) < 2:
        raise ValueError("A funnel has at least two stages.")
    key = f"f{crc32(repr(stages).encode()):x}"
    bar = width * 0.092
    highest = max(1, *(stage.count for stage in stages))
    layout = _Layout(bar, (width - bar) / (len(stages) - 1), height - 34, highest, key)
    shapes = [_gradients(stages, key), drawing.line("axis", 0, layout.base, width, layout.base)]
    shapes += [_flow(at, pair, layout) for at, pair in enumerate(pairwise(stages))]
    shapes += [_bar(at, stage, layout, earlier) for at, stage in enumerate(stages)]
    for at, pair in enumerate(pairwise(stages)):
        shapes += _rate(at, pair, layout)
    counts = ", ".join(f"{stage.name} {stage.count:,}" for stage in stages)
    label = f"Funnel: {counts}"
    return Chart(drawing.drawing(width, height, label, *shapes), _table(stages, earlier))


def _gradients(stages: Sequence[Stage], key: str) -> SafeString:
    both = _gradient(f"{key}both", *ENDS["both"])
    flows = [
        _gradient(f"{key}{at}", ENDS[left.team][1], ENDS[right.team][0])
        for at, (left, right) in enumerate(pairwise(stages))
    ]
    return drawing.element("defs", both, *flows)


def _gradient(key: str, start: str, end: str) -> SafeString:
    stops = [
        drawing.element("stop", offset=offset, stop_color=colour)
        for offset, colour in ((0, start), (1, end))
    ]
    return drawing.element("linearGradient", *stops, id=key, x1=0, x2=1)


def _flow(at: int, pair: tuple[Stage, Stage], layout: _Layout) -> SafeString:
    left, right = at * layout.slot + layout.bar, (at + 1) * layout.slot
    middle = (left + right) / 2
    start, end = (layout.base - layout.height(stage) for stage in pair)
    n = drawing.short
    path = (
        f"M{n(left)} {n(start)}C{n(middle)} {n(start)} {n(middle)} {n(end)} {n(right)} {n(end)}"
        f"V{n(layout.base)}H{n(left)}z"
    )
    return drawing.element("path", d=path, fill=f"url(#{layout.key}{at})", opacity=0.15)


def _bar(at: int, stage: Stage, layout: _Layout, earlier: str) -> SafeString:
    x, height = at * layout.slot, layout.height(stage)
    fill = f"url(#{layout.key}both)" if stage.team == "both" else ENDS[stage.team][0]
    shape = drawing.element(
        "rect", x=x, y=layout.base - height, width=layout.bar, height=height, rx=3, fill=fill
    )
    name = drawing.text(stage.name, x, 12, style="fill:var(--text-2);font-size:12px")
    style = "fill:var(--text);font-size:17px;font-weight:600;letter-spacing:-.02em"
    count = drawing.text(f"{stage.count:,}", x, 34, style=style)
    before = "" if stage.before is None else f"\n{earlier}    {stage.before:,}"
    hit = Box(x - 4, 0, layout.bar + 8, layout.base)
    return drawing.mark(f"{stage.name}    {stage.count:,}{before}", hit, shape, name, count)


def _rate(at: int, pair: tuple[Stage, Stage], layout: _Layout) -> list[SafeString]:
    left, right = pair
    if not left.count:
        return []
    middle = at * layout.slot + layout.bar + (layout.slot - layout.bar) / 2
    rate = right.count / left.count
    style = "fill:var(--text);font-weight:600"
    shapes = [drawing.text(formats.percent(rate), middle, layout.base + 15, "middle", style)]
    if left.before and right.before is not None:
        change = (rate - right.before / left.before) * 100
        words, tone = f"{formats.signed(change, 1)} pt", _tone(change)
        shapes.append(drawing.text(words, middle, layout.base + 29, "middle", f"fill:{tone}"))
    return shapes


def _tone(change: float) -> str:
    if abs(change) <= 0.5:
        return "var(--text-3)"
    return "var(--ok-text)" if change > 0 else "var(--bad-text)"


def _table(stages: Sequence[Stage], earlier: str) -> Table:
    rows = []
    for at, stage in enumerate(stages):
        left = stages[at - 1].count if at else 0
        rate = formats.percent(stage.count / left, 1) if left else ""
        before = "" if stage.before is None else f"{stage.before:,}"
        rows.append((stage.name, f"{stage.count:,}", rate, before))
    return Table(
        "Funnel", ("Stage", "Now", "Of the stage before", earlier.capitalize()), tuple(rows)
    )
