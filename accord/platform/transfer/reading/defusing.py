"""Cells a spreadsheet would run as a formula: defused on the way out, restored on the way in."""

from __future__ import annotations

import re

_STARTS = '=+\\-@\t\r\n;,"|%＝＋－＠'
_DANGEROUS = re.compile(f"'*[ \u00a0]*[{_STARTS}]")
_DEFUSED = re.compile(f"'+[ \u00a0]*[{_STARTS}]")
_HARMLESS = re.compile(r"\+[0-9]{5,15}|-?[0-9]+(\.[0-9]+)?", re.ASCII)


def defuse(text: str) -> str:
    """Put a quote before a cell that begins as formulas do. Plain numbers stay as they are."""
    if _DANGEROUS.match(text) and not _HARMLESS.fullmatch(text):
        return f"'{text}"
    return text


def undo(text: str) -> str:
    """Take away the quote that `defuse` put there."""
    return text[1:] if text.startswith("'") and _DEFUSED.match(text) else text
