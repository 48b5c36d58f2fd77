"""Whether a letter was lawful is asked of whom it was for, whatever records became one since."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accord.channels import evidence, outbox
from accord.channels.models import Message
from accord.channels.passing import Why
from accord.engine.consent.terms import Channel, Source
from accord.people import contacts
from accord.people.consents import consent, purposes
from accord.people.consents.consent import Given
from accord.people.identity import merging
from accord.people.models import Contact, MergeItem
from accord.platform.access import preferences

pytestmark = pytest.mark.django_db
YES = Given("news", Channel.EMAIL, source=Source.PERSON)
State = Message.State


@pytest.fixture(autouse=True)
def box(settings, tmp_path, db):
    settings.DATA = tmp_path
    settings.MAIL_URL = f"maildir:{tmp_path}/mail"
    settings.MAIL_FROM = "Acme <sales@acme.example>"
    preferences.change(postal_address="1 Sun Road", by=None)
    purposes.add(label="News", by=None)


@pytest.fixture
def ann(box):
    made = contacts.create(values={"email": "ann@acme.example", "country": "DE"}, by=None)
    consent.give(made, YES, by=None)
    return made


@pytest.fixture
def kept(ana, box):
    contacts.change(ana, values={"country": "DE"}, by=None)
    return Contact.objects.get(pk=ana.pk)


def written(contact):
    why, key = Why(contact, "news"), f"news:{Message.objects.count()}"
    return outbox.send(key=key, to=contact.email, subject="News", text="News.", why=why)


def sent(message):
    outbox.deliver(message.pk)
    message.refresh_from_db()
    assert message.state == State.SENT
    return message


def merge(kept, gone):
    return merging.merge(kept, Contact.objects.get(pk=gone.pk), choices={}, by=None)


def said_nothing(contact):
    return contact


def said_yes(contact):
    consent.give(contact, YES, by=None)


def said_stop(contact):
    consent.object_to(contact, by=None)


@pytest.mark.parametrize("said", [said_nothing, said_yes, said_stop])
@pytest.mark.parametrize("when", ["before", "since"])
def test_a_letter_stays_lawful_whoever_its_contact_becomes(said, when, ann, kept):
    if when == "before":
        said(kept)
    letter = sent(written(ann))
    merge(kept, ann)
    if when == "since":
        said(kept)
    letter.refresh_from_db()
    assert letter.contact == kept
    assert evidence.check().well


@pytest.mark.parametrize("said", [said_nothing, said_yes, said_stop])
def test_a_letter_stays_lawful_whoever_becomes_part_of_its_contact(said, ann, kept):
    said(kept)
    letter = sent(written(ann))
    merge(ann, kept)
    assert letter.contact == ann
    assert evidence.check().well


def test_a_letter_stays_lawful_through_two_merges_and_back(ann, kept):
    last = contacts.create(values={"email": "bo@acme.example", "country": "DE"}, by=None)
    first = sent(written(ann))
    one = merge(kept, ann)
    said_yes(kept)
    second = sent(written(kept))
    two = merge(last, kept)
    for letter in (first, second):
        letter.refresh_from_db()
        assert letter.contact == last
    assert evidence.check().well
    for each in (two, one):
        merging.unmerge(each, by=None)
        assert evidence.check().well


@pytest.mark.parametrize("undone", [False, True])
def test_a_letter_without_a_basis_gets_none_by_a_merge(undone, ann, kept):
    basis = consent.give(kept, YES, by=None)
    letter = sent(written(ann))
    Message.objects.filter(pk=letter.pk).update(basis_id=basis.pk)
    assert evidence.check().unlawful == (letter.pk,)
    done = merge(kept, ann)
    if undone:
        merging.unmerge(done, by=None)
    assert evidence.check().unlawful == (letter.pk,)


def test_a_letter_that_goes_back_late_was_of_whom_it_was_for(ann, kept):
    before, waits = sent(written(ann)), written(ann)
    done = merge(kept, ann)
    merging.unmerge(done, items=[], by=None)
    said_yes(kept)
    alone = sent(waits)
    assert [Message.objects.get(pk=each.pk).contact for each in (before, alone)] == [kept, kept]
    assert evidence.check().well
    rows = MergeItem.objects.filter(name=Message._meta.db_table)
    merging.unmerge(done, items=[each.pk for each in rows], by=None)
    assert [Message.objects.get(pk=each.pk).contact for each in (before, alone)] == [ann, ann]
    assert evidence.check().well


def test_a_letter_that_left_while_two_were_one_was_for_the_one_they_were(ann, kept):
    waits = written(ann)
    done = merge(kept, ann)
    said_yes(kept)
    letter = sent(waits)
    assert letter.contact == kept
    merging.unmerge(done, by=None)
    letter.refresh_from_db()
    assert letter.contact == ann
    assert evidence.check().well


def test_letters_of_two_who_are_merged_taken_apart_and_merged_anew(ann, kept):
    waits = [written(ann) for _ in range(4)]
    sent(waits[0])
    first = merge(kept, ann)
    said_yes(kept)
    sent(waits[1])
    merging.unmerge(first, by=None)
    said_stop(kept)
    sent(waits[2])
    said_yes(kept)
    second = merge(kept, ann)
    sent(waits[3])
    assert evidence.check().well
    merging.unmerge(second, by=None)
    assert evidence.check().well


def test_many_letters_are_asked_for_their_merges_at_once(ann):
    for _ in range(3):
        sent(written(ann))
    with CaptureQueriesContext(connection) as asked:
        assert evidence.check().well
    assert len([each for each in asked if "people_mergeitem" in each["sql"]]) == 1
