"""The outbox and the gate of consent."""

from datetime import date, timedelta
from email import message_from_bytes
from email.policy import default

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from accord.channels import evidence, outbox
from accord.channels.models import Message
from accord.channels.passing import Why
from accord.engine.consent.terms import Channel, Source
from accord.people import contacts
from accord.people.consents import consent, heard, parents, preference_links, purposes
from accord.people.consents.consent import Given
from accord.people.models import ConsentRecord, Suppression
from accord.platform.access import preferences
from accord.platform.queue import work
from accord.platform.trail import logbooks

pytestmark = pytest.mark.django_db
YES = Given("news", Channel.EMAIL, source=Source.PERSON)
State = Message.State


@pytest.fixture(autouse=True)
def box(tmp_path, settings):
    settings.DATA = tmp_path
    settings.MAIL_URL = f"maildir:{tmp_path}/mail"
    settings.MAIL_FROM = "Acme <sales@acme.example>"
    return lambda: len(list((tmp_path / "mail" / "new").glob("*")))


@pytest.fixture(autouse=True)
def news(db):
    preferences.change(postal_address="1 <Sun> Road\n20095 Hamburg", by=None)
    return purposes.add(label="News", by=None)


def send(contact, purpose="news", key="news:1"):
    why = Why(contact, purpose)
    return outbox.send(key=key, to=contact.email, subject="News", text="News.", why=why)


def after_work(message):
    work.run_due()
    message.refresh_from_db()
    return message


def test_marketing_without_a_basis_never_becomes_work(ana, box):
    message = after_work(send(ana))
    assert (message.state, box()) == (State.SUPPRESSED, 0)
    assert message.reply.startswith("Refused: there is no consent")
    assert message.kind == Message.Kind.MARKETING
    consent.give(ana, YES, by=None)
    assert after_work(message).state == State.SUPPRESSED


def test_the_basis_stands_on_the_message(ana, box):
    given = consent.give(ana, YES, by=None)
    message = send(ana)
    assert (message.basis, message.basis_id, message.decided_at) == ("consent", given.pk, None)
    message = after_work(message)
    assert (message.state, box(), message.contact) == (State.SENT, 1, ana)
    assert message.decided_at <= message.sent_at
    assert message.circumstances["rules"]


def test_what_was_withdrawn_meanwhile_does_not_leave(ana, box):
    consent.give(ana, YES, by=None)
    message = send(ana)
    consent.withdraw(ana, by=None)
    message = after_work(message)
    assert (message.state, box()) == (State.SUPPRESSED, 0)
    assert message.reply == "Refused: consent was withdrawn."


@pytest.mark.parametrize("purpose", ["news", ""])
def test_a_restriction_and_a_lost_person_stop_what_waits(ana, box, purpose):
    consent.give(ana, YES, by=None)
    waits = send(ana, purpose)
    consent.restrict(ana, by=None)
    assert after_work(waits).state == State.SUPPRESSED
    assert box() == 0


def test_marketing_for_an_erased_person_does_not_leave(ana, box):
    consent.give(ana, YES, by=None)
    message = send(ana)
    with logbooks.opened():
        ana.delete()
    message = after_work(message)
    assert message.reply == "Refused: the person it was for is no longer here."
    assert box() == 0


def test_a_held_message_is_asked_about_again_as_it_is_released(ana, box, olga):
    consent.give(ana, YES, by=None)
    preferences.change(by=None, quarantined=True)
    message = after_work(send(ana))
    assert message.state == State.HELD
    consent.object_to(ana, by=None)
    preferences.change(by=olga, quarantined=False)
    outbox.release_held(by=olga)
    assert (after_work(message).state, box()) == (State.SUPPRESSED, 0)


def test_nobody_sends_a_suppressed_message_again(ana, olga):
    message = send(ana)
    with pytest.raises(outbox.NotToBeSent):
        outbox.send_again(message, by=olga)


def test_a_receipt_names_its_basis_and_passes_an_objection(ana, box):
    consent.object_to(ana, by=None)
    message = after_work(send(ana, purpose=""))
    assert (message.state, message.basis, box()) == (State.SENT, "contract", 1)
    plain = outbox.send(key="k", to="ben@acme.example", subject="Invitation", text="Come.")
    assert (plain.kind, plain.basis) == (Message.Kind.TRANSACTIONAL, "contract")


def test_the_database_refuses_marketing_without_a_basis():
    with pytest.raises(IntegrityError, match="marketing_has_a_basis"), transaction.atomic():
        Message.objects.create(key="x", message_id="x", kind="marketing", to="a@b.example")


