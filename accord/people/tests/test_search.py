import pytest

from accord.people import companies, contacts, search
from accord.platform.access import preferences


@pytest.fixture
def people(ana, mia):
    for first, last, email in (
        ("Jörg", "Müller", "jm@bolt.example"),
        ("Annabel", "Álvaro", "bel@cargo.example"),
        ("Zoë", "Ng", "zoe@cargo.example"),
        ("Eva", "Meier", "eva@cargo.example"),
        ("Ute", "Vogt", "ute@cargo.example"),
    ):
        contacts.create(values={"first_name": first, "last_name": last, "email": email}, by=mia)
    companies.create(values={"name": "Cargo & Sons", "domain": "cargo.example"}, by=mia)
    contacts.change(ana, values={"title": "Buyer", "phone": "+49 30 1234567"}, by=mia)


def _titles(text, user):
    return [hit.title for hit in search.find(text, user)]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Alvarez", "Ana Alvarez"),
        ("alvarz", "Ana Alvarez"),
        ("ana alva", "Ana Alvarez"),
        ("alvarez ana", "Ana Alvarez"),
        ("mueller", "Jörg Müller"),
        ("muler", "Jörg Müller"),
        ("ng", "Zoë Ng"),
        ("meyer", "Eva Meier"),
        ("Mejer", "Eva Meier"),
        ("voigt", "Ute Vogt"),
        ("vgot", "Ute Vogt"),
        ("zohe", "Zoë Ng"),
        ("carog", "Cargo & Sons"),
        ("acme", "Acme"),
        ("zoe@cargo", "Zoë Ng"),
        ("(030) 123 45", "Ana Alvarez"),
    ],
)
def test_search_forgives_typing_mistakes(people, mia, text, first):
    assert first in _titles(text, mia)[:3]


@pytest.mark.parametrize("text", ["", "  ", "xyzzy", "meinel", "%", "a" * 101, "'; --", "1"])
def test_search_finds_nothing_where_nothing_is(people, mia, text):
    assert _titles(text, mia) == []


def test_search_finds_other_addresses_of_a_contact(people, ana, mia):
    contacts.add_address(ana, kind="email", value="private@home.example", by=mia)
    assert _titles("private@home", mia) == ["Ana Alvarez"]
    assert _titles("pirvate@home.example", mia)[0] == "Ana Alvarez"
    assert _titles("zoe@cagro.example", mia)[0] == "Zoë Ng"


def test_a_hit_says_who_it_is(people, mia):
    [hit] = [hit for hit in search.find("alvarez", mia) if hit.title == "Ana Alvarez"]
    assert (hit.noun, hit.detail) == ("contact", "Buyer · Acme · ana@acme.example")
    assert 0.9 < hit.score <= 1


def test_search_shows_what_one_may_see(people, ana, mia, ben, olga):
    preferences.change(seller_reads="own", by=olga)
    contacts.change(ana, values={"owner": mia}, by=mia)
    assert "Ana Alvarez" not in _titles("alvarez", ben)
    assert _titles("(030) 123 45", ben) == []
    contacts.change(ana, values={"owner": ben}, by=mia)
    assert "Ana Alvarez" in _titles("alvarez", ben)


def test_deleted_records_are_not_found(people, ana, mia):
    contacts.delete(ana, by=mia)
    assert "Ana Alvarez" not in _titles("alvarez", mia)


def test_higher_folders_add_their_finds(people, mia, monkeypatch):
    monkeypatch.setattr(search, "_finders", [])
    search.offer(lambda text, user, limit: [search.Hit("deal", 1, f"Deal {text}", "", 2.0)])
    assert _titles("alvarez", mia)[0] == "Deal alvarez"


def test_search_asks_a_few_queries(people, mia, django_assert_max_num_queries):
    search.find("alvarez", mia)
    with django_assert_max_num_queries(12):
        search.find("alvarez", mia)
