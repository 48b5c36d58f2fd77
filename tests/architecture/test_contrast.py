"""Colours are readable in both themes, and written down in one file."""

import re
from pathlib import Path

from tools import contrast

CSS = Path(__file__).parents[2] / "accord/web/static/css"


def test_every_text_is_readable_on_every_surface():
    assert len(contrast.pairs()) > 80
    assert not contrast.faults()


def test_a_pale_text_would_be_noticed():
    white, grey = (1.0, 0.0, 0.0), (0.75, 0.0, 0.0)
    assert contrast.ratio(white, (0.0, 0.0, 0.0)) == 21
    assert contrast.ratio(white, grey) < 4.5


def test_raw_colours_are_tokens():
    raw = re.compile(r"oklch\((?![^)]*var\(--hue)|#[0-9a-f]{3,8}\b|rgba?\(", re.I)
    for path in CSS.glob("*.css"):
        body = re.sub(r'url\("data:[^"]*"\)', "", path.read_text())
        if path.name != "tokens.css":
            assert not raw.findall(body), f"{path.name}: give the colour a name in tokens.css"
