"""Two calendars: the visitors' week, which never quite sleeps, and the working hours of sales.

Visitors' moments are simulated as a position, in weeks since the start, along which things happen
evenly; `moment` stretches a position over the busy and the quiet hours of its week. The map is
monotone, so "earlier position" is "earlier moment" and nothing happens between 0 and 6 in the
morning (which also keeps every moment clear of the hours the clocks change in).
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Berlin")
WEEKS = 78
OPENS, CLOSES = 9, 17

_HOURS = (0, 0, 0, 0, 0, 0, 1, 2, 5, 8, 9, 9, 6, 7, 8, 8, 7, 5, 3, 3, 3, 2, 1, 0)
_DAYS = (1.0, 1.1, 1.1, 1.05, 0.85, 0.16, 0.2)
_CUMULATED = (0.0, *accumulate(day * hour for day in _DAYS for hour in _HOURS))
_TOTAL = _CUMULATED[-1]
_MONTHS = (0.95, 1.0, 1.1, 1.0, 1.0, 1.05, 0.75, 0.65, 1.1, 1.1, 1.15, 0.8)


class Clock:
    """The 18 months up to `now`: 78 whole weeks from a Monday, and the week `now` is in."""

    def __init__(self, now: datetime) -> None:
        self.now = now.astimezone(UTC)
        self.today = now.astimezone(ZONE).date()
        monday = self.today - timedelta(days=self.today.weekday())
        self.start = monday - timedelta(weeks=WEEKS)
        self.end = self.position(now)
        self.opening = self.at(self.start, 9.0)

    def moment(self, position: float) -> datetime:
        """The instant of a position, to the second."""
        week = int(position)
        reached = (position - week) * _TOTAL
        hour = bisect_right(_CUMULATED, reached) - 1
        share = (reached - _CUMULATED[hour]) / (_CUMULATED[hour + 1] - _CUMULATED[hour])
        day, hour = divmod(hour, 24)
        return self.at(self.start + timedelta(days=7 * week + day), hour + share)

    def position(self, moment: datetime) -> float:
        """The position of an instant, in weeks since the start."""
        local = moment.astimezone(ZONE)
        days = (local.date() - self.start).days
        seconds = local.minute * 60 + local.second
        hour = days % 7 * 24 + local.hour
        here, after = _CUMULATED[hour], _CUMULATED[hour + 1]
        return days // 7 + min((here + (after - here) * seconds / 3600) / _TOTAL, 1 - 1e-9)

    def at(self, day: date, hour: float) -> datetime:
        """A day and a local hour (9.5 is half past nine) as an instant, to the second."""
        local = datetime.combine(day, time(), ZONE) + timedelta(seconds=int(hour * 3600))
        return local.astimezone(UTC)

    def week_starts(self) -> tuple[date, ...]:
        """The Mondays from the start to the week of now."""
        return tuple(self.start + timedelta(weeks=week) for week in range(WEEKS + 1))


def season(day: date) -> float:
    """How busy business is at this time of the year, around 1: a summer dip, a still Christmas."""
    if (day.month, day.day) >= (12, 20) or (day.month, day.day) <= (1, 5):
        return 0.35
    return _MONTHS[day.month - 1]


def is_working_day(day: date) -> bool:
    """Monday to Friday, without the days around Christmas and New Year."""
    closed = (day.month, day.day) >= (12, 24) or (day.month, day.day) == (1, 1)
    return day.weekday() < 5 and not closed


def working_day(day: date) -> date:
    """This day, or the next on which people work."""
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def last_working_day(day: date) -> date:
    """This day, or the last before it on which people work."""
    while not is_working_day(day):
        day -= timedelta(days=1)
    return day


def after_working(moment: datetime, minutes: float) -> datetime:
    """The instant so many working minutes later; never outside working hours, monotone."""
    local = moment.astimezone(ZONE).replace(tzinfo=None)
    while True:
        day = working_day(local.date())
        opens = datetime.combine(day, time(OPENS))
        closes = datetime.combine(day, time(CLOSES))
        begin = max(local, opens)
        left = (closes - begin).total_seconds() / 60
        if minutes < left:
            return (begin + timedelta(minutes=minutes)).replace(tzinfo=ZONE).astimezone(UTC)
        minutes -= max(left, 0.0)
        local = datetime.combine(day + timedelta(days=1), time(OPENS))


def working_hour(moment: datetime, days: float, share: float) -> datetime:
    """A working moment about `days` calendar days after an instant, and always after it.

    share: 0 to 1, how late in the working day, taken to the full five minutes.
    """
    local = moment.astimezone(ZONE)
    day = working_day(local.date() + timedelta(days=int(days)))
    minute = int(share * (CLOSES - OPENS) * 12) * 5
    chosen = datetime.combine(day, time(OPENS), ZONE) + timedelta(minutes=minute)
    if chosen <= local:
        return after_working(moment, 20 + share * 60)
    return chosen.astimezone(UTC)


def local_day(moment: datetime) -> date:
    """The day it was here."""
    return moment.astimezone(ZONE).date()
