"""Check every text colour against every surface it may stand on, in both themes.

WCAG 2.2: text 4.5:1 (1.4.3), borders of fields and shapes that mean something 3:1 (1.4.11).

    python tools/contrast.py
"""

from __future__ import annotations

import math
import re
import sys
from pathlib import Path

TOKENS = Path(__file__).resolve().parent.parent / "accord/web/static/css/tokens.css"
OKLCH = re.compile(r"oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)")
THEMES = ("light", "dark")

Colour = tuple[float, float, float]  # lightness 0-1, chroma, hue in degrees
Pair = tuple[str, str, float]  # what stands on which surface, and the ratio it needs

SURFACES = ("frame", "surface", "raised", "overlay", "sunken")
TEXTS = ("text", "text-2", "text-3", "accent-text", "mkt-text", "sales-text", "ok-text")
TINTS = ("accent", "mkt", "sales", "ok", "warn", "bad")


def tokens() -> dict[str, tuple[Colour, ...]]:
    """The opaque colours of tokens.css by name: (light, dark)."""
    css = TOKENS.read_text()
    found: dict[str, tuple[Colour, ...]] = {}
    for name, body in re.findall(r"--([\w-]+):\s*light-dark\((.*?)\);", css):
        pair = [(float(a), float(b), float(c)) for a, b, c in OKLCH.findall(body)]
        if len(pair) == 2:
            found[name] = tuple(pair)
    found["on-accent"] = ((1.0, 0.0, 0.0),) * 2
    return found


def pairs() -> list[Pair]:
    """Everything that may stand on something."""
    text = [(name, on, 4.5) for name in (*TEXTS, "warn-text", "bad-text") for on in SURFACES]
    tint = [(f"{name}-text", f"{name}-soft", 4.5) for name in TINTS]
    notice = [(name, f"{on}-soft", 4.5) for name in ("text", "text-2") for on in TINTS]
    filled = [("on-accent", on, 4.5) for on in ("accent", "accent-hover", "danger", "danger-hover")]
    inverse = [(name, "inverse", 4.5) for name in ("on-inverse", "inverse-2", "inverse-link")]
    border = [("line-input", on, 3.0) for on in ("surface", "raised", "overlay")]
    shapes = ("accent", "mkt", "sales", "ok", "bad", "c1", "c3", "c5", "c7")
    drawn = [(name, on, 3.0) for name in shapes for on in ("surface", "raised")]
    more = [("text-3", "accent-soft", 4.5), ("inverse-bad", "inverse", 3.0)]
    return text + tint + notice + filled + inverse + border + drawn + more


def luminance(colour: Colour) -> float:
    """Relative luminance of an OKLCH colour in sRGB, 0 to 1 (Ottosson 2020)."""
    lightness, chroma, hue = colour
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short
    weights = (0.2126, 0.7152, 0.0722)
    channels = zip(weights, (red, green, blue), strict=True)
    return sum(weight * min(1.0, max(0.0, channel)) for weight, channel in channels)


def ratio(one: Colour, other: Colour) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def faults() -> list[str]:
    """One sentence for each pair that is too close; empty when all are readable."""
    colours = tokens()
    return [
        f"{theme}: {name} on {on} is {found:.2f}:1 and needs {need}:1"
        for name, on, need in pairs()
        for at, theme in enumerate(THEMES)
        if (found := ratio(colours[name][at], colours[on][at])) < need
    ]


if __name__ == "__main__":
    sys.exit("\n".join(faults()) or 0)
