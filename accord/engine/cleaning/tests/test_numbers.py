from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.engine.cleaning import numbers
from accord.engine.errors import Ambiguous, Unreadable


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7", "7"),
        (" 007 ", "7"),
        ("-12.5", "-12.5"),
        ("−12,5", "-12.5"),
        ("+3", "3"),
        ("3-", "-3"),
        ("(12.50)", "-12.50"),
        ("1100.04", "1100.04"),
        ("0.244", "0.244"),
        ("0,244", "0.244"),
        (".5", "0.5"),
        ("5.", "5"),
        ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1'234.5", "1234.5"),
        ("1’234’567", "1234567"),
        ("1 234 567,89", "1234567.89"),
        ("1\u202f234,5", "1234.5"),
        ("1 234,567", "1234.567"),
        ("1.234.567", "1234567"),
        ("12,34,567.89", "1234567.89"),
        ("1234,567", "1234.567"),
        ("10k", "10000"),
        ("2,5 Mio", "2500000"),
        ("2.5 Mio.", "2500000"),
        ("1.2bn", "1200000000"),
        ("12 %", "12"),
        ("1.5E+06", "1500000"),
        ("2e-3", "0.002"),
    ],
)
def test_a_number_is_read_as_people_write_it(text, value):
    assert numbers.read(text) == Decimal(value)
    assert "E" not in str(numbers.read(text))


@pytest.mark.parametrize(
    ("text", "mark", "value"),
    [
        ("1.234", ",", 1234),
        ("1.234", ".", Decimal("1.234")),
        ("1,234", ".", 1234),
        ("1,234", ",", Decimal("1.234")),
        ("1,5", ",", Decimal("1.5")),
        ("1.234.567", ",", 1234567),
        ("12", ",", 12),
    ],
)
def test_the_decimal_mark_of_the_column_settles_it(text, mark, value):
    assert numbers.read(text, decimal_mark=mark) == value


@pytest.mark.parametrize("text", ["1.234", "1,234", "12.345", "(999,000)", "-1.234", "1.234k"])
def test_a_group_that_could_be_decimals_is_not_guessed(text):
    with pytest.raises(Ambiguous, match="Say which mark separates decimals"):
        numbers.read(text)


def test_the_sentence_offers_both_readings():
    with pytest.raises(Ambiguous) as caught:
        numbers.read("1.234")
    assert str(caught.value) == (
        "“1.234” can be 1234 or 1.2340. "
        "Say which mark separates decimals here, or write one of these."
    )


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "abc", "nan", "inf", "1e99", "1e9999", "٣", "²", "1.2.3", "1,23,4", "12 34"),
        *("--1", "(-5)", "1.234,567,8", "0x1F", "1_000", "12 potatoes", "- ", ".", "9" * 61),
        "1" + "0" * 30,
    ],
)
def test_what_is_no_number_is_refused_with_a_sentence(text):
    with pytest.raises(Unreadable, match="is not a number") as caught:
        numbers.read(text)
    assert "1234.56" in str(caught.value)
    assert len(str(caught.value)) < 150


@pytest.mark.parametrize(("text", "mark"), [("1.5", ","), ("1,5", "."), ("12.34.567", ",")])
def test_a_number_that_does_not_fit_its_column_is_refused(text, mark):
    with pytest.raises(Unreadable, match="change the decimal mark"):
        numbers.read(text, decimal_mark=mark)


@pytest.mark.parametrize(
    ("samples", "mark"),
    [
        (["1.234", "12,5"], ","),
        (["1,234", "7", "1,234.5"], "."),
        (["251.41", "1012.72"], "."),
        (["1.234", "5.678", "12", "", "n/a"], None),
        (["1.5", "1,5"], None),
        (["1.234.567"], ","),
        ([], None),
    ],
)
def test_a_column_tells_its_decimal_mark(samples, mark):
    assert numbers.infer_decimal_mark(samples) == mark


@given(st.decimals(-(10**12), 10**12, places=2), st.sampled_from([".", ","]))
def test_a_written_number_is_read_back(value, mark):
    written = f"{value:,.2f}"
    if mark == ",":
        written = written.translate(str.maketrans(",.", ".,"))
    assert numbers.read(written, decimal_mark=mark) == value
    assert numbers.read(f"{value}") == value


@given(st.text(max_size=70))
def test_no_text_is_worse_than_unreadable(text):
    try:
        numbers.read(text)
    except Unreadable as refusal:
        assert str(refusal).endswith(".")
