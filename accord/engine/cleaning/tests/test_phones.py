import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.engine.cleaning import phones
from accord.engine.errors import Unreadable

E164 = phonenumbers.PhoneNumberFormat.E164
INTERNATIONAL = phonenumbers.PhoneNumberFormat.INTERNATIONAL
NATIONAL = phonenumbers.PhoneNumberFormat.NATIONAL


@pytest.mark.parametrize(
    ("text", "region", "number"),
    [
        ("+49 30 1234567", None, "+49301234567"),
        ("+49 (0)30 / 123 45-67", None, "+49301234567"),
        ("0049 30 1234567", None, "+49301234567"),
        ("(030) 123 45 67", "DE", "+49301234567"),
        ("0049 30 1234567", "DE", "+49301234567"),
        ("(415) 555-2671", "US", "+14155552671"),
        ("1-415-555-2671", "us", "+14155552671"),
        ("604 555 0100", "CA", "+16045550100"),
        ("011 49 30 1234567", "US", "+49301234567"),
        ("+44 20 7946 0958", "US", "+442079460958"),
        ("06 12 34 56 78", "FR", "+33612345678"),
        ("06 69812345", "IT", "+390669812345"),
        ("11 91234-5678", "BR", "+5511912345678"),
        ("030 1234567 ext. 12", "DE", "+49301234567;ext=12"),
        ("tel:+49-30-1234567", None, "+49301234567"),
        ("+49\u00a030\u20111234567", None, "+49301234567"),
    ],
)
def test_a_number_takes_its_international_form(text, region, number):
    assert phones.read(text, region=region) == number


@pytest.mark.parametrize(
    ("text", "region", "sentence"),
    [
        ("030 1234567", None, "Write it with its country code, like +49 30 1234567."),
        ("030 1234567", "ZZ", "Write it with its country code"),
        ("", None, "An empty cell is not a phone number"),
        ("call me", "US", "“call me” is not a phone number in US. Write it like +1 201-555-0123."),
        ("555-0100", "US", "is not a phone number in US"),
        ("+1 555 0100", None, "is not a phone number"),
        ("+49 30 1234567 / +49 30 7654321", None, "is not a phone number"),
        ("+" + "1" * 80, None, "is not a phone number"),
    ],
)
def test_an_impossible_number_is_refused_with_a_sentence(text, region, sentence):
    with pytest.raises(Unreadable) as caught:
        phones.read(text, region=region)
    assert sentence in str(caught.value)


@given(
    st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS)),
    st.from_regex(r"[0-9]{3,13}", fullmatch=True),
    st.sampled_from(["+", "national", "prefixed", "code"]),
)
def test_the_short_cut_agrees_with_the_library(region, digits, shape):
    code = phonenumbers.country_code_for_region(region)
    prefix = phonenumbers.ndd_prefix_for_region(region, True) or ""
    text = {"+": f"+{code}", "national": "", "prefixed": prefix, "code": str(code)}[shape] + digits
    short = phones._read_plain(text, region)
    if short is not None:
        assert short == phones._read_any(text, region)


def test_an_example_of_every_country_is_read_in_both_forms():
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        example = phonenumbers.example_number(region)
        wanted = phonenumbers.format_number(example, E164)
        for form in (INTERNATIONAL, NATIONAL):
            written = phonenumbers.format_number(example, form)
            assert phones.read(written, region=region) == wanted


@given(st.text("0123456789+-() /.extx#;a", max_size=40), st.sampled_from([None, "DE", "US", "BR"]))
def test_no_text_is_worse_than_unreadable(text, region):
    try:
        number = phones.read(text, region=region)
    except Unreadable as refusal:
        assert str(refusal).endswith(".")
    else:
        assert phones.read(number) == number
