import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.engine.cleaning import domains
from accord.engine.errors import Unreadable


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("acme.example", "acme.example"),
        ("WWW.Acme.Example.", "acme.example"),
        ("https://www.shop.acme.co.uk/a?b=c@d#e", "acme.co.uk"),
        ("http://ana:pw@acme.example:8080/x", "acme.example"),
        ("//acme.example/x", "acme.example"),
        ("ana@mail.acme.co.uk", "acme.co.uk"),
        ("mailto:ana@acme.example", "acme.example"),
        ("https://müller.de/", "xn--mller-kva.de"),
        ("acme.github.io", "acme.github.io"),
        ("acme.example?x=1", "acme.example"),
    ],
)
def test_a_company_s_domain_is_what_it_registered(text, domain):
    assert domains.read(text) == domain


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "Acme Inc.",
            "acme",
            "localhost",
            "co.uk",
            "192.168.0.1",
            "http://[::1]/",
            "https://",
        ),
        *("n/a", "acme.example:abc", "-acme.example", "a" * 3000 + ".example"),
    ],
)
def test_what_names_no_domain_is_refused(text):
    with pytest.raises(Unreadable, match="is not a web address or domain"):
        domains.read(text)


@given(st.text(max_size=60))
def test_no_text_is_worse_than_unreadable(text):
    for candidate in (text, f"https://{text}", f"{text}.acme.example"):
        try:
            assert domains.read(domains.read(candidate)) == domains.read(candidate)
        except Unreadable as refusal:
            assert str(refusal).endswith(".")
