"""What people send: kept once, put on records with care, held where it looks like spam."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import Error, transaction
from django.utils import timezone

from accord.channels.models import Message
from accord.engine.capture.agents import Actor
from accord.engine.consent.terms import Channel
from accord.marketing.forms import confirmations, conversion, forms, proposals, submissions, tickets
from accord.marketing.forms.tests.conftest import WORDS, box, filled
from accord.marketing.models import Confirmation, Proposal, Submission
from accord.people import companies, contacts
from accord.people.consents import consent
from accord.people.fields import custom_fields
from accord.people.identity import merging
from accord.people.models import ConsentRecord, Contact, Evidence, Visitor
from accord.platform.access import accounts
from accord.platform.access.permissions import Forbidden
from accord.platform.models import AuditEntry, Event, Job
from accord.platform.trail import logbooks

pytestmark = pytest.mark.django_db
AD = "https://acme.example/ask?utm_source=google&utm_medium=cpc&utm_campaign=spring"
Verdict = Submission.Verdict


def state():
    """Everything a post could have changed."""
    tables = (Contact, Submission, ConsentRecord, Proposal, Confirmation, Message, Event)
    return [sorted(map(str, table.objects.values_list())) for table in tables]


def test_a_stranger_becomes_a_contact_with_all_they_said(publish, send, mia):
    version = publish("first_name", "last_name", "company", "message")
    sent = send(
        version, email="Ana@Acme.example", first_name="Ana", company="Acme", message="Call me",
        page=AD, referrer="https://google.example/", network="192.0.2.0",
    )  # fmt: skip
    ana = Contact.objects.get()
    assert (sent.verdict, sent.contact, sent.is_new) == (Verdict.ACCEPTED, ana, True)
    assert (ana.email, ana.first_name, ana.stage) == ("ana@acme.example", "Ana", "lead")
    assert (ana.channel, ana.source, ana.campaign) == ("paid_search", "google", "spring")
    assert (ana.landing_page, ana.owner, ana.language) == (AD, mia, "en")
    assert str(ana.affiliations.get().company) == "Acme"
    told = Event.objects.get(name="form.submitted", contact_id=ana.pk)
    assert (told.properties["form"], told.channel) == ("Ask us", "")
    assert Event.objects.get(name="touch.recorded").channel == "paid_search"
    letter = Message.objects.get()
    assert letter.to == mia.email
    assert "Call me" in letter.text
    assert f"/contacts/{ana.pk}/" in letter.text


def test_who_left_becomes_nobodys_owner(publish, send, mia, olga):
    version = publish()
    accounts.disable(mia, by=olga)
    assert send(version).contact.owner is None


def test_a_known_value_stays_and_the_other_is_proposed(publish, send, ana, mia):
    version = publish("first_name", "title", "phone")
    sent = send(version, first_name="Anna", title="CTO", phone="+49 30 901820", page=AD)
    ana.refresh_from_db()
    assert (ana.first_name, ana.title, ana.phone) == ("Ana", "CTO", "+4930901820")
    assert (sent.contact, sent.is_new) == (ana, False)
    [proposal] = proposals.open_ones(ana)
    assert (proposal.field, proposal.value) == ("first_name", "Anna")
    assert Event.objects.get(name="form.submitted").channel == "paid_search"
    proposals.take(proposal, by=mia)
    ana.refresh_from_db()
    assert ana.first_name == "Anna"
    with pytest.raises(proposals.Decided):
        proposals.dismiss(proposal, by=mia)


def test_who_may_not_write_the_contact_decides_nothing(publish, send, ana, ben, mia):
    contacts.change(ana, values={"owner": mia}, by=None)
    send(publish("first_name"), first_name="Anna")
    [proposal] = proposals.open_ones(ana)
    for act in (proposals.take, proposals.dismiss):
        with pytest.raises(Forbidden):
            act(proposal, by=ben)
    proposals.dismiss(proposal, by=mia)
    ana.refresh_from_db()
    assert ana.first_name == "Ana"
    assert not proposals.open_ones(ana)


def test_a_newer_answer_replaces_an_older_proposal(publish, send, ana):
    version = publish("first_name")
    for name in ("Anna", "Anne"):
        send(version, first_name=name)
    assert [each.value for each in proposals.open_ones(ana)] == ["Anne"]


def test_a_restricted_record_is_left_as_it_is(publish, send, ana):
    consent.restrict(ana, by=None)
    send(publish("title"), title="CTO")
    ana.refresh_from_db()
    assert ana.title == ""
    assert [each.field for each in proposals.open_ones(ana)] == ["title"]


@pytest.mark.parametrize("waits", [False, True])
def test_no_device_becomes_that_of_somebody_restricted(waits, publish, send, ana, offers):
    gone = contacts.create(values={"email": "bea@acme.example"}, by=None)
    consent.restrict(gone, by=None)
    merging.merge(ana, gone, choices={}, by=None)
    ticked = {"consent__offers__email": "on"} if waits else {}
    sent = send(publish(boxes=[box(offers)]), visitor="a-device", **ticked)
    if waits:
        letter = Message.objects.get(key__startswith="form-confirmation")
        confirmations.confirm(letter.text.partition("/confirm/")[2].partition("/")[0])
        sent.refresh_from_db()
    assert (sent.contact, sent.verdict) == (ana, "accepted")
    assert not Evidence.objects.exists() and not Visitor.objects.exists()
    consent.unrestrict(ana, by=None)
    send(publish(name="Next"), visitor="a-device")
    assert Visitor.objects.get(name="a-device").contact == ana


def test_a_company_they_name_is_proposed_never_changed(publish, send, ana):
    other = companies.create(values={"name": "Borealis"}, by=None)
    version = publish("company")
    send(version, company="borealis")
    send(version, company="Nobody knows it")
    assert [each.value for each in proposals.open_ones(ana)] == [other.pk]
    assert str(ana.affiliations.get().company) == "Acme"


def test_consent_is_written_with_the_words_the_page_and_the_version(publish, send, news):
    version = publish(boxes=[box(news)])
    send(version, consent__news__email="on", page=AD, network="192.0.2.0")
    row = ConsentRecord.objects.get()
    assert (row.purpose, row.channel, row.source) == ("news", "email", "person")
    assert (row.text.text, row.page, row.ip) == (WORDS, AD, "192.0.2.0")
    assert "Form Ask us, version 1" in row.note
    assert consent.may_send(row.contact, consent.question("news", Channel.EMAIL), timezone.now())


def test_a_box_that_is_not_ticked_gives_nothing(publish, send, news):
    send(publish(boxes=[box(news)]))
    assert Contact.objects.count() == 1
    assert not ConsentRecord.objects.exists()


@pytest.mark.parametrize(
    "answers",
    [
        {"email": "nobody"},
        {"email": ""},
        {"first_name": "a" * 121},
        {"owner": "1", "stage": "customer", "is_admin": "1", "id": "7", "created_at": "9"},
        {"consent__news__phone": "on"},
    ],
)
def test_what_is_not_good_changes_nothing(publish, news, answers):
    version = publish("first_name", boxes=[box(news)])
    before = state()
    received = submissions.receive(version, filled(version, **answers), now=timezone.now())
    assert received.submission is None
    assert not received.checked.good
    assert state() == before
    assert not Job.objects.filter(name="forms.settle").exists()


def test_a_page_sent_twice_is_one_submission(publish):
    version = publish()
    post = filled(version)
    first, again = (submissions.receive(version, post, now=timezone.now()) for _ in range(2))
    assert first.submission == again.submission
    for _ in range(2):
        submissions.settle(first.submission.pk)
    assert (Contact.objects.count(), Submission.objects.count()) == (1, 1)
    assert Event.objects.filter(name="form.submitted").count() == 1
    assert Message.objects.count() == 1


def test_a_page_sent_again_with_other_answers_is_one_more_submission(publish):
    version = publish()
    post = filled(version)
    mended = replace(post, given=dict(post.given) | {"email": ["mended@acme.example"]})
    first, second = (
        submissions.receive(version, each, now=timezone.now()).submission for each in (post, mended)
    )
    assert first != second and second.email == "mended@acme.example"
    assert second.ticket is None and not second.proven


def test_a_submission_and_its_job_are_kept_in_one_transaction(publish):
    version = publish()
    kept = submissions.receive(version, filled(version), now=timezone.now()).submission
    assert Job.objects.get(name="forms.settle").payload == {"submission": kept.pk}
    assert not Contact.objects.exists()


def test_what_was_sent_is_never_changed(publish, send):
    row = Submission.objects.filter(pk=send(publish()).pk)
    for act in (lambda: row.update(answers={}), lambda: row.update(agreed=[1]), row.delete):
        with pytest.raises(Error, match="append-only"), transaction.atomic():
            act()


def test_spam_waits_until_somebody_lets_it_through(publish, send, mia, ben):
    version = publish("message")
    sent = send(version, message="<a href='x'>buy</a>")
    assert (sent.verdict, sent.reasons) == (Verdict.SPAM, ["There is markup in an answer."])
    assert not Contact.objects.exists()
    assert not Message.objects.exists()
    with pytest.raises(Forbidden):
        submissions.release(sent, by=ben)
    submissions.release(sent, by=mia)
    submissions.settle(sent.pk)
    assert Contact.objects.get().email == "ana@acme.example"
    with pytest.raises(submissions.NotSpam):
        submissions.release(sent, by=mia)
    assert AuditEntry.objects.get(verb="submission.released").by == mia


def test_a_trap_a_machine_and_a_crowd_are_held(publish, send):
    version = publish()
    assert send(version, trap=True).verdict == Verdict.SPAM
    assert send(version, agent="python-requests/2.3").verdict == Verdict.SPAM
    kept = [
        send(version, proven=False, network="192.0.2.0", email=f"a{n}@b.example").verdict
        for n in range(submissions.CROWD + 1)
    ]
    assert kept == [Verdict.ACCEPTED] * submissions.CROWD + [Verdict.SPAM]
    assert send(version, network="192.0.2.0", email="c@b.example").verdict == Verdict.ACCEPTED


def test_a_flood_is_turned_away(publish, monkeypatch):
    version = publish()
    monkeypatch.setattr(submissions, "FLOOD", 2)
    for n in range(3):
        post = filled(version, network="192.0.2.0", email=f"a{n}@b.example")
        if n < 2:
            submissions.receive(version, post, now=timezone.now())
    with pytest.raises(submissions.TooMany, match="Wait ten minutes"):
        submissions.receive(version, post, now=timezone.now())
    later = timezone.now() + submissions.LATELY
    assert submissions.receive(version, post, now=later).submission


def test_spam_is_thrown_away_by_a_colleague_or_after_a_month(publish, send, mia):
    version = publish()
    one, two = send(version, trap=True), send(version, trap=True, email="b@b.example")
    submissions.discard(one, by=mia)
    with pytest.raises(submissions.NotSpam):
        submissions.discard(one, by=mia)
    assert submissions.tidy(two.at + timedelta(days=29)) == 0
    assert submissions.tidy(two.at + timedelta(days=31)) == 1
    assert not Submission.objects.exists()


def test_what_a_contact_said_goes_with_them(publish, send):
    sent = send(publish("first_name"), first_name="Ana")
    with logbooks.opened():
        Contact.objects.all().delete()
    sent.refresh_from_db()
    assert sent.contact is None
    assert [submissions.tidy(timezone.now()) for _ in range(2)] == [1, 0]
    sent.refresh_from_db()
    assert (sent.answers, sent.email, sent.verdict) == ({}, "", Verdict.ACCEPTED)


def test_what_was_never_put_on_a_record_is_never_thrown_away(publish):
    version = publish()
    kept = submissions.receive(version, filled(version), now=timezone.now()).submission
    assert submissions.tidy(timezone.now() + timedelta(days=400)) == 0
    submissions.settle(kept.pk)
    assert Contact.objects.get().email == "ana@acme.example"


def test_an_answer_no_field_can_take_is_kept_and_named(publish, send, olga):
    size = custom_fields.add(
        "contact", label="Size", kind="choice", choices=["Small", "Large"], by=olga
    )
    version = publish("size")
    custom_fields.archive(size, by=olga)
    sent = send(version, size=forms.definition(version).question("size").options[0].value)
    assert sent.contact
    assert sent.left_out == ["size"]
    assert sent.answers["size"]


def test_a_device_that_agreed_to_be_recognised_is_the_contacts(publish, send):
    sent = send(publish(), visitor="a-device")
    assert Visitor.objects.get(name="a-device").contact == sent.contact
    assert Evidence.objects.get().message == f"form:{sent.pk}"


def test_a_ticket_is_its_forms_own_and_lasts_a_day(publish):
    one, other = publish().form, publish(name="Other").form
    now = timezone.now()
    ticket = tickets.make(one, now=now)
    assert abs(tickets.opened(one, ticket, now=now) - now) < timedelta(seconds=1)
    assert tickets.opened(other, ticket, now=now) is None
    assert tickets.opened(one, ticket, now=now + timedelta(hours=25)) is None
    for bad in ("", ".", "a.b.c", ticket[:-1], f"9{ticket}", "9" * 300, "1.x." + "é" * 64):
        assert tickets.opened(one, bad, now=now) is None


def test_views_starts_and_what_was_sent_are_counted_by_day(publish, send):
    version = publish()
    now = timezone.now()
    for what, actor in (("views", Actor.HUMAN), ("views", Actor.BOT), ("starts", Actor.HUMAN)):
        conversion.count(version.form, what, actor=actor, now=now)
    conversion.count(version.form, "views", actor=Actor.UNKNOWN, now=now)
    send(version)
    send(version, trap=True)
    today = timezone.localdate()
    [(day, figures)] = conversion.by_day(version.form, since=today, until=today)
    assert (day, figures.views, figures.starts, figures.sent) == (today, 2, 1, 1)
    assert conversion.of([version.form], since=today)[version.form.pk] == figures
    assert figures.share == 0.5


def test_erasure_may_blank_what_was_sent(publish, send):
    sent = send(publish())
    with logbooks.opened():
        Submission.objects.filter(pk=sent.pk).update(answers={}, email="")
    sent.refresh_from_db()
    assert sent.answers == {}
