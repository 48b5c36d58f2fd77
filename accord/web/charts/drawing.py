"""What every chart is made of: escaped SVG elements, a scale, a unit, reachable marks."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Literal

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

from accord.web import formats

NARROW = 400  # px; below it a drawing is for a phone
Number = int | float | Decimal
Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True)
class Unit:
    """How a value reads: `full` in tips and tables, `short` on axes and above columns."""

    full: Callable[[Number], str]
    short: Callable[[Number], str]


COUNT = Unit(formats.number, formats.money_short)


def money(currency: str) -> Unit:
    """Amounts in one currency."""
    shown, short = formats.money, formats.money_short
    return Unit(partial(shown, currency=currency), partial(short, currency=currency))


def days(suffix: str = " d") -> Unit:
    """Spans counted in days; at most one decimal."""

    def text(value: Number) -> str:
        return f"{formats.number(value, 0 if value == int(value) else 1)}{suffix}"

    return Unit(text, text)


@dataclass(frozen=True)
class Frame:
    """Size of the drawing, how its values read and what it is called."""

    label: str
    width: float = 720
    height: float = 250
    unit: Unit = COUNT


@dataclass(frozen=True)
class Table:
    """The chart's numbers in words, for "Show as table": the first cell of a row is its name."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Chart:
    """A drawing and the same numbers as a table; components/chart.html shows both."""

    svg: SafeString
    table: Table


def element(name: str, *inside: str, **attributes: object) -> SafeString:
    """One SVG element; text and values are escaped, floats shortened, `class_` is `class`."""
    pairs = "".join(f" {_attribute(key, value)}" for key, value in attributes.items())
    body = "".join(conditional_escape(part) for part in inside)
    return SafeString(f"<{name}{pairs}>{body}</{name}>" if body else f"<{name}{pairs}/>")


def _attribute(key: str, value: object) -> str:
    name = key.rstrip("_").replace("_", "-")
    name = {"viewBox": "viewBox"}.get(name, name)
    shown = short(value) if isinstance(value, float) else str(value)
    quoted = conditional_escape(shown).replace("\n", "&#10;")  # else a space in XML
    return f'{name}="{quoted}"'


def short(value: float) -> str:
    """Two decimals at most: a drawing needs no more."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def text(words: str, x: float, y: float, anchor: Anchor = "start", style: str = "") -> SafeString:
    more = {"style": style} if style else {}
    return element("text", words, x=x, y=y, text_anchor=anchor, **more)


def line(kind: str, x1: float, y1: float, x2: float, y2: float) -> SafeString:
    """A line of a class the style sheet knows: grid, axis, plan or marker."""
    return element("line", class_=kind, x1=x1, y1=y1, x2=x2, y2=y2)


@dataclass(frozen=True)
class Box:
    x: float
    y: float
    width: float
    height: float


def mark(tip: str, hit: Box, *shapes: str) -> SafeString:
    """Shapes that answer to pointer and keyboard; `tip` is shown and read out, line by line."""
    area = element("rect", class_="hit", x=hit.x, y=hit.y, width=hit.width, height=hit.height, rx=6)
    return element("g", area, *shapes, tabindex=0, role="img", aria_label=tip, data_tip=tip)


def drawing(width: float, height: float, label: str, *shapes: str) -> SafeString:
    """The whole picture. A group when it holds marks of its own, else one image."""
    role = "group" if any("tabindex" in shape for shape in shapes) else "img"
    box = f"0 0 {short(width)} {short(height)}"
    widest = f"max-inline-size:{short(width * 1.2)}px"  # or its letters outgrow the page's
    return element(
        "svg", *shapes, class_="chart", viewBox=box, style=widest, role=role, aria_label=label
    )


def ticks(top: float, count: int = 5) -> list[float]:
    """Round values from zero to at least `top`, at most `count` steps apart."""
    if top <= 0:
        return [0.0, 1.0]
    rough = top / count
    power = 10 ** math.floor(math.log10(rough))
    step = next(size * power for size in (1, 2, 2.5, 5, 10) if size * power >= rough)
    return [step * at for at in range(math.ceil(top / step - 1e-9) + 1)]


def total(values: Sequence[Number]) -> float:
    return math.fsum(float(value) for value in values)
