"""A company's colour made readable: on buttons, as text on light and on dark paper."""

from __future__ import annotations

import re
from dataclasses import dataclass

from accord.engine.errors import Unreadable

READABLE = 4.5
"""The least contrast of text with its ground (WCAG 2.2, 1.4.3)."""

_BLACK, _WHITE = "#000000", "#ffffff"
_DARK_PAPER = "#26282d"  # lighter than any dark surface text stands on


@dataclass(frozen=True)
class Shades:
    """One colour as a ground, with the text upon it, and as text on light and dark paper."""

    ground: str
    pressed: str
    on_ground: str
    on_light: str
    on_dark: str


def read(text: str) -> str:
    """A colour as # and six small digits. Raises Unreadable."""
    found = re.fullmatch(r"#?([0-9a-f]{6}|[0-9a-f]{3})", text.strip().lower())
    if not found:
        raise Unreadable("Write the colour as # and six digits, such as #1f6feb.")
    digits = found[1] if len(found[1]) == 6 else "".join(each * 2 for each in found[1])
    return f"#{digits}"


def shades(colour: str) -> Shades:
    """The shades of a colour as `read` gives it, each with a contrast of READABLE or more."""
    on_ground = _WHITE if contrast(colour, _WHITE) >= READABLE else _BLACK
    away = _BLACK if on_ground == _WHITE else _WHITE
    return Shades(
        ground=colour,
        pressed=_mix(colour, away, 0.15),
        on_ground=on_ground,
        on_light=_until_readable(colour, _WHITE, towards=_BLACK),
        on_dark=_until_readable(colour, _DARK_PAPER, towards=_WHITE),
    )


def contrast(first: str, second: str) -> float:
    """How far two colours are apart, 1 to 21 (WCAG 2.2, contrast ratio)."""
    low, high = sorted((_luminance(first), _luminance(second)))
    return (high + 0.05) / (low + 0.05)


def _until_readable(colour: str, paper: str, *, towards: str) -> str:
    steps = (_mix(colour, towards, step / 20) for step in range(20))
    return next((each for each in steps if contrast(each, paper) >= READABLE), towards)


def _mix(colour: str, other: str, share: float) -> str:
    pairs = zip(_channels(colour), _channels(other), strict=True)
    mixed = (round(mine + (theirs - mine) * share) for mine, theirs in pairs)
    return "#" + "".join(f"{each:02x}" for each in mixed)


def _channels(colour: str) -> tuple[int, int, int]:
    return (int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16))


def _luminance(colour: str) -> float:
    parts = (each / 255 for each in _channels(colour))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
