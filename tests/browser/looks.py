"""How pages are looked at: `WIDTHS` as two values (width, theme), `LOOKS` as one (theme, width).

Each run sees every width and every theme; the long one every pair of them.
"""

import pytest

_PAIRS = ((1440, "light", False), (390, "dark", False), (390, "light", True), (1440, "dark", True))


def _marks(is_long):
    return [pytest.mark.long] if is_long else []


WIDTHS = [pytest.param(width, theme, marks=_marks(long)) for width, theme, long in _PAIRS]
LOOKS = [pytest.param((theme, width), marks=_marks(long)) for width, theme, long in _PAIRS]
