"""What rules ask of a merged contact: consent as the gate has it, and every stage it was in."""

import random
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accord.engine.consent import gate
from accord.engine.consent.terms import Channel, Kind, Question, Source
from accord.people import contacts, lifecycle
from accord.people.consents import consent, purposes, together
from accord.people.consents.consent import Given, Reach, What
from accord.people.identity import merging
from accord.people.models import ChangedPerson, ConsentRecord, Contact, Purpose
from accord.people.segments import checking, live, members, saving

MAIL = Channel.EMAIL
NEWS = Given("news", MAIL, source=Source.PERSON)
STATES = ("given", "withdrawn", "expired", "never")
NO_PERMISSIONS = (What.WITHDRAWN, What.OBJECTED, What.RETRACTED)
LATEST = """
SELECT DISTINCT ON (contact_id) contact_id, given FROM people_consentanswer
WHERE purpose = 'news' AND channel = 'email' ORDER BY contact_id, happened_at DESC, id DESC
"""


@pytest.fixture
def ann(mia):
    return contacts.create(values={"email": "ann@acme.example"}, by=mia)


@pytest.fixture
def asked(mia):
    """A segment for each state of consent to news."""
    lifecycle.ensure()
    purposes.add(label="News", by=None)
    rules = {state: {"consent": "news", "channel": "email", "state": state} for state in STATES}
    rules["mql"] = {"lifecycle": "was", "stages": ["mql"]}
    return {name: saving.create(name=name, rule=rule, by=mia) for name, rule in rules.items()}


def within(asked, contact):
    """The segments a contact is in, once everybody was asked; each is what its rule finds."""
    live.settle(timezone.now() + timedelta(seconds=1))
    assert not any(each.differed for each in checking.check_at(timezone.now()))
    return {name for name, each in asked.items() if members.people(each).filter(pk=contact.pk)}


def may(contact):
    return bool(consent.may_send(contact, consent.question("news", MAIL), timezone.now()))


def test_a_stop_of_a_merged_record_is_in_force(ana, ann, mia, asked):
    consent.withdraw(ann, Reach("news", MAIL), by=None)
    consent.give(ana, NEWS, by=None)
    assert within(asked, ana) == {"given"}
    merge = merging.merge(ana, ann, choices={}, by=mia)
    assert not may(ana) and within(asked, ana) == {"withdrawn"}
    merging.unmerge(merge, by=mia)
    assert may(ana) and within(asked, ana) == {"given"}
    assert within(asked, ann) == {"withdrawn"}


def test_what_only_a_merged_record_said_is_said(ana, ann, mia, asked):
    consent.give(ann, NEWS, by=None)
    assert within(asked, ana) == {"never"}
    merging.merge(ana, ann, choices={}, by=mia)
    assert may(ana) and within(asked, ana) == {"given"}


def test_what_is_said_after_the_merge_ends_a_stop_of_before(ana, ann, mia, asked):
    consent.withdraw(ann, Reach("news", MAIL), by=None)
    merging.merge(ana, ann, choices={}, by=mia)
    assert within(asked, ana) == {"withdrawn"}
    consent.give(ana, NEWS, by=None)
    assert may(ana) and within(asked, ana) == {"given"}
    consent.withdraw(ann, by=None)
    assert not may(ana) and within(asked, ana) == {"withdrawn"}


def test_a_stop_that_its_own_record_ended_ends_nothing(ana, ann, mia, asked):
    consent.give(ana, NEWS, by=None)
    consent.withdraw(ann, Reach("news", MAIL), by=None)
    consent.give(ann, NEWS, by=None)
    merging.merge(ana, ann, choices={}, by=mia)
    assert may(ana) and within(asked, ana) == {"given"}


def test_a_stop_comes_along_with_who_was_merged_before(ana, ann, mia, asked):
    zoe = contacts.create(values={"email": "zoe@acme.example"}, by=mia)
    consent.withdraw(zoe, Reach("news", MAIL), by=None)
    consent.give(ana, NEWS, by=None)
    merging.merge(ann, zoe, choices={}, by=mia)
    merging.merge(ana, ann, choices={}, by=mia)
    assert not may(ana) and within(asked, ana) == {"withdrawn"}


