"""Consent counts for the address it was given with, and for no other of the same person."""

import pytest
from django.utils import timezone

from accord.channels.models import Message
from accord.engine.consent.terms import Channel
from accord.engine.forms.terms import Consent
from accord.marketing.forms import agreeing, confirmations, proposals
from accord.marketing.forms.tests.conftest import box
from accord.people import contacts
from accord.people.consents import consent, heard, preference_centre
from accord.people.consents.consent import Given, Reach
from accord.people.consents.heard import Said, Way
from accord.people.consents.ledger import Proof
from accord.people.identity import merging
from accord.people.models import ConsentRecord, Contact

pytestmark = pytest.mark.django_db
OFFICE = "office@acme.example"


@pytest.fixture
def at_the_office(ana):
    """Ana, who is also reached by an address others read."""
    return join(ana, contacts.create(values={"email": OFFICE}, by=None))


def join(kept, gone):
    merging.merge(kept, gone, choices={}, by=None)
    kept.refresh_from_db()
    return kept


def may(contact, purpose, channel=Channel.EMAIL):
    return bool(consent.may_send(contact, consent.question(purpose, channel), timezone.now()))


def confirm():
    letter = Message.objects.get(key__startswith="form-confirmation")
    confirmations.confirm(letter.text.partition("/confirm/")[2].partition("/")[0])


def take(contact, mia):
    [proposal] = proposals.open_ones(contact)
    proposals.take(proposal, by=mia)
    contact.refresh_from_db()


def test_another_address_agrees_for_itself(publish, send, at_the_office, news, mia):
    sent = send(publish(boxes=[box(news)]), email=OFFICE, consent__news__email="on")
    assert sent.contact == at_the_office
    assert not may(at_the_office, "news")
    assert not ConsentRecord.objects.exists()
    [proposal] = proposals.open_ones(at_the_office)
    assert (proposal.field, proposal.value) == ("email", OFFICE)
    assert agreeing.waiting(proposal) == ("News",)
    take(at_the_office, mia)
    assert at_the_office.email == OFFICE
    assert may(at_the_office, "news")
    [row] = ConsentRecord.objects.all()
    assert (row.address, row.at, row.source) == (OFFICE, sent.at, "person")


def test_the_link_confirms_the_address_it_was_mailed_to(publish, send, at_the_office, offers, mia):
    send(publish(boxes=[box(offers)]), email=OFFICE, consent__offers__email="on")
    confirm()
    assert not may(at_the_office, "offers")
    take(at_the_office, mia)
    assert may(at_the_office, "offers")


def test_what_was_taken_before_it_was_confirmed_waits(publish, send, at_the_office, offers, mia):
    send(publish(boxes=[box(offers)]), email=OFFICE, consent__offers__email="on")
    contacts.change(at_the_office, values={"email": OFFICE}, by=mia)
    agreeing.write_down(at_the_office, field="email")
    assert not may(at_the_office, "offers")
    confirm()
    assert may(at_the_office, "offers")
    assert not proposals.open_ones(at_the_office)


def test_a_merge_before_the_link_was_followed_changes_nothing(publish, send, ana, offers):
    send(publish(boxes=[box(offers)]), email=OFFICE, consent__offers__email="on")
    join(ana, Contact.objects.get(email=OFFICE))
    confirm()
    assert not may(ana, "offers")
    assert [each.value for each in proposals.open_ones(ana)] == [OFFICE]


def test_all_that_was_agreed_under_an_address_counts_once(
    publish, send, at_the_office, news, offers, mia
):
    version = publish(boxes=[box(news), box(offers)])
    send(version, email=OFFICE, consent__news__email="on")
    send(version, email=OFFICE, consent__news__email="on", consent__offers__email="on")
    confirm()
    take(at_the_office, mia)
    assert may(at_the_office, "news")
    assert may(at_the_office, "offers")
    agreeing.write_down(at_the_office, field="email")
    assert ConsentRecord.objects.filter(what="consent").count() == 3


def test_a_stop_after_the_form_was_sent_holds(publish, send, at_the_office, news, mia):
    send(publish(boxes=[box(news)]), email=OFFICE, consent__news__email="on")
    consent.withdraw(at_the_office, Reach("news"), by=None)
    take(at_the_office, mia)
    assert not may(at_the_office, "news")


def test_a_number_agrees_for_itself(publish, send, ana, news, mia):
    contacts.change(ana, values={"phone": "+49 30 901820"}, by=None)
    by_text = Consent(news.pk, Channel.SMS, 0, 1, "", "")
    send(publish("phone", boxes=[by_text]), phone="+49 30 777777", consent__news__sms="on")
    ana.refresh_from_db()
    assert not may(ana, "news", Channel.SMS)
    take(ana, mia)
    assert ana.phone == "+4930777777"
    assert may(ana, "news", Channel.SMS)


def test_a_stranger_opens_no_suppressed_number(publish, send, ana, news, offers, mia):
    contacts.change(ana, values={"phone": "+49 30 901820"}, by=None)
    preference_centre.stop_all(ana, proof=Proof())
    asked = [("news", Channel.SMS), ("news", Channel.PHONE), ("offers", Channel.SMS)]
    version = publish("phone", boxes=[Consent(*each, 0, 1, "", "") for each in asked])
    ticked = {f"consent__{purpose}__{channel}": "on" for purpose, channel in asked}
    sent = send(version, email="eve@home.example", phone="+49 30 901820", **ticked)
    confirm()
    eve = Contact.objects.get(email="eve@home.example")
    assert eve.phone == "+4930901820"
    assert not any(may(eve, *each) for each in asked)
    rows = ConsentRecord.objects.filter(contact=eve)
    assert [(row.what, row.at) for row in rows] == [("unknown", sent.at)] * 3
    assert all("is on the suppression list" in row.note for row in rows)
    heard.lift(eve, Given("news", Channel.SMS), Said(Way.WRITING, "Her letter"), by=mia)
    assert [may(eve, *each) for each in asked] == [True, False, False]


def test_a_suppressed_number_a_colleague_takes_stays_suppressed(publish, send, ana, news, mia):
    contacts.change(ana, values={"phone": "+49 30 901820"}, by=None)
    preference_centre.stop_all(ana, proof=Proof())
    ben = contacts.create(values={"email": OFFICE, "phone": "+49 30 777777"}, by=None)
    by_text = Consent(news.pk, Channel.SMS, 0, 1, "", "")
    version = publish("phone", boxes=[by_text])
    send(version, email=OFFICE, phone="+49 30 901820", consent__news__sms="on")
    take(ben, mia)
    assert ben.phone == "+4930901820"
    assert not may(ben, "news", Channel.SMS)
    assert "suppression list" in ConsentRecord.objects.get(contact=ben).note
    agreeing.write_down(ben, field="phone")
    assert ConsentRecord.objects.filter(contact=ben).count() == 1
