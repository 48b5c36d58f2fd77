"""Time in rules: when a moment or a day satisfies a test, and for how long it will.

Every period is half-open: its begin belongs to it, its end does not. Moments are UTC.
"""

from __future__ import annotations

import calendar
from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cached_property

from accord.engine.segments.terms import (
    After,
    Ago,
    Anniversary,
    Before,
    Between,
    Coming,
    Day,
    Past,
    Test,
    Unit,
    When,
)

TICK = timedelta(microseconds=1)
FIRST_DAY = date(2, 1, 1)
LAST_DAY = date(9998, 12, 31)
ALWAYS = datetime(1, 1, 2, tzinfo=UTC)
NEVER = datetime(9999, 12, 30, tzinfo=UTC)

Period = tuple[datetime, datetime]


@dataclass(frozen=True)
class Clock:
    """The moment a rule is asked at, and the zone its days are counted in."""

    now: datetime
    zone: tzinfo

    def __post_init__(self) -> None:
        object.__setattr__(self, "now", self.now.astimezone(UTC))

    @cached_property
    def today(self) -> date:
        return day_of(self.now, self.zone)

    def start(self, day: date) -> datetime:
        """The moment a day begins."""
        return start_of(day, self.zone)

    def day(self, day: Day) -> date:
        """The calendar day meant today."""
        return resolved(day, self.today)


def start_of(day: date, zone: tzinfo) -> datetime:
    """The moment a day begins in a zone: its midnight, the first where there are two.

    Where clocks skip midnight, the moment they do.
    """
    held = min(max(day, FIRST_DAY), LAST_DAY)
    return datetime.combine(held, time.min, zone).astimezone(UTC)


def day_of(moment: datetime, zone: tzinfo) -> date:
    """The latest day that has begun; days never go back, even where clocks do at midnight."""
    if not ALWAYS < moment < NEVER:
        return FIRST_DAY if moment <= ALWAYS else LAST_DAY
    day = moment.astimezone(zone).date()
    return later(day, 1) if start_of(later(day, 1), zone) <= moment else day


def later(day: date, days: int) -> date:
    """So many days later (negative: earlier), within the calendar."""
    low, high = FIRST_DAY.toordinal(), LAST_DAY.toordinal()
    return date.fromordinal(min(max(day.toordinal() + days, low), high))


def resolved(day: Day, today: date) -> date:
    """The calendar day a day of a rule means on `today`."""
    if isinstance(day, date):
        return day
    match day.unit:
        case Unit.DAY:
            return later(today, -day.count)
        case Unit.WEEK:
            return later(today, -7 * day.count)
        case Unit.MONTH:
            return _months_before(today, day.count)
        case Unit.YEAR:
            return _months_before(today, 12 * day.count)


def bounds(when: When | Coming, clock: Clock) -> tuple[datetime | None, datetime | None]:
    """The moments that satisfy the test now: from the first up to, not including, the second.

    None is open.
    """
    match when:
        case Past(span):
            return _moved(clock.now, -span) + TICK, clock.now + TICK
        case Coming(span):
            return clock.now + TICK, _moved(clock.now, span) + TICK
        case Before(day):
            return None, clock.start(clock.day(day))
        case After(day):
            return clock.start(later(clock.day(day), 1)), None
        case Between(first, last):
            return clock.start(clock.day(first)), clock.start(later(clock.day(last), 1))


def days(when: When | Coming, clock: Clock) -> tuple[date | None, date | None]:
    """The calendar days that satisfy the test now, both included; None is open."""
    match when:
        case Past(span):
            return later(clock.today, 1 - span.days), clock.today
        case Coming(span):
            return clock.today, later(clock.today, span.days - 1)
        case Before(day):
            return None, later(clock.day(day), -1)
        case After(day):
            return later(clock.day(day), 1), None
        case Between(first, last):
            return clock.day(first), clock.day(last)


def anniversaries(test: Anniversary, today: date) -> tuple[str, ...]:
    """The anniversaries from today on, as "MM-DD", in order of the calendar."""
    found = set()
    for ahead in range(test.days):
        day = later(today, ahead)
        found.add(f"{day:%m-%d}")
        if (day.month, day.day) == (2, 28) and not calendar.isleap(day.year):
            found.add("02-29")
    return tuple(sorted(found))


def moment_period(when: When | Coming, moment: datetime, zone: tzinfo) -> Period:
    """While which values of now a moment satisfies the test."""
    match when:
        case Past(span):
            return moment.astimezone(UTC), _moved(moment, span)
        case Coming(span):
            return _moved(moment, -span), moment.astimezone(UTC)
        case Before() | After() | Between():
            return _calendar_period(when, day_of(moment, zone), zone)


def day_period(test: When | Coming, day: date, zone: tzinfo) -> Period:
    """While which values of now a calendar day satisfies the test."""
    match test:
        case Past(span):
            return start_of(day, zone), start_of(later(day, span.days), zone)
        case Coming(span):
            return start_of(later(day, 1 - span.days), zone), start_of(later(day, 1), zone)
        case Before() | After() | Between():
            return _calendar_period(test, day, zone)


def relative(test: Test | None) -> bool:
    """Whether the test means other moments as time goes by."""
    match test:
        case Past() | Coming() | Anniversary():
            return True
        case Before(day) | After(day):
            return isinstance(day, Ago)
        case Between(first, last):
            return isinstance(first, Ago) or isinstance(last, Ago)
        case _:
            return False


def _calendar_period(when: Before | After | Between, day: date, zone: tzinfo) -> Period:
    match when:
        case Before(bound):
            return _reached(bound, later(day, 1), zone), NEVER
        case After(bound):
            return ALWAYS, _reached(bound, day, zone)
        case Between(first, last):
            return _reached(last, day, zone), _reached(first, later(day, 1), zone)


def _reached(day: Day, target: date, zone: tzinfo) -> datetime:
    """The moment from which on a day of a rule means `target` or later."""
    if isinstance(day, date):
        return ALWAYS if day >= target else NEVER
    if resolved(day, LAST_DAY) < target:
        return NEVER
    first = _first_today(day, target)
    return ALWAYS if first == FIRST_DAY else start_of(first, zone)


def _first_today(day: Ago, target: date) -> date:
    """The first today on which `day` means `target` or later."""
    if day.unit in (Unit.DAY, Unit.WEEK):
        return later(target, day.count * (1 if day.unit is Unit.DAY else 7))
    months = day.count * (1 if day.unit is Unit.MONTH else 12)
    low, high = sorted((28 * months, 31 * months))
    around = range(later(target, low - 32).toordinal(), later(target, high + 32).toordinal())
    place = bisect_left(around, target, key=lambda n: resolved(day, date.fromordinal(n)))
    return date.fromordinal(around.start + place)


def _months_before(day: date, months: int) -> date:
    place = day.year * 12 + day.month - 1 - months
    year, month = divmod(place, 12)
    if not FIRST_DAY.year <= year <= LAST_DAY.year:
        return FIRST_DAY if year < FIRST_DAY.year else LAST_DAY
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _moved(moment: datetime, span: timedelta) -> datetime:
    """So much later by elapsed time, kept within the calendar."""
    moment = moment.astimezone(UTC)
    if span > NEVER - moment:
        return NEVER
    return ALWAYS if moment + span < ALWAYS else moment + span
