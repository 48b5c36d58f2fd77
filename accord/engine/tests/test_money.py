from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.engine import money
from accord.engine.errors import Ambiguous, Unreadable
from accord.engine.money import Money, Rate


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("€1.234,56", "1234.56", "EUR"),
        ("1,234.56 USD", "1234.56", "USD"),
        ("usd 12", "12", "USD"),
        ("CHF 1'200.-", "1200", "CHF"),
        ("CHF 1’200.–", "1200", "CHF"),
        ("1200,- €", "1200", "EUR"),
        ("US$ 1,5 Mio", "1500000", "USD"),
        ("2.5M€", "2500000", "EUR"),
        ("1 234 567,89 €", "1234567.89", "EUR"),
        ("-€5", "-5", "EUR"),
        ("€ -5.5", "-5.5", "EUR"),
        ("$-1,200.00", "-1200.00", "USD"),
        ("($12.50)", "-12.50", "USD"),
        ("¥1200", "1200", "JPY"),
        ("CN¥12", "12", "CNY"),
        ("R$ 1.234,5", "1234.5", "BRL"),
        ("₹12,34,567.89", "1234567.89", "INR"),
        ("500 zł", "500", "PLN"),
        ("20 Euro", "20", "EUR"),
    ],
)
def test_an_amount_is_read_as_people_write_it(text, amount, currency):
    assert money.read(text) == Money(Decimal(amount), currency)


@pytest.mark.parametrize(
    ("text", "column", "expected"),
    [
        ("10k", "EUR", Money(Decimal(10000), "EUR")),
        ("4821", "USD", Money(Decimal(4821), "USD")),
        ("12.50,-", "EUR", Money(Decimal("12.50"), "EUR")),
        ("$5", "CAD", Money(Decimal(5), "CAD")),
        ("$5", "EUR", Money(Decimal(5), "USD")),
        ("kr 500", "NOK", Money(Decimal(500), "NOK")),
        ("5 GBP", "EUR", Money(Decimal(5), "GBP")),
        ("5-", "EUR", Money(Decimal(-5), "EUR")),
    ],
)
def test_the_column_s_currency_is_meant_unless_the_amount_names_another(text, column, expected):
    assert money.read(text, currency=column) == expected


def test_the_decimal_mark_of_the_column_settles_a_group():
    with pytest.raises(Ambiguous, match="Say which mark"):
        money.read("(1,200)", currency="EUR")
    assert money.read("(1,200)", currency="EUR", decimal_mark=".").amount == -1200
    assert money.read("€ 1.234", decimal_mark=",").amount == 1234


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "An empty cell is not an amount of money. Write it like 1234.56 EUR."),
        ("soon", "“soon” is not an amount of money"),
        ("12 potatoes", "“12 potatoes” is not an amount of money"),
        ("5 EUR USD", "is not an amount of money"),
        ("1k 2k", "is not an amount of money"),
        ("5 %", "is not an amount of money"),
        ("1200", "names no currency. Write it like 1234.56 EUR."),
        ("kr 500", "can be in SEK, NOK, DKK, ISK. Write the currency's code"),
        ("€" * 500 + "1", "is not an amount of money"),
    ],
)
def test_what_is_no_amount_is_refused_with_a_sentence(text, sentence):
    with pytest.raises(Unreadable) as caught:
        money.read(text)
    assert sentence in str(caught.value)


@given(st.text("0123456789.,'-()€$krEURM ", max_size=30))
def test_no_text_is_worse_than_unreadable(text):
    try:
        money.read(text, currency="EUR")
    except Unreadable as refusal:
        assert str(refusal).endswith(".")


@pytest.mark.parametrize(
    ("amount", "currency", "full", "compact"),
    [
        ("84000", "EUR", "€84,000", "€84k"),
        ("1234.5", "EUR", "€1,234.50", "€1,234"),
        ("-1200", "CHF", "-CHF\u00a01,200", "-CHF\u00a01,200"),
        ("1600000", "USD", "$1,600,000", "$1.60M"),
        ("999999", "EUR", "€999,999", "€1.00M"),
        ("9999.9", "EUR", "€9,999.90", "€10k"),
        ("2104000000", "EUR", "€2,104,000,000", "€2.10B"),
        ("1234.5", "JPY", "¥1,235", "¥1,234"),
        ("1.2345", "KWD", "KWD\u00a01.235", "KWD\u00a01"),
        ("0", "EUR", "€0", "€0"),
    ],
)
def test_an_amount_is_shown_in_full_and_in_little_room(amount, currency, full, compact):
    shown = Money(Decimal(amount), currency)
    assert money.format_full(shown) == full
    assert money.format_compact(shown) == compact


def test_a_currency_must_be_in_use():
    with pytest.raises(ValueError, match="XYZ"):
        Money(Decimal(1), "XYZ")


def test_an_amount_is_rounded_to_its_smallest_unit():
    assert Money(Decimal("0.005"), "EUR").rounded() == Money(Decimal("0.01"), "EUR")
    assert Money(Decimal("0.5"), "JPY").rounded() == Money(Decimal(1), "JPY")
    assert money.quantum("KWD") == Decimal("0.001")


@given(
    st.decimals(-(10**15), 10**15, places=2),
    st.lists(st.floats(0, 1e6), min_size=1, max_size=30).filter(lambda w: sum(w) > 1e-3),
)
def test_parts_sum_to_the_whole_and_stay_near_their_share(amount, weights):
    parts = money.split(amount, weights)
    assert sum(parts) == amount
    for part, weight in zip(parts, weights, strict=True):
        # Exact, as a sum of floats would be off by cents here.
        share = Fraction(amount) * Fraction(weight) / sum(map(Fraction, weights))
        assert abs(Fraction(part) - share) < Fraction(1, 100)
        assert part == 0 or weight > 0


def test_the_largest_remainders_get_what_is_left():
    assert money.split(Decimal(10), [1, 1, 1], quantum=Decimal(1)) == (4, 3, 3)
    assert money.split(Decimal(10), [5, 27, 68], quantum=Decimal(1)) == (0, 3, 7)


def test_an_amount_finer_than_the_cent_is_split_at_its_last_digit():
    assert money.split(Decimal("0.005"), [1, 1]) == (Decimal("0.003"), Decimal("0.002"))


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1]])
def test_weights_must_say_something(weights):
    with pytest.raises(ValueError, match="weights"):
        money.split(Decimal(1), weights)


RATES = (
    Rate("USD", date(2026, 3, 1), Decimal("0.90")),
    Rate("USD", date(2026, 1, 1), Decimal("0.80")),
    Rate("CHF", date(2026, 2, 1), Decimal("1.05")),
)


def test_the_latest_rate_up_to_the_day_counts():
    paid = Money(Decimal("10.01"), "USD")
    for on, amount in [
        (date(2026, 1, 1), "8.01"),
        (date(2026, 2, 28), "8.01"),
        (date(2026, 3, 1), "9.01"),
        (date(2027, 1, 1), "9.01"),
    ]:
        assert money.convert(paid, to="EUR", on=on, rates=RATES) == Money(Decimal(amount), "EUR")


def test_the_reporting_currency_needs_no_rate():
    paid = Money(Decimal("10.01"), "EUR")
    assert money.convert(paid, to="EUR", on=date(2026, 1, 1), rates=()) is paid


def test_a_missing_rate_is_named():
    with pytest.raises(money.NoRate, match="from CHF to EUR on or before 2026-01-31"):
        money.convert(Money(Decimal(1), "CHF"), to="EUR", on=date(2026, 1, 31), rates=RATES)
