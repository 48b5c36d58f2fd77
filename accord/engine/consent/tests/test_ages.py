"""Who is a child where: each country's age, the days around the birthday, the leap day."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from accord.engine.consent import ages

TABLE = """
    13  BE EE FI GB IS LV MT NO PT SE US
    14  AT BG CY ES IT LT
    15  CZ DK FR GR SI
    16  DE HR HU IE LI LU NL PL RO SK  CH CA BR ??
"""
ROWS = [
    (country.replace("??", ""), int(age))
    for age, *known in map(str.split, TABLE.strip().splitlines())
    for country in known
]
BORN = date(2010, 6, 1)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(("country", "age"), ROWS)
def test_of_age_from_the_first_second_of_the_birthday(country, age):
    birthday = datetime(2010 + age, 6, 1, tzinfo=UTC)
    assert ages.of_age(BORN, country) == birthday.date()
    assert ages.is_child(BORN, birthday - SECOND, country)
    assert not ages.is_child(BORN, birthday, country)


def test_every_country_of_the_table_is_looked_at():
    assert {country for country, _ in ROWS} == {*ages.AGES, "CH", "CA", "BR", ""}


@pytest.mark.parametrize(
    ("country", "day"),
    [("GB", date(2025, 3, 1)), ("FR", date(2027, 3, 1)), ("DE", date(2028, 2, 29))],
)
def test_the_leap_day_is_the_first_of_march_in_other_years(country, day):
    assert ages.of_age(date(2012, 2, 29), country) == day


def test_days_are_those_of_utc():
    late = datetime(2026, 5, 31, 23, tzinfo=timezone(-timedelta(hours=2)))
    assert not ages.is_child(BORN, late, "DE")


def test_whose_date_of_birth_nobody_knows_is_grown_up():
    assert not ages.is_child(None, datetime(2026, 6, 1, tzinfo=UTC), "DE")


def test_a_date_in_the_far_future_is_a_childs():
    assert ages.is_child(date(9999, 12, 31), datetime(2026, 6, 1, tzinfo=UTC), "DE")
