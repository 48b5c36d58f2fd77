"""What the gate says of children: a parent's consent or nothing, and what follows of age."""

from datetime import UTC, date, datetime

import pytest

from accord.engine.consent import gate, merging
from accord.engine.consent.terms import Basis, Facts, Parent, Restriction, Source, Stop, Way
from accord.engine.consent.tests.test_gate import (
    ADDRESS,
    CONFIRMED_NEWS,
    DAY,
    MAIL,
    NEWS,
    NOW,
    RECEIPT,
    SECOND,
    SMS,
    THEN,
    asked,
    bought,
    consent,
    decide,
    interest,
    published,
    sale,
)

BORN = date(2011, 6, 1)  # of age in Germany on 1 June 2027, in the United Kingdom since 2024
BIRTHDAY = datetime(2027, 6, 1, tzinfo=UTC)
NO_PARENT = "Refused: this person is a child, and no parent agreed."
AS_A_CHILD = "Refused: they agreed as a child, which is no basis."
CHILD = {"country": "DE", "born_on": BORN, "children": True}


def parent(at=THEN, id=7, channel=MAIL):
    return Parent(id, "news", channel, at)


@pytest.mark.parametrize("source", list(Source))
def test_a_childs_own_consent_is_no_basis(source):
    refused = decide(consent(source=source), **CHILD)
    assert (bool(refused), refused.words) == (False, NO_PARENT)
    assert decide(**CHILD).words == NO_PARENT


@pytest.mark.parametrize(
    ("make", "country"),
    [(sale, "DE"), (interest, "GB"), (bought, "CA"), (asked, "CA"), (published, "CA")],
)
def test_nothing_stands_in_for_a_parent(make, country):
    young = {**CHILD, "country": country, "business": True, "born_on": date(2015, 1, 1)}
    young["address"] = ADDRESS
    assert decide(make(), **{**young, "born_on": None})
    assert decide(make(), **young).words == NO_PARENT


def test_a_parents_consent_is_the_basis_until_the_birthday():
    last = decide(parent(), now=BIRTHDAY - SECOND, **CHILD)
    assert (last.basis, last.basis_id, last.until) == (Basis.PARENT, 7, BIRTHDAY)
    assert last.words == "Consent of a parent"
    over = decide(parent(), now=BIRTHDAY, **CHILD)
    assert over.words == (
        "Refused: a parent agreed, which counts for a child only. Ask the person themselves."
    )
    assert decide(parent(), question=CONFIRMED_NEWS, **CHILD)
    assert not decide(parent(channel=SMS), **CHILD)
    assert not decide(parent(NOW + SECOND), **CHILD)


def test_of_age_only_what_is_said_as_such_counts():
    young, own = consent(BIRTHDAY - SECOND, id=1), consent(BIRTHDAY, id=2)
    assert decide(young, parent(), now=BIRTHDAY, **CHILD).words == AS_A_CHILD
    assert decide(own, parent(), young, now=BIRTHDAY, **CHILD).basis_id == 2
    bought_young = decide(sale(), now=BIRTHDAY, **CHILD)
    assert bought_young.words == AS_A_CHILD
    ours = interest(until=BIRTHDAY + DAY)
    grown = {**CHILD, "country": "GB", "business": True}
    assert decide(ours, now=BIRTHDAY, **grown).basis == Basis.INTEREST


@pytest.mark.parametrize("make", [bought, asked, published])
def test_what_a_child_bought_asked_or_published_implies_nothing_later(make):
    canada = {"country": "CA", "born_on": BORN, "business": True, "address": ADDRESS}
    assert decide(make(BIRTHDAY), now=BIRTHDAY, **canada)
    assert decide(make(BIRTHDAY - SECOND), now=BIRTHDAY, **canada).words == AS_A_CHILD


def test_what_was_said_as_a_child_stays_so_whatever_the_record_says_later():
    said = consent(source=Source.CHILD)
    assert decide(said, country="DE").words == AS_A_CHILD
    assert decide(said, country="DE", born_on=date(1990, 1, 1)).words == AS_A_CHILD


def test_the_country_tells_who_is_a_child():
    assert decide(consent(), **{**CHILD, "country": "GB"})
    assert not decide(consent(), **{**CHILD, "country": ""})


def test_a_company_that_does_not_reach_children_never_does():
    refused = decide(parent(), **{**CHILD, "children": False})
    assert refused.words == (
        "Refused: this person is a child, and the company does not reach children."
    )
    assert decide(question=RECEIPT, **{**CHILD, "children": False})


def test_without_a_date_of_birth_a_parents_consent_is_none():
    facts = Facts(claims=(parent(),), country="DE", children=True)
    assert not gate.decide(facts, NEWS, NOW)
    assert gate.expiry(parent(), facts) is None


@pytest.mark.parametrize("way", list(Way))
def test_a_parents_consent_ends_a_withdrawal_and_nothing_else(way):
    stops = (Stop(1, way, THEN, "news", MAIL),)
    assert bool(decide(parent(THEN + SECOND), stops=stops, **CHILD)) == (way == Way.WITHDRAWN)
    assert not decide(parent(THEN), stops=stops, **CHILD)
    off = Facts(claims=(parent(NOW),), stops=stops, **{**CHILD, "children": False})
    assert gate.standing(off, NEWS, NOW) == stops


def test_a_withdrawal_a_parent_ended_stands_again_of_age():
    stops = (Stop(1, Way.WITHDRAWN, THEN, "news", MAIL),)
    of_age = decide(parent(THEN + SECOND), stops=stops, now=BIRTHDAY, **CHILD)
    assert of_age.words == "Refused: consent was withdrawn."


def test_a_child_opens_nothing_again():
    stops = (Stop(1, Way.WITHDRAWN, THEN, "news", MAIL),)
    facts = Facts(claims=(consent(THEN + DAY),), stops=stops, **CHILD)
    assert gate.standing(facts, NEWS, NOW) == gate.standing(facts, NEWS, BIRTHDAY) == stops


def test_of_two_records_the_later_birth_counts_and_parents_only_of_a_child():
    grown = Facts(country="DE", born_on=date(1990, 1, 1), claims=(consent(),), children=True)
    silent = Facts(country="DE", children=True)
    child = Facts(claims=(parent(),), **CHILD)
    for kept, other in [(grown, child), (child, grown), (silent, child)]:
        merged = merging.merge(kept, other, double=(), now=NOW)
        assert merged.born_on == BORN
        assert gate.decide(merged, NEWS, NOW).basis == Basis.PARENT
    unborn = Facts(country="DE", children=True, claims=(parent(),))
    alone = Facts(**CHILD)
    assert not gate.decide(merging.merge(unborn, alone, double=(), now=NOW), NEWS, NOW)
    shut = merging.merge(child, Facts(country="DE"), double=(), now=NOW)
    assert not gate.decide(shut, NEWS, NOW)


def test_a_restricted_child_is_not_reached_either():
    refused = decide(parent(), restrictions=(Restriction(1, THEN),), **CHILD)
    assert "restriction" in refused.words