def test_the_check_finds_every_message_lawful_also_after_the_person_left(ana):
    consent.give(ana, YES, by=None)
    after_work(send(ana))
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        consent.withdraw(ana, by=None)
        consent.suppress(
            ana, ana.email, channel=Channel.EMAIL, way=Suppression.Way.COMPLAINED, by=None
        )
        contacts.change(ana, values={"country": "CA"}, by=None)
        earlier = timezone.now() - timedelta(days=2)
        consent.give(ana, Given("news", Channel.EMAIL, source=Source.STAFF, at=earlier), by=None)
    found = evidence.check()
    assert (found.messages, found.well) == (1, True), found


def test_the_check_names_what_left_without_a_basis(ana):
    consent.give(ana, YES, by=None)
    message = after_work(send(ana))
    early = message.decided_at - timedelta(days=1)
    for change in ({"basis_id": 0}, {"basis": "soft_opt_in"}, {"decided_at": early}):
        before = {name: getattr(message, name) for name in change}
        Message.objects.filter(pk=message.pk).update(**change)
        assert evidence.check().unlawful == (message.pk,)
        Message.objects.filter(pk=message.pk).update(**before)
    assert evidence.check().well


def test_the_check_names_a_row_that_was_tampered_with(ana):
    row = consent.give(ana, YES, by=None)
    with logbooks.opened():
        ConsentRecord.objects.filter(pk=row.pk).update(source="staff")
    assert evidence.check().broken == (row.pk,)


def test_what_went_to_a_published_address_had_its_basis_also_once_the_record_has_another(ana, mia):
    contacts.change(ana, values={"country": "CA"}, by=None)
    there = heard.Published("acme.example/team", "She buys what we sell", refuses_nothing=True)
    row = heard.note_published(ana, Given("news", Channel.EMAIL), there, by=mia)
    message = after_work(send(ana))
    assert (message.state, message.basis) == (State.SENT, "implied_published")
    assert message.basis_id == row.pk
    waiting = send(ana, key="news:2")
    assert waiting.state != State.SUPPRESSED
    contacts.change(ana, values={"email": "ana@home.example"}, by=None)
    assert send(ana, key="news:3").reply.startswith("Refused: this is not the address")
    assert evidence.check().well


def test_messages_of_people_who_are_gone_are_counted_apart(ana):
    consent.give(ana, YES, by=None)
    after_work(send(ana))
    with logbooks.opened():
        ana.delete()
    found = evidence.check()
    assert (found.messages, found.erased, found.well) == (1, 1, True)


def letter(tmp_path):
    (path,) = (tmp_path / "mail" / "new").glob("*")
    return message_from_bytes(path.read_bytes(), policy=default)


