from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from accord.web import formats

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        (Decimal("84000"), "EUR", "€84,000"),
        (Decimal("84000.50"), "EUR", "€84,000.50"),
        (Decimal("-5"), "USD", "−$5"),
        (Decimal("12"), "CHF", "CHF\u00a012"),
        (Decimal("0"), "EUR", "€0"),
        (None, "EUR", ""),
        (12, "", "12"),
    ],
)
def test_money_reads_as_people_write_it(amount, currency, shown):
    assert formats.money(amount, currency) == shown


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (950, "€950"),
        (9_949, "€9,949"),
        (9_950, "€10k"),
        (84_400, "€84k"),
        (999_499, "€999k"),
        (999_500, "€1.00M"),
        (1_254_000, "€1.25M"),
        (-84_000, "−€84k"),
        (3_200_000_000, "€3.20B"),
        (None, ""),
    ],
)
def test_short_money_never_says_a_thousand_k(amount, shown):
    assert formats.money_short(amount, "EUR") == shown


def test_numbers_group_and_keep_the_decimals_they_have():
    assert formats.number(12408) == "12,408"
    assert formats.number(51.78) == "51.78"
    assert formats.number(Decimal("5.00")) == "5"
    assert formats.number(5, 1) == "5.0"
    assert formats.number(None) == ""


def test_long_counts_are_capped():
    assert formats.capped(10_000) == "10,000"
    assert formats.capped(12_408) == "10,000+"


def test_changes_carry_their_sign():
    assert [formats.signed(n) for n in (3, -3, 0, None)] == ["+3", "−3", "0", ""]
    assert formats.percent(0.6315, 1) == "63.1%"


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (NOW, "just now"),
        (NOW - timedelta(minutes=12), "12 min ago"),
        (NOW - timedelta(hours=3), "3 h ago"),
        (NOW + timedelta(hours=2), "today 17:00"),
        (NOW - timedelta(days=1), "yesterday 15:00"),
        (NOW + timedelta(days=1), "tomorrow 15:00"),
        (NOW - timedelta(days=7), "7 days ago"),
        (NOW - timedelta(days=8), "15 Nov"),
        (NOW + timedelta(days=3), "in 3 days"),
        (NOW - timedelta(days=400), "19 Oct 2025"),
        (date(2026, 11, 23), "today"),
        (date(2026, 11, 22), "yesterday"),
        (date(2027, 1, 5), "5 Jan 2027"),
    ],
)
def test_moments_close_by_are_relative(moment, words):
    assert formats.near(moment, NOW) == words


def test_cents_are_left_out_where_nobody_reads_them():
    amounts = [Decimal("57.90"), Decimal("99.99"), Decimal("7223.40"), Decimal("-662.67"), None]
    shown = [formats.money_near(amount, "EUR") for amount in amounts]
    assert shown == ["€57.90", "€99.99", "€7,223", "−€663", ""]


def test_a_whole_moment_names_everything():
    assert formats.full(NOW) == "23 November 2026, 15:00"
    assert formats.full(NOW.date()) == "23 November 2026"


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(minutes=18), "18 min"),
        (timedelta(hours=3), "3 h"),
        (timedelta(hours=3, minutes=5), "3 h 5 min"),
        (timedelta(days=2, hours=4), "2 d 4 h"),
        (timedelta(days=2), "2 d"),
        (None, ""),
    ],
)
def test_spans_have_two_units_at_most(length, words):
    assert formats.span(length) == words
