from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accord.engine.consent.terms import Basis, Channel, Kind, Question, Source
from accord.people import contacts
from accord.people.consents import consent, ledger, purposes, suppressions
from accord.people.consents.consent import Given, Reach
from accord.people.consents.ledger import Proof
from accord.people.identity import merging
from accord.people.models import ConsentRecord, ConsentText, Contact, Suppression
from accord.platform.access.permissions import Forbidden
from accord.platform.models import AuditEntry, Event
from accord.platform.trail import logbooks

pytestmark = pytest.mark.django_db
MAIL = Channel.EMAIL
NEWS = Question("news", MAIL, Kind.MARKETING)
RECEIPT = Question("", MAIL, Kind.TRANSACTIONAL)
YES = Given("news", MAIL)
MINE = Given("news", MAIL, source=Source.PERSON)
LEFT = Suppression.Way.SUPPRESSED


@pytest.fixture(autouse=True)
def data(settings, tmp_path):
    settings.DATA = tmp_path


@pytest.fixture
def news(db):
    return purposes.add(label="News", by=None)


@pytest.fixture
def offers(db):
    return purposes.add(label="Offers", double=True, by=None)


def may(contact, question=NEWS, at=None, **where):
    return consent.may_send(contact, question, at or timezone.now(), **where)


def told(contact):
    names = Event.objects.filter(contact_id=contact.pk, name__startswith="consent.")
    return list(names.order_by("pk").values_list("name", flat=True))


def test_nothing_may_be_sent_before_somebody_agreed(ana, news):
    assert may(ana).words.startswith("Refused: there is no consent")
    assert may(ana, RECEIPT).basis == Basis.CONTRACT


def test_consent_is_written_with_its_proof_its_audit_and_its_event(ana, news, mia):
    text = purposes.word(news, language="en", text="Send me news by e-mail.", by=None)
    given = Given("news", MAIL, text=text, source=Source.PERSON)
    proof = Proof("https://acme.example/news", "https://g.example/", "192.0.2.0", "Firefox", "ok")
    record = consent.give(ana, given, proof=proof, by=mia)
    decision = may(ana)
    assert (decision.basis, decision.basis_id) == (Basis.CONSENT, record.pk)
    assert (record.address, record.text, record.page) == ("ana@acme.example", text, proof.page)
    assert told(ana) == ["consent.given"]
    entry = AuditEntry.objects.get(verb="consent.given")
    assert (entry.by, entry.details["record"]) == (mia, record.pk)


def test_consent_rolls_back_whole(ana, news):
    with pytest.raises(RuntimeError), transaction.atomic():
        consent.give(ana, YES, by=None)
        raise RuntimeError
    assert not ConsentRecord.objects.exists() and told(ana) == []
    assert not AuditEntry.objects.filter(verb__startswith="consent").exists()


def test_what_was_withdrawn_may_be_given_again_in_a_talk(ana, news):
    consent.give(ana, YES, by=None)
    consent.withdraw(ana, Reach("news", MAIL), by=None)
    assert may(ana).words == "Refused: consent was withdrawn."
    again = consent.give(ana, YES, proof=Proof(note="On the phone"), by=None)
    assert may(ana).basis_id == again.pk
    assert told(ana) == ["consent.given", "consent.withdrawn", "consent.given"]
    assert [row.what for row in consent.history(ana)] == ["consent", "withdrawn", "consent"]


def test_an_objection_ends_by_the_persons_own_act_only(ana, news):
    consent.object_to(ana, by=None)
    consent.give(ana, YES, by=None)
    assert may(ana).words == "Refused: the person objected to marketing."
    consent.give(ana, MINE, by=None)
    assert may(ana)


def test_a_stop_is_for_its_purpose(ana, news, offers):
    consent.give(ana, YES, by=None)
    consent.withdraw(ana, Reach("offers"), by=None)
    assert may(ana)


def test_consent_that_must_be_confirmed_counts_from_then_on(ana, offers):
    asked = consent.give(ana, Given("offers", MAIL, source=Source.PERSON), by=None)
    question = consent.question("offers", MAIL)
    assert may(ana, question).words == "Refused: consent was not confirmed by mail yet."
    first = consent.confirm(asked, by=None)
    assert consent.confirm(asked, by=None) == first
    assert may(ana, question).basis_id == asked.pk
    with pytest.raises(consent.NotToConfirm):
        consent.confirm(first, by=None)


def test_implied_consent_ends_at_its_second(ana, news, mia):
    contacts.change(ana, values={"country": "CA"}, by=None)
    at = datetime(2026, 1, 5, 12, tzinfo=UTC)
    consent.give(ana, Given("news", MAIL, consent.What.PURCHASE, at=at), by=mia)
    end = at + timedelta(days=730)
    assert may(ana, at=end - timedelta(seconds=1)).until == end
    assert not may(ana, at=end)