def test_what_promotes_carries_the_way_out_for_people_and_programs(ana, tmp_path, client):
    contacts.change(ana, values={"language": "de"}, by=None)
    consent.give(ana, YES, by=None)
    after_work(send(ana))
    left = letter(tmp_path)
    token = preference_links.token(ana)
    assert left["List-Unsubscribe"] == f"<http://localhost:8200/u/{token}/>"
    assert left["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    body = left.get_body(("plain",)).get_content()
    assert f"alles abbestellen:\n{preference_links.address(ana)}" in body
    assert client.post(left["List-Unsubscribe"].strip("<>")[21:]).status_code == 200
    assert not consent.may_send(ana, consent.question("news", Channel.EMAIL), timezone.now())


def test_programs_read_the_way_out_however_long_the_address_of_the_company(ana, tmp_path, settings):
    settings.BASE_URL = f"https://{'marketing.' * 12}acme-industrial.example"
    consent.give(ana, YES, by=None)
    after_work(send(ana))
    (path,) = (tmp_path / "mail" / "new").glob("*")
    stop = f"{settings.BASE_URL}/u/{preference_links.token(ana)}/"
    lines = path.read_bytes().replace(b"\r\n", b"\n").split(b"\n")
    assert f"List-Unsubscribe: <{stop}>".encode() in lines


def test_the_way_out_stands_once_and_in_html_too(ana, tmp_path):
    consent.give(ana, YES, by=None)
    link = preference_links.address(ana)
    why = Why(ana, "news")
    text, html = f"News. Choose: {link}", "<p>News.</p>"
    after_work(outbox.send(key="1", to=ana.email, subject="N", text=text, html=html, why=why))
    left = letter(tmp_path)
    assert left.get_body(("plain",)).get_content().count(link) == 1
    assert f'<a href="{link}">Choose what you get' in left.get_body(("html",)).get_content()


def test_what_promotes_names_the_sender_s_postal_address(ana, tmp_path):
    consent.give(ana, YES, by=None)
    why, html = Why(ana, "news"), "<html><body><p>News.</p></body></html>"
    after_work(outbox.send(key="1", to=ana.email, subject="N", text="News.", html=html, why=why))
    left = letter(tmp_path)
    text = left.get_body(("plain",)).get_content()
    assert "\n-- \nMy company\n1 <Sun> Road\n20095 Hamburg\n\nChoose what" in text
    page = left.get_body(("html",)).get_content()
    assert "<p>My company<br>1 &lt;Sun&gt; Road<br>20095 Hamburg</p>" in page
    assert page.rstrip().endswith("stop everything</a></p>\n</body></html>")


@pytest.mark.parametrize(
    "named",
    ["1 &lt;Sun&gt; Road<br>20095 Hamburg", "<p>1 &lt;Sun&gt; Road</p>\n<p>20095&nbsp;Hamburg</p>"],
)
def test_a_postal_address_that_stands_in_a_mail_is_not_said_again(ana, tmp_path, named):
    consent.give(ana, YES, by=None)
    why, text = Why(ana, "news"), "News.\n\n1 <Sun> Road 20095 Hamburg"
    after_work(outbox.send(key="1", to=ana.email, subject="N", text=text, html=named, why=why))
    left = letter(tmp_path)
    for kind in ("plain", "html"):
        body = left.get_body((kind,)).get_content()
        assert body.count("Hamburg") == 1 and "My company" not in body and "Choose what" in body


def test_a_postal_address_in_a_remark_is_named_by_nobody(ana, tmp_path):
    consent.give(ana, YES, by=None)
    why, html = Why(ana, "news"), "<p>News.</p><!-- 1 &lt;Sun&gt; Road<br>20095 Hamburg -->"
    after_work(outbox.send(key="1", to=ana.email, subject="N", text="N", html=html, why=why))
    assert "<p>My company<br>" in letter(tmp_path).get_body(("html",)).get_content()


def test_a_childs_message_is_as_lawful_as_it_was_whatever_is_learned_since(ana, box):
    preferences.change(may_reach_children=True, by=None)
    born_on = date(timezone.localdate().year - 10, 1, 1)
    contacts.change(ana, values={"born_on": born_on}, by=None)
    consent.give(ana, YES, by=None)
    assert after_work(send(ana)).state == State.SUPPRESSED
    parents.give(ana, YES, parents.Parent("Her mother", "Called"), by=None)
    sent = after_work(send(ana, key="news:2"))
    assert (sent.state, sent.basis, box()) == (State.SENT, "parental_consent", 1)
    assert sent.circumstances["born_on"] == born_on.isoformat()
    assert after_work(send(ana, purpose="", key="receipt")).state == State.SENT
    contacts.change(ana, values={"born_on": None}, by=None)
    preferences.change(may_reach_children=False, by=None)
    assert evidence.check().well
    Message.objects.filter(pk=sent.pk).update(circumstances=sent.circumstances | {"born_on": ""})
    assert list(evidence.check().unlawful) == [sent.pk]


def test_who_is_learned_to_be_a_child_is_written_to_no_more(ana, box):
    consent.give(ana, YES, by=None)
    lawful, waits = after_work(send(ana)), send(ana, key="news:2")
    born_on = date(timezone.localdate().year - 10, 1, 1)
    contacts.change(ana, values={"born_on": born_on}, by=None)
    assert after_work(waits).state == State.SUPPRESSED
    assert "the company does not reach children" in waits.reply
    assert (lawful.state, box(), evidence.check().well) == (State.SENT, 1, True)


def test_marketing_without_a_postal_address_is_refused_and_says_where_to_write_it(ana, box):
    consent.give(ana, YES, by=None)
    waits = send(ana)
    preferences.change(postal_address="", by=None)
    assert after_work(waits).state == State.SUPPRESSED
    assert "Write it in Settings > Company" in waits.reply
    assert send(ana, key="news:2").reply == waits.reply
    assert after_work(send(ana, purpose="", key="receipt")).state == State.SENT
    consent.withdraw(ana, by=None)
    assert send(ana, key="news:3").reply == "Refused: consent was withdrawn."
    assert box() == 1


def test_what_somebody_asked_for_has_no_way_out(ana, tmp_path):
    after_work(outbox.send(key="1", to=ana.email, subject="Receipt", text="Hi.", why=Why(ana)))
    left = letter(tmp_path)
    assert left["List-Unsubscribe"] is None
    assert left.get_body(("plain",)).get_content().strip() == "Hi."
