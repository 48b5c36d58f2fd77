"""Columns, stacked columns and horizontal bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from accord.web import formats
from accord.web.charts import drawing
from accord.web.charts.drawing import Box, Chart, Frame, Number, Table, Unit

PALETTE = tuple(f"var(--c{at})" for at in range(1, 9))
LEFT, TOP, BOTTOM = 48.0, 10.0, 24.0
WIDEST = 64.0  # px of one column, where there are few
_NAME = "font-size:12px;fill:var(--text-2)"
_VALUE = "font-size:12px;fill:var(--text);font-weight:600"


@dataclass(frozen=True)
class Bar:
    """One value with a name; `note` is said in the tip."""

    name: str
    value: Number
    colour: str = "var(--accent)"
    note: str = ""


@dataclass(frozen=True)
class Marker:
    """A dashed line before the bar at `before`, with words: a promise, a target, today."""

    before: int
    words: str


@dataclass(frozen=True)
class Series:
    """A part of every column; without a colour it takes the palette's next."""

    name: str
    colour: str = ""


@dataclass(frozen=True)
class Column:
    """A stack: one value for each series, in their order."""

    name: str
    values: tuple[Number, ...]


def columns(bars: Sequence[Bar], frame: Frame, marker: Marker | None = None) -> Chart:
    """One column for each bar, its value above it, the name below."""
    base, top = frame.height - 20, 20.0
    slot = frame.width / max(1, len(bars))
    highest = max((float(bar.value) for bar in bars), default=0) or 1
    whole = drawing.total([bar.value for bar in bars])
    shapes = [drawing.line("axis", 0, base, frame.width, base)]
    for at, bar in enumerate(bars):
        height = max(2.0, float(bar.value) / highest * (base - top - 14)) if bar.value else 0.0
        wide = min(slot * 0.72, WIDEST)
        place = Box(at * slot + (slot - wide) / 2, base - height, wide, height)
        hit = Box(at * slot + 1, top - 4, slot - 2, base - top + 4)
        shapes += _column(bar, place, hit, _tip(bar, frame.unit, whole), frame)
    if marker:
        shapes += _marker(marker, marker.before * slot, base)
    svg = drawing.drawing(frame.width, frame.height, frame.label, *shapes)
    return Chart(svg, _bar_table(bars, frame))


def _column(bar: Bar, place: Box, hit: Box, tip: str, frame: Frame) -> list[SafeString]:
    middle = place.x + place.width / 2
    shape = drawing.element(
        "rect", x=place.x, y=place.y, width=place.width, height=place.height, rx=2.5,
        fill=bar.colour,
    )  # fmt: skip
    value = drawing.text(
        frame.unit.short(bar.value), middle, place.y - 6, "middle", "fill:var(--text-2)"
    )
    name = drawing.text(bar.name, middle, frame.height - 5, "middle")
    return [drawing.mark(tip, hit, shape, value), name]


def _marker(marker: Marker, x: float, base: float) -> list[SafeString]:
    style = "fill:var(--text-2);font-weight:500"
    return [
        drawing.line("marker", x, 6, x, base),
        drawing.text(marker.words, x + 6, 13, style=style),
    ]


def _tip(bar: Bar, unit: Unit, whole: float) -> str:
    share = f"\n{formats.percent(float(bar.value) / whole)} of {unit.full(whole)}" if whole else ""
    note = f"\n{bar.note}" if bar.note else ""
    return f"{bar.name}    {unit.full(bar.value)}{share}{note}"


def _bar_table(bars: Sequence[Bar], frame: Frame) -> Table:
    rows = tuple((bar.name, frame.unit.full(bar.value)) for bar in bars)
    return Table(frame.label, ("", "Value"), rows)


def horizontal(bars: Sequence[Bar], frame: Frame) -> Chart:
    """Bars from the left, the name above each and the value at the end; height follows the rows."""
    row, thick = 40.0, 8.0
    highest = max((float(bar.value) for bar in bars), default=0) or 1
    whole = drawing.total([bar.value for bar in bars])
    shapes: list[SafeString] = []
    for at, bar in enumerate(bars):
        y = at * row
        length = float(bar.value) / highest * frame.width
        parts = [
            drawing.text(bar.name, 0, y + 14, style=_NAME),
            drawing.text(frame.unit.full(bar.value), frame.width, y + 14, "end", _VALUE),
            drawing.element(
                "rect", class_="rail", x=0, y=y + 22, width=frame.width, height=thick, rx=4
            ),
            drawing.element(
                "rect", x=0, y=y + 22, width=length, height=thick, rx=4, fill=bar.colour
            ),
        ]  # fmt: skip
        hit = Box(0, y, frame.width, row - 4)
        shapes.append(drawing.mark(_tip(bar, frame.unit, whole), hit, *parts))
    svg = drawing.drawing(frame.width, max(row, len(bars) * row), frame.label, *shapes)
    return Chart(svg, _bar_table(bars, frame))