def test_an_assessment_holds_for_people_at_work_in_its_countries(ana, news):
    until = timezone.now() + timedelta(days=30)
    made = purposes.assess(
        news, channel=MAIL, countries=["GB"], text="We weighed it.", until=until, by=None
    )
    assert not may(ana)
    contacts.change(ana, values={"country": "GB"}, by=None)
    assert (may(ana).basis, may(ana).basis_id) == (Basis.INTEREST, made.pk)
    assert not may(ana, at=until)


@pytest.mark.parametrize("channel", [MAIL, Channel.SMS])
def test_consent_opens_a_suppressed_address_only_where_it_was_given_for_it(ana, news, channel):
    field, hers, other = {
        MAIL: ("email", "ana@acme.example", "eve@home.example"),
        Channel.SMS: ("phone", "+4930901820", "+4930777777"),
    }[channel]
    asked = Question("news", channel, Kind.MARKETING)
    contacts.change(ana, values={field: other}, by=None)
    suppressions.add(hers, channel=channel, way=LEFT, at=timezone.now())
    consent.give(ana, replace(MINE, channel=channel), by=None)
    assert may(ana, asked)
    contacts.change(ana, values={field: hers}, by=None)
    assert may(ana, asked).words == "Refused: this address is on the suppression list."
    consent.give(ana, replace(MINE, channel=channel), by=None)
    assert may(ana, asked)
    contacts.change(ana, values={field: other}, by=None)
    assert may(ana, asked)


def test_a_suppressed_address_survives_the_person_and_comes_back_by_no_import(ana, news):
    consent.give(ana, MINE, by=None)
    assert consent.suppress(ana, "Ana@ACME.example", channel=MAIL, way=LEFT, by=None)
    assert not consent.suppress(ana, "ana@acme.example", channel=MAIL, way=LEFT, by=None)
    assert told(ana) == ["consent.given", "consent.suppressed"]
    with logbooks.opened():
        ana.delete()
    anew = contacts.create(values={"email": "ana@acme.example"}, by=None)
    consent.give(anew, Given("news", MAIL, source=Source.IMPORT), by=None)
    consent.give(anew, YES, by=None)
    assert may(anew).words == "Refused: this address is on the suppression list."
    assert may(anew, RECEIPT)
    assert may(anew, address="other@acme.example")
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(s::text, ' ') FROM people_suppression s")
        assert "acme" not in cursor.fetchone()[0]
    consent.give(anew, MINE, by=None)
    assert may(anew)


def test_mail_that_comes_back_stops_receipts_too(ana, news):
    consent.suppress(ana, ana.email, channel=MAIL, way=Suppression.Way.BOUNCED, by=None)
    assert may(ana, RECEIPT).words == "Refused: mail to this address comes back for good."
    with pytest.raises(consent.NoAddress):
        consent.suppress(ana, " ", channel=MAIL, way=LEFT, by=None)


def test_without_its_key_the_list_lets_no_marketing_pass(ana, news, settings, tmp_path):
    consent.give(ana, MINE, by=None)
    suppressions.add("ben@acme.example", channel=MAIL, way=LEFT, at=timezone.now())
    assert may(ana)
    settings.DATA = tmp_path / "elsewhere"
    assert may(ana).words == consent.KEY_LOST
    assert may(ana, RECEIPT)


def test_a_pause_ends_by_itself_and_a_restriction_when_it_is_lifted(ana, news):
    consent.give(ana, YES, by=None)
    until = timezone.now() + timedelta(days=7)
    consent.pause(ana, until=until, by=None)
    assert "pause" in may(ana).words and may(ana, at=until)
    with pytest.raises(consent.NoPause):
        consent.pause(ana, until=timezone.now(), by=None)
    consent.restrict(ana, by=None)
    consent.restrict(ana, by=None)
    assert "restriction" in may(ana, at=until).words and not may(ana, RECEIPT)
    consent.unrestrict(ana, by=None)
    consent.unrestrict(ana, by=None)
    assert may(ana, at=until)
    assert told(ana)[1:] == ["consent.paused", "consent.restricted", "consent.unrestricted"]


def test_who_may_not_write_the_contact_may_not_speak_for_them(ana, news, ben, lars, mia):
    contacts.change(ana, values={"owner": lars.pk}, by=None)
    for act in (
        lambda: consent.give(ana, YES, by=ben),
        lambda: consent.withdraw(ana, by=ben),
        lambda: consent.object_to(ana, by=ben),
        lambda: consent.suppress(ana, ana.email, channel=MAIL, way=LEFT, by=ben),
        lambda: consent.pause(ana, until=timezone.now() + timedelta(days=1), by=ben),
        lambda: consent.restrict(ana, by=ben),
        lambda: consent.unrestrict(ana, by=ben),
        lambda: purposes.add(label="Fairs", by=mia),
        lambda: purposes.word(news, language="en", text="Yes", by=mia),
    ):
        with pytest.raises(Forbidden):
            act()
    assert not ConsentRecord.objects.exists() and not Suppression.objects.exists()


