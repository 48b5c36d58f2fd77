from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.engine import periods
from accord.engine.periods import Name, Period

BERLIN = ZoneInfo("Europe/Berlin")
AUCKLAND = ZoneInfo("Pacific/Auckland")
# A Tuesday in the second quarter; 23:30 in Berlin, already Wednesday in Auckland.
NOW = datetime(2026, 5, 12, 21, 30, tzinfo=UTC)

days = st.dates(date(1950, 1, 1), date(2150, 1, 1))


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("today", date(2026, 5, 12), date(2026, 5, 12)),
        ("yesterday", date(2026, 5, 11), date(2026, 5, 11)),
        ("this_week", date(2026, 5, 11), date(2026, 5, 17)),
        ("last_week", date(2026, 5, 4), date(2026, 5, 10)),
        ("this_month", date(2026, 5, 1), date(2026, 5, 31)),
        ("last_month", date(2026, 4, 1), date(2026, 4, 30)),
        ("this_quarter", date(2026, 4, 1), date(2026, 6, 30)),
        ("last_quarter", date(2026, 1, 1), date(2026, 3, 31)),
        ("this_year", date(2026, 1, 1), date(2026, 12, 31)),
        ("last_year", date(2025, 1, 1), date(2025, 12, 31)),
        ("last_7_days", date(2026, 5, 6), date(2026, 5, 12)),
        ("last_30_days", date(2026, 4, 13), date(2026, 5, 12)),
        ("Last 90 days", date(2026, 2, 12), date(2026, 5, 12)),
        ("last-365-days", date(2025, 5, 13), date(2026, 5, 12)),
        ("all", None, None),
    ],
)
def test_a_period_is_chosen_by_name(name, first, last):
    assert periods.named(name, now=NOW, zone=BERLIN) == Period(first, last)


def test_every_name_has_a_period_and_a_label():
    for name in Name:
        assert periods.named(name.label.replace("All time", "all"), now=NOW, zone=BERLIN)
    assert Name.LAST_90_DAYS.label == "Last 90 days"
    assert Name.ALL.label == "All time"


def test_the_zone_tells_which_day_it_is():
    assert periods.named("today", now=NOW, zone=AUCKLAND).first == date(2026, 5, 13)


def test_an_unknown_name_is_refused_with_the_names_there_are():
    with pytest.raises(periods.UnknownPeriod, match="last fortnight"):
        periods.named("last fortnight", now=NOW, zone=BERLIN)


def test_a_period_cannot_end_before_it_starts():
    with pytest.raises(periods.PeriodReversed, match="Swap the two days"):
        Period(date(2026, 2, 2), date(2026, 2, 1))


@pytest.mark.parametrize("day", [date.min, date.max, date(1899, 12, 31), date(2200, 1, 1)])
def test_a_period_stays_within_reason(day):
    with pytest.raises(periods.PeriodTooFar, match="between the years 1900 and 2199"):
        Period(day, day)


def test_an_open_end_holds_every_day_on_its_side():
    assert date(1999, 1, 1) in periods.ALL
    since = Period(date(2026, 1, 1))
    assert date(2026, 1, 1) in since
    assert date(2025, 12, 31) not in since
    assert date(2026, 1, 2) not in Period(None, date(2026, 1, 1))
    assert since.days is None
    assert periods.bounds(since, zone=BERLIN) == (datetime(2026, 1, 1, tzinfo=BERLIN), None)


def test_a_day_runs_from_midnight_to_midnight_where_the_instance_is():
    day = Period(date(2026, 3, 29), date(2026, 3, 29))
    start, end = periods.bounds(day, zone=BERLIN)
    assert start.astimezone(UTC) == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert end.astimezone(UTC) == datetime(2026, 3, 29, 22, tzinfo=UTC)


def test_pace_is_the_share_of_the_period_elapsed():
    april = Period(date(2026, 4, 1), date(2026, 4, 30))
    noon = datetime(2026, 4, 16, tzinfo=BERLIN)
    assert periods.pace(april, now=noon, zone=BERLIN) == 0.5
    assert periods.pace(april, now=noon - timedelta(days=99), zone=BERLIN) == 0
    assert periods.pace(april, now=noon + timedelta(days=99), zone=BERLIN) == 1
    assert periods.pace(periods.ALL, now=noon, zone=BERLIN) is None


def test_pace_counts_the_hour_the_clock_skips():
    day = Period(date(2026, 3, 29), date(2026, 3, 29))
    noon = datetime(2026, 3, 29, 12, tzinfo=BERLIN)
    assert periods.pace(day, now=noon, zone=BERLIN) == pytest.approx(11 / 23)


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        (Period(date(2026, 3, 1), date(2026, 3, 31)), Period(date(2026, 2, 1), date(2026, 2, 28))),
        (Period(date(2024, 3, 1), date(2024, 3, 31)), Period(date(2024, 2, 1), date(2024, 2, 29))),
        (
            Period(date(2026, 1, 1), date(2026, 3, 31)),
            Period(date(2025, 10, 1), date(2025, 12, 31)),
        ),
        (
            Period(date(2026, 1, 1), date(2026, 12, 31)),
            Period(date(2025, 1, 1), date(2025, 12, 31)),
        ),
        (Period(date(2026, 5, 6), date(2026, 5, 12)), Period(date(2026, 4, 29), date(2026, 5, 5))),
        (Period(date(2026, 3, 1), date(2026, 3, 30)), Period(date(2026, 1, 30), date(2026, 2, 28))),
        (Period(date(2026, 3, 1), None), None),
        (periods.ALL, None),
    ],
)
def test_a_period_is_compared_with_the_one_before(period, expected):
    assert periods.before(period) == expected


@given(days, st.integers(0, 3000))
def test_the_period_before_ends_the_day_before_and_is_as_long(first, length):
    period = Period(first, first + timedelta(days=length))
    earlier = periods.before(period)
    assert earlier.last == first - timedelta(days=1)
    assert earlier.days == period.days or _month_count(earlier) == _month_count(period)


def _month_count(period: Period) -> int:
    return len(list(periods.months(period)))


def test_months_are_those_the_period_touches():
    touched = list(periods.months(Period(date(2025, 11, 30), date(2026, 2, 1))))
    assert touched == [date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1)]
    with pytest.raises(ValueError, match="open end"):
        list(periods.months(periods.ALL))


@given(days)
def test_a_month_holds_its_day(day):
    month = periods.month(day)
    assert day in month
    assert list(periods.months(month)) == [day.replace(day=1)]
