"""A marketer sees whom a campaign to a segment would not reach, and why."""

import pytest
from django.utils import timezone

from accord.engine import segments as engine
from accord.engine.consent.terms import Channel
from accord.people import contacts
from accord.people.consents import consent, purposes
from accord.people.identity import merging
from accord.people.models import Contact, Suppression
from accord.people.segments import excluding, live, looking, saving
from accord.sales import deals
from accord.sales.models import DealContact
from accord.sales.pipeline import pipelines

pytestmark = pytest.mark.django_db

BONN = {"contact": "city", "kind": "text", "is": "Bonn"}


@pytest.fixture
def people(mia):
    """Ten people, the even ones in Bonn."""
    return [
        contacts.create(
            values={
                "first_name": f"P{n}",
                "email": f"p{n}@acme.example",
                "city": "" if n % 2 else "Bonn",
            },
            by=mia,
        )
        for n in range(10)
    ]


@pytest.fixture
def bonn(people, mia):
    made = saving.create(name="Bonn", rule=BONN, by=mia)
    live.settle(timezone.now())
    return made


def test_who_is_left_out_and_why(people, bonn, mia, monkeypatch):
    pipelines.ensure()
    purposes.add(label="News", by=None)
    question = consent.question("news", Channel.EMAIL)
    for person in people[:7]:
        consent.give(person, consent.Given("news", Channel.EMAIL), by=None)
    consent.suppress(
        people[2],
        people[2].email,
        channel=Channel.EMAIL,
        way=Suppression.Way.COMPLAINED,
        by=None,
    )
    deal = deals.create(values={"name": "Shoes"}, by=None)
    DealContact.objects.create(deal=deal, contact=people[4])
    contacts.change(people[6], values={"email": "", "external_id": "x"}, by=mia)
    told = excluding.excluded(bonn, question, timezone.now())
    assert (told.size, told.reached, told.exact) == (5, 1, True)
    assert told.counts == {
        "restricted": 0,
        "no_address": 1,
        "suppressed": 1,
        "child": 0,
        "no_consent": 1,
        "open_deal": 1,
    }
    assert [each.contact.first_name for each in told.rows] == ["P2", "P4", "P6", "P8"]
    assert "unwanted" in told.rows[0].reason
    # A rule nobody keeps yet is told the same.
    rule, seen = engine.from_json(BONN), Contact.objects.visible_to(mia)
    assert looking.excluded(rule, question, timezone.now(), seen=seen) == told
    monkeypatch.setattr(excluding, "MOST", 2)
    drawn = looking.excluded(rule, question, timezone.now(), seen=seen)
    assert (drawn.size, drawn.exact, len(drawn.rows) <= 2) == (5, False, True)


def test_somebody_restricted_is_not_reached_and_told_apart(people, bonn, mia):
    purposes.add(label="News", by=None)
    question = consent.question("news", Channel.EMAIL)
    for person in people:
        consent.give(person, consent.Given("news", Channel.EMAIL), by=None)
    consent.restrict(people[2], reason="Asked", by=None)
    consent.restrict(people[4], reason="Asked", by=None)
    consent.unrestrict(people[4], by=None)
    contacts.change(people[2], values={"email": "", "external_id": "x"}, by=mia)
    told = excluding.excluded(bonn, question, timezone.now())
    assert (told.size, told.reached, told.counts["restricted"]) == (5, 4, 1)
    assert [(each.contact, each.why) for each in told.rows] == [(people[2], "restricted")]
    assert "restriction" in told.rows[0].reason


@pytest.mark.parametrize("what", ["objected", "restricted", "agreed"])
def test_what_was_said_to_a_merged_record_counts(people, bonn, mia, what):
    """The reach is what the gate says of each, also of those who were two records."""
    purposes.add(label="News", by=None)
    question = consent.question("news", Channel.EMAIL)
    for person in people[:2]:
        consent.give(person, consent.Given("news", Channel.EMAIL), by=None)
    if what == "objected":
        consent.object_to(people[1], by=None)
    if what == "restricted":
        consent.restrict(people[1], reason="Asked", by=None)
    merging.merge(people[0], people[1], choices={}, by=None)
    people[0].refresh_from_db()
    now = timezone.now()
    told = excluding.excluded(bonn, question, now)
    assert (told.reached == 1) is (what == "agreed")
    assert (told.counts["restricted"] == 1) is (what == "restricted")
    said = excluding.decide([people[0]], question, now)[people[0].pk]
    assert said.decision == consent.may_send(people[0], question, now)
