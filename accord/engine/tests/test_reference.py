import pytest

from accord.engine import reference


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("United States", "US"),
        ("usa", "US"),
        ("Korea", "KR"),
        ("South  Korea", "KR"),
        ("deutschland", "DE"),
        ("gb", "GB"),
        ("Côte d'Ivoire", "CI"),
        ("Philippines", "PH"),
    ],
)
def test_a_country_is_found_by_the_names_people_use(text, code):
    assert reference.country(text).code == code


def test_an_unknown_country_is_none():
    assert reference.country("Atlantis") is None
    assert reference.country("") is None


def test_every_country_has_one_code_and_no_name_means_two():
    assert len(reference.countries()) == 249
    names = [name.casefold() for name in reference.country_names()]
    assert len(names) == len(set(names))
    assert all(len(code) == 2 and code.isupper() for code in reference.countries())


def test_currencies_know_their_smallest_unit():
    units = {code: reference.currencies()[code].minor_units for code in ("EUR", "JPY", "KWD")}
    assert units == {"EUR": 2, "JPY": 0, "KWD": 3}
    assert reference.currencies()["CHF"].symbol == "CHF"


def test_no_two_currencies_share_a_symbol():
    symbols = [each.symbol.lower() for each in reference.currencies().values()]
    assert len(symbols) == len(set(symbols))


def test_industries_hold_what_companies_call_themselves():
    known = set(reference.industries())
    assert 55 <= len(known) <= 70
    assert known >= {"Technology", "Medical", "Retail", "Software", "Entertainment", "Marketing"}
    assert known >= {"Telecommunications", "Finance", "Employment", "Services"}


def test_free_mail_means_no_company():
    assert "gmail.com" in reference.free_mail_domains()
    assert "acme.example" not in reference.free_mail_domains()
    assert all("." in name and name == name.lower() for name in reference.free_mail_domains())
