"""Days as forms send them and as chips offer them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from accord.engine.errors import Refused


class UnreadableTime(Refused):
    """Write the day as year-month-day, or choose it from the calendar."""


@dataclass(frozen=True)
class Chip:
    """A day that is often meant, and what people call it."""

    label: str
    day: date


def moment(text: str, at: time | None = None) -> datetime:
    """A day written as 2026-03-31 (today where nothing is), at midnight or a time of it.

    Raises UnreadableTime.
    """
    try:
        day = date.fromisoformat(text) if text else timezone.localdate()
        return timezone.make_aware(datetime.combine(day, at or time()))
    except (ValueError, OverflowError):
        raise UnreadableTime from None


def chips() -> tuple[Chip, ...]:
    """Today, tomorrow, and Monday of next week."""
    today = timezone.localdate()
    monday = today + timedelta(days=7 - today.weekday())
    tomorrow = Chip("Tomorrow", today + timedelta(days=1))
    return Chip("Today", today), tomorrow, Chip("Next week", monday)