def split(stacks: Sequence[Column], series: Sequence[Series], frame: Frame) -> Chart:
    """Bars from the left cut into parts, the name above each, its parts in words at the end."""
    row, thick = 40.0, 8.0
    parts = coloured(series)
    sums = [drawing.total(stack.values) for stack in stacks]
    scale = frame.width / (max(sums, default=0) or 1)
    shapes: list[SafeString] = []
    for at, stack in enumerate(stacks):
        y = at * row
        bars = [
            drawing.element(
                "rect", class_="rail", x=0, y=y + 22, width=frame.width, height=thick, rx=4
            )
        ]
        bars += _split(stack, parts, Box(0, y + 22, scale, thick))
        words = [
            drawing.text(stack.name, 0, y + 14, style=_NAME),
            drawing.text(_words(stack, parts), frame.width, y + 14, "end", _VALUE),
        ]
        hit = Box(0, y, frame.width, row - 4)
        shapes.append(
            drawing.mark(_stack_tip(stack, parts, sums[at], frame.unit), hit, *words, *bars)
        )
    svg = drawing.drawing(frame.width, max(row, len(stacks) * row), frame.label, *shapes)
    return Chart(svg, _stack_table(stacks, parts, sums, frame))


def _split(stack: Column, parts: Sequence[Series], place: Box) -> list[SafeString]:
    """The parts of one bar beside each other; place.width is pixels a unit."""
    shapes, before = [], 0.0
    for part, value in zip(parts, stack.values, strict=True):
        width = float(value) * place.width
        if width:
            shapes.append(
                drawing.element(
                    "rect", x=before, y=place.y, width=max(2.0, width - 1), height=place.height,
                    rx=2, fill=part.colour,
                )
            )  # fmt: skip
        before += width
    return shapes


def _words(stack: Column, parts: Sequence[Series]) -> str:
    pairs = zip(parts, stack.values, strict=True)
    return ", ".join(
        f"{formats.number(value)} {part.name.lower()}" for part, value in pairs if value
    )


def coloured(series: Sequence[Series]) -> tuple[Series, ...]:
    """The series with a colour each: their own, else the palette's, in order."""
    return tuple(
        Series(part.name, part.colour or PALETTE[at % len(PALETTE)])
        for at, part in enumerate(series)
    )


def stacked(stacks: Sequence[Column], series: Sequence[Series], frame: Frame) -> Chart:
    """Columns of parts over a grid; the last column's name is strong: it is now."""
    parts = coloured(series)
    sums = [drawing.total(stack.values) for stack in stacks]
    marks = drawing.ticks(max(sums, default=0))
    floor = frame.height - BOTTOM
    scale = (floor - TOP) / marks[-1]
    shapes = _grid(marks, scale, frame)
    slot = (frame.width - LEFT) / max(1, len(stacks))
    for at, stack in enumerate(stacks):
        x = LEFT + at * slot
        hit = Box(x + 2, TOP - 6, slot - 4, floor - TOP + 6)
        tip = _stack_tip(stack, parts, sums[at], frame.unit)
        shapes.append(drawing.mark(tip, hit, *_stack(stack, parts, Box(x, floor, slot, scale))))
        strong = "fill:var(--text);font-weight:500" if at == len(stacks) - 1 else ""
        shapes.append(drawing.text(stack.name, x + slot / 2, frame.height - 7, "middle", strong))
    svg = drawing.drawing(frame.width, frame.height, frame.label, *shapes)
    return Chart(svg, _stack_table(stacks, parts, sums, frame))


def _grid(marks: Sequence[float], scale: float, frame: Frame) -> list[SafeString]:
    shapes = []
    for at, value in enumerate(marks):
        y = frame.height - BOTTOM - value * scale
        shapes.append(drawing.line("grid" if at else "axis", LEFT, y, frame.width, y))
        shapes.append(drawing.text(frame.unit.short(value), LEFT - 8, y + 4, "end"))
    return shapes


def _stack(stack: Column, parts: Sequence[Series], place: Box) -> list[SafeString]:
    """Rectangles from the floor up with a hair between them; place.height is pixels a unit."""
    width = min(46.0, place.width * 0.56)
    x = place.x + (place.width - width) / 2
    shapes, below = [], 0.0
    filled = [(part, float(value)) for part, value in zip(parts, stack.values, strict=True)]
    filled = [(part, value) for part, value in filled if value > 0]
    for at, (part, value) in enumerate(filled):
        last = at == len(filled) - 1
        height = max(1.0, value * place.height - (0 if last else 1.5))
        y = place.y - (below + value) * place.height + (0 if last else 1.5)
        shapes.append(
            _rounded(x, y, width, height, part.colour)
            if last
            else drawing.element("rect", x=x, y=y, width=width, height=height, fill=part.colour)
        )
        below += value
    return shapes


def _rounded(x: float, y: float, width: float, height: float, colour: str) -> SafeString:
    """A rectangle whose upper corners are round."""
    r = min(4.0, height)
    n = drawing.short
    path = (
        f"M{n(x)} {n(y + height)}V{n(y + r)}q0-{n(r)} {n(r)}-{n(r)}h{n(width - 2 * r)}"
        f"q{n(r)} 0 {n(r)} {n(r)}V{n(y + height)}z"
    )
    return drawing.element("path", d=path, fill=colour)


def _stack_tip(stack: Column, parts: Sequence[Series], whole: float, unit: Unit) -> str:
    pairs = zip(parts, stack.values, strict=True)
    lines = [f"{part.name}  {unit.full(value)}" for part, value in pairs if value]
    return "\n".join([f"{stack.name}    {unit.full(whole)}", *lines])


def _stack_table(
    stacks: Sequence[Column], parts: Sequence[Series], sums: Sequence[float], frame: Frame
) -> Table:
    rows = tuple(
        (stack.name, *(frame.unit.full(value) for value in stack.values), frame.unit.full(whole))
        for stack, whole in zip(stacks, sums, strict=True)
    )
    return Table(frame.label, ("", *(part.name for part in parts), "Total"), rows)
