"""Periods: spans of days that reports cover, in the instance's time zone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from accord.engine.errors import Refused

DAY = timedelta(days=1)


class PeriodReversed(Refused):
    """This period ends before it starts. Swap the two days."""


class PeriodTooFar(Refused):
    """Periods lie between the years 1900 and 2199. Choose days within them."""


class UnknownPeriod(Refused):
    """There is no period of this name."""


class Name(StrEnum):
    """The periods people choose by name."""

    TODAY = "today"
    YESTERDAY = "yesterday"
    THIS_WEEK = "this_week"
    LAST_WEEK = "last_week"
    THIS_MONTH = "this_month"
    LAST_MONTH = "last_month"
    THIS_QUARTER = "this_quarter"
    LAST_QUARTER = "last_quarter"
    THIS_YEAR = "this_year"
    LAST_YEAR = "last_year"
    LAST_7_DAYS = "last_7_days"
    LAST_30_DAYS = "last_30_days"
    LAST_90_DAYS = "last_90_days"
    LAST_365_DAYS = "last_365_days"
    ALL = "all"

    @property
    def label(self) -> str:
        """How the period is called on a page: "Last 90 days"."""
        return "All time" if self is Name.ALL else self.replace("_", " ").capitalize()


_TRAILING_DAYS = {
    Name.LAST_7_DAYS: 7,
    Name.LAST_30_DAYS: 30,
    Name.LAST_90_DAYS: 90,
    Name.LAST_365_DAYS: 365,
}
_MONTHS = {
    Name.THIS_MONTH: 1,
    Name.LAST_MONTH: 1,
    Name.THIS_QUARTER: 3,
    Name.LAST_QUARTER: 3,
    Name.THIS_YEAR: 12,
    Name.LAST_YEAR: 12,
}
_PREVIOUS = frozenset(
    (Name.YESTERDAY, Name.LAST_WEEK, Name.LAST_MONTH, Name.LAST_QUARTER, Name.LAST_YEAR)
)


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `first` to `last`, both included; None leaves that end open."""

    first: date | None = None
    last: date | None = None

    def __post_init__(self) -> None:
        if self.first and self.last and self.last < self.first:
            raise PeriodReversed
        if any(day and not 1900 <= day.year < 2200 for day in (self.first, self.last)):
            raise PeriodTooFar

    def __contains__(self, day: date) -> bool:
        return not (self.first and day < self.first) and not (self.last and day > self.last)

    @property
    def days(self) -> int | None:
        """The number of days; None while an end is open."""
        if self.first is None or self.last is None:
            return None
        return (self.last - self.first).days + 1


ALL = Period()


def named(name: str, *, now: datetime, zone: tzinfo) -> Period:
    """Give the period of that name at this moment; raises UnknownPeriod.

    name: a `Name`, also as people type it (last-quarter, Last 90 days). Weeks start on Monday.
    "This" periods run to their end, in the future; the last N days end today.
    now:  an aware moment; `zone` tells which day it is.
    """
    today = now.astimezone(zone).date()
    try:
        known = Name(name.strip().lower().replace("-", "_").replace(" ", "_"))
    except ValueError:
        raise UnknownPeriod(
            f"There is no period “{name[:40]}”. Choose one of: {', '.join(Name)}."
        ) from None
    return _named(known, today)


def bounds(period: Period, *, zone: tzinfo) -> tuple[datetime | None, datetime | None]:
    """Give the moments between which the period lies: from the first up to, not at, the second."""
    start = None if period.first is None else _midnight(period.first, zone)
    end = None if period.last is None else _midnight(period.last + DAY, zone)
    return start, end


def pace(period: Period, *, now: datetime, zone: tzinfo) -> float | None:
    """Tell which share of the period (0 to 1) has elapsed at `now`; None while an end is open.

    Measured in time, so that a day of 23 or 25 hours counts as long as it is.
    """
    start, end = bounds(period, zone=zone)
    if start is None or end is None:
        return None
    # Differences of aware datetimes in one zone ignore its clock changes; timestamps do not.
    elapsed = (now.timestamp() - start.timestamp()) / (end.timestamp() - start.timestamp())
    return min(max(elapsed, 0.0), 1.0)


def before(period: Period) -> Period | None:
    """Give the period to compare with: as long, and ending the day before this one starts.

    Whole months, quarters and years are compared with as many whole months; other spans with as
    many days. None while an end is open. Raises PeriodTooFar.
    """
    if period.first is None or period.last is None or period.days is None:
        return None
    last = period.first - DAY
    if _whole_months(period):
        return Period(_add_months(period.first, -sum(1 for _ in months(period))), last)
    return Period(period.first - timedelta(days=period.days), last)


def months(period: Period) -> Iterator[date]:
    """Give the first day of each month the period touches; raises ValueError with an open end."""
    if period.first is None or period.last is None:
        raise ValueError("a period with an open end has no list of months")
    month = period.first.replace(day=1)
    while month <= period.last:
        yield month
        month = _add_months(month, 1)


def month(day: date) -> Period:
    """Give the whole month the day lies in."""
    return _months_from(day.replace(day=1), 1)


def _named(name: Name, today: date) -> Period:
    if name is Name.ALL:
        return ALL
    if name in _TRAILING_DAYS:
        return Period(today - timedelta(days=_TRAILING_DAYS[name] - 1), today)
    if name in (Name.TODAY, Name.YESTERDAY):
        this = Period(today, today)
    elif name in (Name.THIS_WEEK, Name.LAST_WEEK):
        monday = today - timedelta(days=today.weekday())
        this = Period(monday, monday + 6 * DAY)
    else:
        count = _MONTHS[name]
        this = _months_from(_add_months(today, -((today.month - 1) % count)), count)
    return (before(this) or this) if name in _PREVIOUS else this


def _months_from(first: date, count: int) -> Period:
    return Period(first, _add_months(first, count) - DAY)


def _add_months(day: date, count: int) -> date:
    """Move to the first of the month `count` months away."""
    year, month0 = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month0 + 1, 1)


def _whole_months(period: Period) -> bool:
    starts = period.first is not None and period.first.day == 1
    return starts and period.last is not None and (period.last + DAY).day == 1


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone)
