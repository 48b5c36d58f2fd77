import random

import pytest

from accord.people import contacts
from accord.people.consents import preference_links
from accord.people.identity import merging
from accord.platform.safekeeping import secrets

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def data(settings, tmp_path):
    settings.DATA = tmp_path
    return tmp_path


def test_a_token_is_a_contacts_own_and_always_the_same(ana):
    ben = contacts.create(values={"email": "ben@acme.example"}, by=None)
    token = preference_links.token(ana)
    assert token == preference_links.token(ana) != preference_links.token(ben)
    assert preference_links.find(token) == ana
    contacts.delete(ana, by=None)
    assert preference_links.find(token) == ana


def test_no_token_can_be_made_from_another(ana):
    token = preference_links.token(ana)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for place in range(len(token)):
        for letter in random.Random(7).sample(letters, 8):
            other = token[:place] + letter + token[place + 1 :]
            assert (preference_links.find(other) == ana) is (other == token)


@pytest.mark.parametrize("text", ["", "x", "A" * 31, "A" * 33, "A" * 32, "ä" * 32, "A" * 31 + "="])
def test_what_is_no_token_finds_nobody(ana, text):
    assert preference_links.find(text) is None


def test_tokens_do_not_tell_how_many_people_there_are(ana):
    ben = contacts.create(values={"email": "ben@acme.example"}, by=None)
    first, second = preference_links.token(ana), preference_links.token(ben)
    assert sum(one == other for one, other in zip(first, second, strict=True)) < 12


def test_links_in_old_mails_outlive_a_change_of_the_key(ana, data):
    token = preference_links.token(ana)
    path = data / "secrets" / "link_key"
    path.rename(data / "secrets" / "link_key.old")
    assert secrets.secret(data, "link_key") not in (data / "secrets" / "link_key.old").read_text()
    assert preference_links.token(ana) != token
    assert preference_links.find(token) == ana
    assert preference_links.find(preference_links.token(ana)) == ana


def test_a_token_leads_to_what_the_contact_was_merged_into(ana):
    gone = contacts.create(values={"email": "ana@home.example"}, by=None)
    token = preference_links.token(gone)
    merging.merge(ana, gone, choices={}, by=None)
    assert preference_links.find(token) == ana
