"""Days that can be meant: a slip of the finger is not written into logs cut by month."""

from __future__ import annotations

from datetime import date

from accord.engine.errors import Refused


class OutOfRange(Refused):
    """Choose a day between 1900 and 2199."""


def check(day: date) -> None:
    """Raise OutOfRange for a day (or moment) that cannot be meant."""
    if not 1900 <= day.year < 2200:
        raise OutOfRange
