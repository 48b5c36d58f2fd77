"""An address published for their work is a basis in Canada: where it stands, and why it matters."""

from dataclasses import replace

import pytest
from django.utils import timezone

from accord.engine.consent.terms import Basis, Channel
from accord.people import contacts
from accord.people.consents import answers, consent, heard, ledger, purposes
from accord.people.consents.consent import Given, What
from accord.people.consents.heard import Published
from accord.people.consents.ledger import Proof
from accord.people.identity import merging
from accord.people.models import ConsentRecord, Contact
from accord.people.segments import excluding
from accord.platform.access.permissions import Forbidden
from accord.platform.models import AuditEntry, Event
from accord.platform.trail import logbooks

pytestmark = pytest.mark.django_db
NEWS = Given("news", Channel.EMAIL)
THERE = Published("acme.example/team", "She buys what we sell", refuses_nothing=True)
NOTE = (
    "Published without refusing such messages: acme.example/team. "
    "Matters to their work: She buys what we sell"
)


@pytest.fixture
def canadian(ana, settings, tmp_path):
    """Ana works at Acme, in Canada."""
    settings.DATA = tmp_path
    purposes.add(label="News", by=None)
    return contacts.change(ana, values={"country": "CA"}, by=None)


def may(contact, **where):
    question = consent.question("news", Channel.EMAIL)
    return consent.may_send(contact, question, timezone.now(), **where)


def test_it_is_written_with_where_it_stands_and_why_it_matters(canadian, mia):
    row = heard.note_published(canadian, NEWS, THERE, by=mia)
    assert (row.what, row.source, row.by, row.note) == ("published", "staff", mia, NOTE)
    assert row.address == canadian.email and not row.opt_out_offered
    decision = may(canadian)
    assert (decision.basis, decision.basis_id, decision.until) == (Basis.PUBLISHED, row.pk, None)
    assert AuditEntry.objects.get(verb="consent.given").details["what"] == "published"
    assert Event.objects.get(name="consent.given").properties["what"] == "published"
    told = answers.standing(canadian, timezone.now())
    assert [each.record for each in told.answers if each.decision] == [row]
    asked = consent.question("news", Channel.EMAIL)
    [reached] = excluding.decide([canadian], asked, timezone.now()).values()
    assert reached.decision.basis == Basis.PUBLISHED


def test_twice_is_two_rows_and_the_newest_counts(canadian, mia):
    heard.note_published(canadian, NEWS, THERE, by=mia)
    second = heard.note_published(canadian, NEWS, THERE, by=mia)
    assert ConsentRecord.objects.count() == 2 and may(canadian).basis_id == second.pk


@pytest.mark.parametrize("change", [{"where": " "}, {"relevance": ""}, {"refuses_nothing": False}])
def test_it_takes_the_place_the_reason_and_a_look_whether_it_refuses(canadian, mia, change):
    with pytest.raises((ledger.NotPublished, heard.Unwanted)):
        heard.note_published(canadian, NEWS, replace(THERE, **change), by=mia)
    assert not ConsentRecord.objects.exists()


def test_no_row_is_without_its_note_or_its_address(canadian):
    bare = replace(NEWS, what=What.PUBLISHED)
    with pytest.raises(ledger.NotPublished, match="why such messages matter to their work"):
        consent.give(canadian, bare, proof=Proof(note=" "), by=None)
    with pytest.raises(ledger.NoSuchAddress, match="no such address"):
        texted = replace(bare, channel=Channel.SMS)
        consent.give(canadian, texted, proof=Proof(note=NOTE), by=None)
    assert not ConsentRecord.objects.exists()


def test_who_may_not_write_the_contact_may_not_say_so(canadian, ben, lars):
    contacts.change(canadian, values={"owner": lars.pk}, by=None)
    with pytest.raises(Forbidden):
        heard.note_published(canadian, NEWS, THERE, by=ben)


def test_it_is_good_for_that_address_in_canada_and_at_work(canadian, mia):
    heard.note_published(canadian, NEWS, THERE, by=mia)
    assert may(canadian, address="ANA@acme.example")
    elsewhere = may(canadian, address="ana@home.example")
    assert elsewhere.words == "Refused: this is not the address that they published."
    contacts.change(canadian, values={"email": "ana@home.example"}, by=None)
    assert may(canadian).words == elsewhere.words
    contacts.change(canadian, values={"email": "ana@acme.example", "country": "DE"}, by=None)
    assert may(canadian).words == "Refused: implied consent holds in Canada only."
    contacts.change(canadian, values={"country": "CA", "company": None}, by=None)
    assert may(canadian).words == (
        "Refused: a published address counts for people in their work only."
    )


def test_a_stop_ends_it_and_it_ends_no_stop(canadian, mia):
    heard.note_published(canadian, NEWS, THERE, by=mia)
    consent.withdraw(canadian, by=mia)
    heard.note_published(canadian, NEWS, THERE, by=mia)
    assert may(canadian).words == "Refused: consent was withdrawn."


def test_what_a_merged_record_published_is_not_good_for_the_address_that_stays(canadian, acme, mia):
    values = {"email": "ann@acme.example", "country": "CA", "company": acme.pk}
    ann = contacts.create(values=values, by=None)
    heard.note_published(ann, NEWS, THERE, by=mia)
    merging.merge(canadian, Contact.objects.get(pk=ann.pk), choices={}, by=None)
    assert may(canadian).words == "Refused: this is not the address that they published."
    assert may(canadian, address="ann@acme.example").basis == Basis.PUBLISHED


def test_without_its_note_it_is_nothing(canadian, mia):
    row = heard.note_published(canadian, NEWS, THERE, by=mia)
    with logbooks.opened():
        ConsentRecord.objects.filter(pk=row.pk).update(note="")
    assert "nobody said why this matters" in may(canadian).words
