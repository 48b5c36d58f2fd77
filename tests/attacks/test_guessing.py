"""Guessing the links that open something without signing in: wrong ones are all alike, and soon
none is looked at any more; the right one goes on working.

Every such link is at least 128 random bits, or as many bits of a signature.
"""

import random
import string

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse

from accord.marketing.forms import confirmations
from accord.people.consents import preference_centre, preference_links
from accord.platform import links
from accord.web.privacy import public as privacy
from accord.web.public import guesses

pytestmark = pytest.mark.django_db
LETTERS = string.ascii_letters + string.digits + "-_"
BURST = int(guesses.A_NETWORK.burst)
CLOSED = {410, 429}


PLACES = (
    "setup",
    "invitation",
    "preferences",
    "unsubscribe",
    "preferences-confirmation",
    "preferences-pause",
    "privacy-confirmation",
    "form-confirmation",
)


def test_every_page_that_a_link_opens_is_guessed_at():
    addresses = get_resolver().reverse_dict
    names = {name for name in addresses if isinstance(name, str)}
    takes = {name for name in names if "token" in addresses.getlist(name)[0][0][0][1]}
    assert takes == set(PLACES)


def near(token, chance):
    """What somebody tries who has seen one: a letter changed, cut, lengthened, other capitals."""
    at = chance.randrange(len(token))
    other = chance.choice([each for each in LETTERS if each != token[at]])
    yield token[:at] + other + token[at + 1 :]
    yield token[:-1]
    yield token + "A"
    yield token.swapcase()
    yield "".join(chance.choices(LETTERS, k=len(token)))


def open_it(client, place, token):
    if place == "preferences-pause":  # no page of its own
        return client.post(reverse(place, args=[token]), {"days": "30"})
    return client.get(reverse(place, args=[token]))


@pytest.mark.parametrize("place", PLACES)
def test_wrong_links_are_alike_and_slowed_down_and_the_right_one_works(place, tokens):
    right, chance = tokens[place], random.Random(place)
    guessed = [wrong for _ in range(9) for wrong in near(right, chance)]
    others = [token for name, token in tokens.items() if token != right]  # of another purpose
    guessing, seen, statuses = Client(REMOTE_ADDR="203.0.113.9"), set(), []
    for wrong in [*others, *guessed]:
        answer = open_it(guessing, place, wrong)
        statuses.append(answer.status_code)
        if answer.status_code == 410:
            seen.add(answer.content.replace(wrong.encode(), b""))
    assert set(statuses) == CLOSED and statuses[BURST:] == [429] * (len(statuses) - BURST)
    assert len(seen) == 1
    post = guessing.post(reverse(place, args=[right]))
    assert post.status_code == 429 and int(post["Retry-After"]) >= 1
    elsewhere = Client(REMOTE_ADDR="198.51.100.7")
    assert open_it(elsewhere, place, right).status_code in (200, 303)


@pytest.mark.parametrize("place", PLACES)
def test_a_guess_writes_nothing(place, tokens):
    guessing = Client(REMOTE_ADDR="203.0.113.9")
    with CaptureQueriesContext(connection) as asked:
        for wrong in near(tokens[place], random.Random(1)):
            assert guessing.post(reverse(place, args=[wrong])).status_code in CLOSED
    verbs = {query["sql"].split(" ", 1)[0].upper() for query in asked.captured_queries}
    assert not verbs & {"INSERT", "UPDATE", "DELETE"}


@pytest.fixture
def doors(tokens, ana):
    """What decides of a token, without the page around it: whether it opens anything."""

    def raises(find, refusal):
        def opens(token):
            try:
                return bool(find(token))
            except refusal:
                return False

        return opens

    return {
        "setup": raises(lambda token: links.find(links.Kind.SETUP, token), links.LinkSpent),
        "invitation": raises(lambda token: links.find(links.Kind.INVITE, token), links.LinkSpent),
        "form-confirmation": raises(confirmations.find, confirmations.LinkSpent),
        "preferences": preference_links.find,
        "preferences-confirmation": raises(preference_centre.asked, preference_centre.LinkTooOld),
        "privacy-confirmation": privacy.read,
    }


def guess(doors, tokens, tries):
    """Try so many made-up tokens at every door; answers those that opened it."""
    chance, opened = random.Random(22), []
    for door, opens in doors.items():
        like = tokens[door]
        assert opens(like)
        for _ in range(tries // 5):
            opened += [(door, wrong) for wrong in near(like, chance) if opens(wrong)]
    return opened


def test_no_made_up_link_opens_anything(doors, tokens):
    assert guess(doors, tokens, 1_000) == []


@pytest.mark.long
def test_a_million_made_up_links_open_nothing(doors, tokens):
    assert guess(doors, tokens, 200_000) == []  # at each door