def test_what_is_said_of_a_record_merged_meanwhile_is_said_of_the_one_that_stays(ana, news):
    as_opened = contacts.create(values={"email": "ann@acme.example"}, by=None)
    merging.merge(ana, Contact.objects.get(pk=as_opened.pk), choices={}, by=None)
    record = consent.give(as_opened, MINE, by=None)
    assert (record.contact, record.address) == (ana, "ana@acme.example") and may(ana)
    consent.pause(as_opened, until=timezone.now() + timedelta(days=30), by=None)
    assert not may(ana)
    consent.resume(as_opened, by=None)
    consent.withdraw(as_opened, by=None)
    assert not may(ana) and told(as_opened) == []


def test_consent_of_a_record_merged_meanwhile_is_confirmed_by_giving_it_anew(ana, offers):
    ann = contacts.create(values={"email": "ann@acme.example"}, by=None)
    theirs = Given("offers", MAIL, source=Source.PERSON)
    asked, question = consent.give(ann, theirs, by=None), consent.question("offers", MAIL)
    merging.merge(ana, Contact.objects.get(pk=ann.pk), choices={}, by=None)
    with pytest.raises(consent.NotToConfirm):
        consent.confirm(asked, by=None)
    assert not may(ana, question)
    consent.confirm(consent.give(ann, theirs, by=None), by=None)
    assert may(ana, question)


def test_what_cannot_be_is_refused(ana, news):
    with pytest.raises(purposes.NoPurpose):
        consent.give(ana, Given("nothing", MAIL), by=None)
    with pytest.raises(purposes.NoPurpose):
        consent.withdraw(ana, Reach("nothing"), by=None)
    with pytest.raises(consent.InTheFuture):
        later = timezone.now() + timedelta(hours=1)
        consent.give(ana, Given("news", MAIL, at=later), by=None)
    for label in ("News", "???", ""):
        with pytest.raises(purposes.NoName):
            purposes.add(label=label, by=None)
    with pytest.raises(purposes.NoCountry):
        purposes.assess(news, channel=MAIL, countries=["Germany"], text="x",
                        until=timezone.now() + timedelta(days=1), by=None)  # fmt: skip


def test_a_wording_is_never_changed_but_followed(news):
    first = purposes.word(news, language="en", text="Send me news.", by=None)
    assert purposes.word(news, language="en", text="Send me news.", by=None) == first
    second = purposes.word(news, language="en", text="Send me much news.", by=None)
    assert (first.version, second.version) == (1, 2)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        ConsentText.objects.filter(pk=first.pk).update(text="Something else")
    with pytest.raises(purposes.NoText):
        purposes.word(news, language="en", text=" ", by=None)


@pytest.mark.parametrize(
    "change", [{"what": "withdrawn"}, {"note": "x"}, {"digest": "0" * 64}, {"channel": "sms"}]
)
def test_a_row_that_was_tampered_with_is_found(ana, news, change):
    consent.give(ana, YES, proof=Proof(note="At the fair"), by=None)
    second = consent.give(ana, YES, by=None)
    consent.withdraw(ana, by=None)
    assert list(ledger.broken(ana.pk)) == []
    with logbooks.opened():
        ConsentRecord.objects.filter(pk=second.pk).update(**change)
    assert second.pk in list(ledger.broken(ana.pk))


def test_a_row_that_was_taken_away_is_missed(ana, news):
    first = consent.give(ana, YES, by=None)
    second = consent.withdraw(ana, by=None)
    with logbooks.opened():
        ConsentRecord.objects.filter(pk=first.pk).delete()
    assert list(ledger.broken(ana.pk)) == [second.pk]


def test_erasure_may_blank_what_is_personal_and_the_chain_holds(ana, news):
    given = consent.give(ana, YES, proof=Proof(note="At the fair", ip="192.0.2.0"), by=None)
    consent.withdraw(ana, by=None)
    with logbooks.opened():
        blank = dict.fromkeys(("address", "note", "ip", "salt"), "")
        ConsentRecord.objects.filter(pk=given.pk).update(**blank)
    assert list(ledger.broken(ana.pk)) == []


def test_the_past_can_be_asked(ana, news):
    with time_machine.travel("2026-03-01 09:00Z", tick=False):
        consent.give(ana, YES, by=None)
    with time_machine.travel("2026-05-01 09:00Z", tick=False):
        consent.withdraw(ana, by=None)
    assert [bool(may(ana, at=datetime(2026, m, 1, 9, tzinfo=UTC))) for m in (2, 3, 4, 5, 6)] == [
        False, True, True, False, False,
    ]  # fmt: skip
