from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from accord.engine.segments.terms import After, Ago, Before, Between, Coming, Past, Unit
from accord.engine.segments.times import (
    NEVER,
    TICK,
    Clock,
    bounds,
    day_of,
    day_period,
    days,
    moment_period,
    resolved,
    start_of,
)

HAVANA, APIA = ZoneInfo("America/Havana"), ZoneInfo("Pacific/Apia")


def test_a_day_begins_when_clocks_skip_midnight_or_with_the_first_of_two():
    assert start_of(date(2026, 3, 8), HAVANA) == datetime(2026, 3, 8, 5, tzinfo=UTC)
    assert start_of(date(2026, 11, 1), HAVANA) == datetime(2026, 11, 1, 4, tzinfo=UTC)


def test_a_day_that_was_left_out_has_no_moment():
    """Samoa went from 29 to 31 December 2011."""
    assert start_of(date(2011, 12, 30), APIA) == start_of(date(2011, 12, 31), APIA)
    assert day_of(start_of(date(2011, 12, 30), APIA), APIA) == date(2011, 12, 31)


def test_days_never_go_back_when_clocks_do_after_midnight():
    """At one minute past midnight it became 23:01 of the day before."""
    newfoundland = ZoneInfo("America/St_Johns")
    midnight = start_of(date(2010, 11, 7), newfoundland)
    days_ = [day_of(midnight + timedelta(minutes=n), newfoundland) for n in range(-2, 90)]
    assert days_ == sorted(days_)


@pytest.mark.parametrize(
    ("today", "ago", "day"),
    [
        (date(2026, 3, 31), Ago(1, Unit.MONTH), date(2026, 2, 28)),
        (date(2024, 2, 29), Ago(1, Unit.YEAR), date(2023, 2, 28)),
        (date(2024, 2, 29), Ago(-4, Unit.YEAR), date(2028, 2, 29)),
        (date(2026, 1, 15), Ago(13, Unit.MONTH), date(2024, 12, 15)),
        (date(2026, 1, 15), Ago(2, Unit.WEEK), date(2026, 1, 1)),
        (date(9998, 12, 1), Ago(-36_500), date(9998, 12, 31)),
    ],
)
def test_a_relative_day_is_the_last_there_is(today, ago, day):
    assert resolved(ago, today) == day


@pytest.mark.parametrize("zone", [HAVANA, APIA, ZoneInfo("Europe/Berlin")])
@pytest.mark.parametrize("unit", Unit)
@pytest.mark.parametrize("count", [0, 1, 13, -1, -5])
def test_the_period_of_a_day_is_when_it_lies_within_the_days(zone, unit, count):
    """Asked on every day of two years around it, for days at ends of months."""
    tests = [Before(Ago(count, unit)), After(Ago(count, unit)), Between(Ago(3, unit), Ago(0))]
    for test in (*tests, Past(timedelta(days=7)), Coming(timedelta(days=7))):
        for day in (date(2028, 2, 29), date(2027, 12, 31), date(2028, 3, 1)):
            begin, end = day_period(test, day, zone)
            for ahead in range(-400, 400):
                today = day + timedelta(ahead)
                clock = Clock(start_of(today, zone), zone)
                first, last = days(test, clock)
                inside = (first is None or first <= day) and (last is None or day <= last)
                assert inside is (begin <= clock.now < end)


def test_the_period_of_a_moment_is_when_it_lies_within_the_bounds():
    zone, at = ZoneInfo("Europe/Berlin"), datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    for test in (Past(timedelta(days=1)), Coming(timedelta(days=1)), Between(Ago(1), Ago(1))):
        period = moment_period(test, at, zone)
        for edge in period:
            for now in (edge - TICK, edge, edge + TICK):
                low, high = bounds(test, Clock(now, zone))
                assert (low <= at < high) is (period[0] <= now < period[1])


def test_the_calendar_ends_without_an_error():
    clock = Clock(NEVER - timedelta(days=2), UTC)
    assert bounds(Coming(timedelta(days=36_500)), clock)[1] == NEVER + TICK
    assert days(Past(timedelta(days=36_500)), Clock(datetime(50, 1, 1, tzinfo=UTC), UTC))[0]
