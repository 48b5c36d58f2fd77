import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.engine.cleaning import emails
from accord.engine.errors import Unreadable


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("ana@acme.example", "ana@acme.example"),
        (" Ana.Ruiz+News@ACME.Example\n", "ana.ruiz+news@acme.example"),
        ("Ana Ruiz <Ana@acme.example>", "ana@acme.example"),
        ('"Ruiz, Ana" <ana@acme.example>', "ana@acme.example"),
        ("mailto:ana@acme.example", "ana@acme.example"),
        ("ana@acme.example;", "ana@acme.example"),
        ("ana@acme.example.", "ana@acme.example"),
        ("ana\u200b@acme.example", "ana@acme.example"),
        ("o'neil@acme.example", "o'neil@acme.example"),
        ("ANA@MÜLLER.example", "ana@xn--mller-kva.example"),
        ("ana@XN--MLLER-KVA.example", "ana@xn--mller-kva.example"),
        ("JÜRGEN@acme.example", "jürgen@acme.example"),
        ("straße@acme.example", "straße@acme.example"),
        ("a" * 64 + "@acme.example", "a" * 64 + "@acme.example"),
    ],
)
def test_an_address_takes_one_form(text, address):
    assert emails.read(text) == address


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "",
            "An empty cell is not an e-mail address: it has no @.",
        ),
        ("acme.example", "it has no @"),
        ("@acme.example", "there is nothing before or after the @"),
        ("ana@", "there is nothing before or after the @"),
        ("ana@acme.example, ben@acme.example", "more than one @. Keep one address"),
        ("ana ruiz@acme.example", "it has a space in it"),
        ("a" * 65 + "@acme.example", "longer than 64 signs"),
        ("ana..ruiz@acme.example", "a dot or sign that cannot be there"),
        (".ana@acme.example", "a dot or sign that cannot be there"),
        ('a"b@acme.example', "a dot or sign that cannot be there"),
        ("ana@acme", "“acme” is not a domain"),
        ("ana@localhost", "“localhost” is not a domain"),
        ("ana@192.0.2.1", "“192.0.2.1” is not a domain"),
        ("ana@-acme.example", "is not a domain"),
        ("ana@acme..example", "is not a domain"),
        ("ana@acme.c0m", "is not a domain"),
        ("ana@xn--.example", "is not a domain"),
        ("ana@" + "a" * 64 + ".example", "is not a domain"),
        ("ana@" + "a." * 130 + "example", "is not a domain"),
        ("x" * 310 + "@acme.example", "longer than an e-mail address can be (320 signs)"),
    ],
)
def test_an_impossible_address_is_refused_with_the_reason(text, reason):
    with pytest.raises(Unreadable) as caught:
        emails.read(text)
    assert reason in str(caught.value)
    assert str(caught.value).endswith("Write it like ana@acme.example.")


@given(st.emails())
def test_reading_twice_changes_nothing(address):
    try:
        once = emails.read(address)
    except Unreadable:
        return
    assert emails.read(once) == once == emails.read(f"  {address.upper()} ")


@given(st.text(max_size=400))
def test_no_text_is_worse_than_unreadable(text):
    for candidate in (text, f"ana@{text}", f"{text}@acme.example"):
        try:
            assert len(emails.read(candidate)) <= emails.LONGEST
        except Unreadable as refusal:
            assert str(refusal).endswith(".")
