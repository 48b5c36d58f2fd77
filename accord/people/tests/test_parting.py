"""What was stopped while two were one holds for both once they are two again."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accord.engine.consent.terms import Channel, Source
from accord.people import contacts
from accord.people.consents import consent, ledger, preference_links, purposes, restrictions
from accord.people.consents.consent import Given, Reach
from accord.people.consents.ledger import Proof
from accord.people.identity import merging
from accord.people.models import ConsentRecord, Contact, Pause, Restriction
from accord.platform.models import Event

pytestmark = pytest.mark.django_db
MAIL = Channel.EMAIL


@pytest.fixture
def ann(mia):
    return contacts.create(values={"first_name": "Ann", "email": "ann@acme.example"}, by=mia)


@pytest.fixture
def one(ana, ann, mia):
    """The merge of the two, who both agreed to news and offers before."""
    for label in ("News", "Offers"):
        purposes.add(label=label, by=None)
        for each in (ana, ann):
            consent.give(each, Given(label.lower(), MAIL, source=Source.PERSON), by=None)
    return merging.merge(ana, ann, choices={}, by=mia)


def may(contact, purpose="news"):
    fresh = Contact.objects.get(pk=contact.pk)
    later = timezone.now() + timedelta(seconds=1)
    return bool(consent.may_send(fresh, consent.question(purpose, MAIL), later))


@pytest.mark.parametrize("verb", [consent.withdraw, consent.object_to])
def test_a_stop_by_the_link_in_an_old_mail_holds_for_whose_mail_it_was(ana, ann, one, mia, verb):
    there = preference_links.find(preference_links.token(ann))
    proof = Proof(page="preferences", ip="198.51.100.0")
    said = verb(there, Reach("news", MAIL), source=Source.PERSON, proof=proof, by=None)
    merging.unmerge(one, by=mia)
    assert not may(ana) and not may(ann)
    assert may(ana, "offers") and may(ann, "offers")
    row = ConsentRecord.objects.get(contact=ann, what=said.what)
    assert (row.at, row.source, row.address) == (said.at, "person", "ann@acme.example")
    assert (row.page, row.ip) == ("", "")
    assert row.note.endswith(f"part of record {ana.pk}, where the proof is: entry {said.pk}.")
    assert not list(ledger.broken(ann.pk))
    assert Event.objects.filter(contact_id=ann.pk, name=f"consent.{said.what}").count() == 1


def test_what_was_said_before_or_agreed_to_meanwhile_stays_whose_it_was(ana, ann, mia):
    purposes.add(label="News", by=None)
    consent.withdraw(ana, Reach("news"), by=None)
    merge = merging.merge(ana, ann, choices={}, by=mia)
    consent.give(ana, Given("news", MAIL, source=Source.PERSON), by=None)
    merging.unmerge(merge, by=mia)
    assert may(ana) and not may(ann)
    assert not ConsentRecord.objects.filter(contact=ann).exists()


def test_a_pause_goes_on_for_both(ana, ann, one, mia):
    until = timezone.now() + timedelta(days=30)
    consent.pause(ana, until=until, channel=MAIL, by=None)
    merging.unmerge(one, by=mia)
    assert not may(ana) and not may(ann)
    [mine, theirs] = Pause.objects.order_by("pk")
    assert (theirs.contact, theirs.at, theirs.until) == (ann, mine.at, until)
    assert theirs.channel == "email"


def test_a_pause_that_ended_is_over_for_both(ana, ann, one, mia):
    consent.pause(ana, until=timezone.now() + timedelta(days=30), by=None)
    consent.resume(ana, by=None)
    merging.unmerge(one, by=mia)
    assert may(ana) and may(ann)


def test_a_restriction_holds_for_both_until_it_is_lifted(ana, ann, one, mia):
    consent.restrict(ana, reason="Doubts the data", by=mia)
    merging.unmerge(one, by=mia)
    assert restrictions.held() == {ana.pk, ann.pk} and not may(ann)
    row = Restriction.objects.get(contact=ann)
    assert row.reason == f"Doubts the data (said while part of record {ana.pk})"
    consent.unrestrict(ann, by=mia)
    assert may(ann) and not may(ana)


def test_a_restriction_that_was_lifted_meanwhile_was_on_for_both(ana, ann, one, mia):
    for _ in range(2):
        consent.restrict(ana, reason="Doubts the data", by=mia)
        consent.unrestrict(ana, by=mia)
    merging.unmerge(one, by=mia)
    spans = [
        list(Restriction.objects.filter(contact=each).order_by("pk").values_list("at", "lifted_at"))
        for each in (ana, ann)
    ]
    assert spans[0] == spans[1] and len(spans[0]) == 2 and may(ann)
    told = Event.objects.filter(contact_id=ann.pk, name__contains="restricted").order_by("pk")
    names = ("consent.restricted", "consent.unrestricted")
    assert list(told.values_list("name", "happened_at")) == [
        each for span in spans[1] for each in zip(names, span, strict=True)
    ]


def test_nothing_is_written_twice(ana, ann, one, mia):
    consent.withdraw(ana, Reach("news"), by=None)
    consent.pause(ana, until=timezone.now() + timedelta(days=30), by=None)
    consent.restrict(ana, by=mia)
    first, rest = one.items.order_by("pk")[:1], one.items.order_by("pk")[1:]
    merging.unmerge(one, items=[each.pk for each in first], by=mia)
    merging.unmerge(one, items=[each.pk for each in rest], by=mia)
    again = merging.merge(ana, Contact.objects.get(pk=ann.pk), choices={}, by=mia)
    merging.unmerge(again, by=mia)
    assert ConsentRecord.objects.filter(contact=ann, what="withdrawn").count() == 1
    assert Pause.objects.count() == Restriction.objects.count() == 2
