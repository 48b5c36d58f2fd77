"""How values are written: the many signs for one thing, and how a sentence shows a value."""

from __future__ import annotations

import unicodedata

LONGEST_SHOWN = 60
_SPACES = "\u00a0\u2007\u2009\u202f"
_APOSTROPHES = "’‘`´ʼ"
_DASHES = "‐‑‒–—−"
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
_SAME = str.maketrans(
    dict.fromkeys(_SPACES, " ")
    | dict.fromkeys(_APOSTROPHES, "'")
    | dict.fromkeys(_DASHES, "-")
    | dict.fromkeys(_INVISIBLE, "")
)


def plain(text: str) -> str:
    """Write every kind of space, apostrophe and dash as on the keyboard; drop invisible signs."""
    return text if text.isascii() else text.translate(_SAME)


def folded(text: str) -> str:
    """Write without case and accents, for comparing: Märkte and MARKTE are the same."""
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(part for part in parts if not unicodedata.combining(part))


def quoted(text: str) -> str:
    """Put the text in quotes on one line, cut to 60 characters; say so when it is empty."""
    shown = " ".join(text[: LONGEST_SHOWN * 2].split())
    if not shown:
        return "An empty cell"
    return f"“{shown[:LONGEST_SHOWN]}…”" if len(shown) > LONGEST_SHOWN else f"“{shown}”"
