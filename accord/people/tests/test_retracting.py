"""A permission that is taken back counts as if it had never been said."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accord.engine.consent import gate
from accord.engine.consent.terms import Basis, Channel, Kind, Question, Source
from accord.people import contacts
from accord.people.consents import answers, consent, ledger, purposes, together
from accord.people.consents.consent import Given, Reach, What
from accord.people.consents.ledger import Proof
from accord.people.identity import merging
from accord.people.models import ConsentRecord, Contact
from accord.people.segments import checking, live, members, saving
from accord.platform.access.permissions import Forbidden
from accord.platform.models import AuditEntry, Event

pytestmark = pytest.mark.django_db
MAIL = Channel.EMAIL
NEWS = Given("news", MAIL, source=Source.PERSON)
SOLD = Given("news", MAIL, What.SOFT_OPT_IN, Source.IMPORT, opt_out_offered=True)
WHY = Proof(note="Import 12 was undone.")
GIVEN, WITHDRAWN = ({"consent": "news", "channel": "email", "state": each}
                    for each in ("given", "withdrawn"))  # fmt: skip


@pytest.fixture(autouse=True)
def data(settings, tmp_path):
    settings.DATA = tmp_path


@pytest.fixture(autouse=True)
def asked(mia, data):
    """A segment for each state that somebody may be in."""
    purposes.add(label="News", by=None)
    rules = {"given": GIVEN, "withdrawn": WITHDRAWN}
    return {name: saving.create(name=name, rule=rule, by=mia) for name, rule in rules.items()}


@pytest.fixture
def ann(mia):
    return contacts.create(values={"email": "ann@acme.example", "country": "DE"}, by=mia)


def may(contact):
    return consent.may_send(contact, consent.question("news", MAIL), timezone.now())


def within(asked, contact):
    """The segments a contact is in, once those who changed were asked; each is what it finds."""
    live.settle(timezone.now() + timedelta(seconds=1))
    assert not any(each.differed for each in checking.check_at(timezone.now()))
    return {name for name, each in asked.items() if members.people(each).filter(pk=contact.pk)}


def rows():
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM people_consentanswer WHERE given ORDER BY id")
        return [id for (id,) in cursor.fetchall()]


@pytest.mark.parametrize("given", [NEWS, SOLD])
def test_it_counts_for_nothing_and_stays_in_the_ledger(given, ann, asked, mia):
    row = consent.give(ann, given, by=None)
    assert may(ann).basis_id == row.pk and within(asked, ann) == {"given"}
    back = consent.retract(row, proof=WHY, by=mia)
    assert not may(ann) and within(asked, ann) == set() and rows() == []
    assert (back.what, back.confirms, back.contact, back.by) == ("retracted", row, ann, mia)
    assert (back.purpose, back.channel, back.source) == ("news", "email", row.source)
    assert back.note == "Import 12 was undone." and not [*ledger.broken(ann.pk)]
    assert list(answers.standing(ann, timezone.now()).history) == [back, row]
    entry = AuditEntry.objects.get(verb="consent.retracted")
    assert (entry.by, entry.details["record"]) == (mia, back.pk)
    assert Event.objects.filter(name="consent.retracted", contact_id=ann.pk).count() == 1


def test_twice_gives_the_first_and_what_is_said_later_counts(ana, asked):
    row = consent.give(ana, NEWS, by=None)
    back = consent.retract(row, by=None)
    assert consent.retract(row, by=None) == back
    assert Event.objects.filter(name="consent.retracted").count() == 1
    anew = consent.give(ana, NEWS, by=None)
    assert may(ana).basis_id == anew.pk and within(asked, ana) == {"given"}


def test_another_permission_goes_on_counting(ann):
    sold, row = consent.give(ann, SOLD, by=None), consent.give(ann, NEWS, by=None)
    consent.retract(row, by=None)
    assert (may(ann).basis, may(ann).basis_id) == (Basis.SOFT_OPT_IN, sold.pk)
    assert rows() == [sold.pk]


def test_a_stop_that_it_had_ended_stands_again(ana, asked):
    consent.object_to(ana, Reach("news", MAIL), by=None)
    row = consent.give(ana, NEWS, by=None)
    assert may(ana)
    consent.retract(row, by=None)
    assert may(ana).words == "Refused: the person objected to marketing."
    assert within(asked, ana) == {"withdrawn"}


def test_its_confirmation_counts_no_more_and_cannot_be_had(ana):
    double = purposes.add(label="Offers", double=True, by=None)
    question = consent.question(double.pk, MAIL)
    row = consent.give(ana, Given(double.pk, MAIL, source=Source.PERSON), by=None)
    waits = consent.give(ana, Given(double.pk, MAIL, source=Source.PERSON), by=None)
    confirmed = consent.confirm(row, by=None)
    assert consent.may_send(ana, question, timezone.now()).basis_id == row.pk
    consent.retract(row, by=None)
    assert not consent.may_send(ana, question, timezone.now()) and rows() == []
    back = consent.retract(waits, by=None)
    assert rows() == []  # to take it back is not to confirm it
    for each in (row, waits):
        with pytest.raises(consent.NotToConfirm):
            consent.confirm(each, by=None)
    for each in (confirmed, back):
        with pytest.raises(consent.NotToRetract):
            consent.retract(each, by=None)


@pytest.mark.parametrize("verb", [consent.withdraw, consent.object_to])
def test_a_stop_is_not_taken_back(verb, ana):
    stop = verb(ana, by=None)
    with pytest.raises(consent.NotToRetract, match="stays stopped"):
        consent.retract(stop, by=None)


def test_nobody_takes_back_what_is_said_of_a_contact_they_may_not_write(ana, ben, mia):
    contacts.change(ana, values={"owner": mia.pk}, by=None)
    row = consent.give(ana, NEWS, by=None)
    with pytest.raises(Forbidden):
        consent.retract(row, by=ben)
    assert may(ana)


@pytest.mark.parametrize("first", ["retract", "merge"])
@pytest.mark.parametrize("whose", ["kept", "gone"])
def test_it_counts_for_nothing_in_merged_records(first, whose, ana, ann, asked, mia):
    contacts.change(ana, values={"country": "DE"}, by=None)
    said_by = ana if whose == "kept" else ann
    row = consent.give(said_by, NEWS, by=None)
    if first == "retract":
        consent.retract(row, by=mia)
    merge = merging.merge(ana, Contact.objects.get(pk=ann.pk), choices={}, by=mia)
    if first == "merge":
        assert may(ana) and within(asked, ana) == {"given"}
        consent.retract(ConsentRecord.objects.get(pk=row.pk), by=mia)
    back = ConsentRecord.objects.get(what=What.RETRACTED)
    assert back.contact == said_by and not [*ledger.broken(said_by.pk)]
    assert not may(ana) and within(asked, ana) == set()
    merging.unmerge(merge, by=mia)
    for each in (ana, ann):
        assert not may(each) and within(asked, each) == set()


def test_a_stop_it_ended_before_the_merge_holds_for_both(ana, ann, asked, mia):
    """As if it was never said: it neither lifts the stop in its own record nor beside it."""
    consent.give(ana, NEWS, by=None)
    consent.withdraw(ann, Reach("news", MAIL), by=None)
    row = consent.give(ann, NEWS, by=None)
    merging.merge(ana, Contact.objects.get(pk=ann.pk), choices={}, by=mia)
    assert may(ana) and within(asked, ana) == {"given"}
    consent.retract(row, by=None)
    assert not may(ana) and within(asked, ana) == {"withdrawn"}


def test_what_was_known_before_it_was_taken_back_stays_known(ana, ann):
    row = consent.give(ann, NEWS, by=None)
    merging.merge(ana, Contact.objects.get(pk=ann.pk), choices={}, by=None)
    then = timezone.now()
    back = consent.retract(row, by=None)
    asked = Question("news", MAIL, Kind.MARKETING)

    def known(at):
        return gate.decide(together.whole(ana, "", MAIL, known_at=at), asked, timezone.now())

    assert known(then) and not known(back.recorded_at) and not known(None)


def test_a_published_address_is_an_answer_without_an_end(ana):
    given = Given("news", MAIL, What.PUBLISHED, Source.STAFF)
    row = consent.give(ana, given, proof=Proof(note="On their page, as a buyer."), by=None)
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, given, expires_at FROM people_consentanswer")
        assert cursor.fetchall() == [(row.pk, True, None)]
    consent.retract(row, by=None)
    assert rows() == []