def test_a_purpose_that_asks_for_confirmation_from_now_on_is_followed(ana, ann, mia, asked):
    consent.give(ann, NEWS, by=None)
    merging.merge(ana, ann, choices={}, by=mia)
    assert within(asked, ana) == {"given"}
    Purpose.objects.update(double=True)
    assert not may(ana) and within(asked, ana) == {"never"}


def test_stages_of_a_merged_record_were_theirs(ana, ann, mia, asked):
    lifecycle.move(ann, to="mql", by=mia)
    lifecycle.move(ann, to="customer", by=mia)
    Contact.objects.filter(pk=ana.pk).update(stage="customer")
    ana.refresh_from_db()
    assert "mql" not in within(asked, ana)
    merge = merging.merge(ana, ann, choices={}, by=mia)
    assert "mql" in within(asked, ana)
    merging.unmerge(merge, by=mia)
    assert "mql" not in within(asked, ana) and "mql" in within(asked, ann)


def test_a_merge_and_its_undo_note_the_one_that_stays(ana, ann, mia, asked):
    live.settle(timezone.now())
    merge = merging.merge(ana, ann, choices={}, by=mia)
    for _ in range(2):
        noted = set(ChangedPerson.objects.values_list("contact_id", "what"))
        assert {(ana.pk, "consent"), (ana.pk, "stage"), (ann.pk, "contact")} <= noted
        live.settle(timezone.now() + timedelta(seconds=1))
        if merge.undone_at is None:
            merge = merging.unmerge(merge, by=mia)


def live_through(seed, steps, mia):
    """Random lives: whoever is told of as withdrawn is whom a stop stands for; gives how many."""
    pick, stopped = random.Random(seed), 0
    for name in ("News", "Offers"):
        Purpose.objects.get_or_create(name=name.casefold(), label=name)
    people = [contacts.create(values={"email": f"p{n}@x.example"}, by=mia) for n in range(5)]
    merges = []
    for _ in range(steps):
        one, other = pick.sample(people, 2)
        match pick.choice(["give", "give", "stop", "stop", "merge", "merge", "undo", "retract"]):
            case "give":
                what = pick.choice([What.CONSENT, What.CONSENT, What.INQUIRY])
                past = timezone.now() - timedelta(days=pick.choice([0, 0, 0, 3]))
                given = Given("news", MAIL, what, pick.choice([*Source][:3]), at=past)
                consent.give(one, given, by=None)
            case "stop":
                reach = Reach(pick.choice(["", "news", "offers"]), pick.choice([None, MAIL]))
                consent.withdraw(one, reach, by=None)
            case "merge" if not (hidden(one) or hidden(other)):
                merges.append(merging.merge(one, other, choices={}, by=mia))
            case "retract" if said := [*ConsentRecord.objects.exclude(what__in=NO_PERMISSIONS)]:
                consent.retract(pick.choice(said), by=None)
            case "undo" if free := [each for each in merges if not hidden(each.kept)]:
                merges.remove(each := pick.choice(free))
                merging.unmerge(each, by=mia)
        stopped += compare(people, seed)
    return stopped


def compare(people, seed):
    """Demand that rules find withdrawn whom the gate does; gives how many."""
    told, now, stopped = latest(), timezone.now(), 0
    for each in (person for person in people if not hidden(person)):
        facts = together.whole(each, "", MAIL)
        held = gate.standing(facts, Question("news", MAIL, Kind.MARKETING), now)
        assert (told.get(each.pk) is False) is bool(held), (seed, each.pk, held)
        stopped += bool(held)
    return stopped


def hidden(contact):
    return Contact.objects.filter(pk=contact.pk, deleted_at__isnull=False).exists()


def latest():
    with connection.cursor() as cursor:
        cursor.execute(LATEST)
        return dict(cursor.fetchall())


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(3))
def test_rules_tell_a_stop_where_the_gate_reads_one(mia, seed):
    assert live_through(seed, steps=30, mia=mia)


@pytest.mark.long
@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(100, 110))
def test_rules_tell_a_stop_where_the_gate_reads_one_in_the_long_run(mia, seed):
    live_through(seed, steps=100, mia=mia)
