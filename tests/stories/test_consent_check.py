"""`accord consent`: what the operator reads, and the code it ends with."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accord.channels import outbox
from accord.channels.models import Message
from accord.channels.passing import Why
from accord.commands import consent as command
from accord.commands import parser
from accord.engine.consent.terms import Channel
from accord.people import contacts
from accord.people.consents import banner, consent, purposes
from accord.people.consents.consent import Given
from accord.people.models import BannerAnswer, BannerText, ConsentRecord
from accord.platform.access import preferences
from accord.platform.queue import work
from accord.platform.trail import logbooks

pytestmark = pytest.mark.django_db


def check(capsys):
    code = command.run(parser("consent", command).parse_args(["check"]))
    return code, capsys.readouterr().out


def test_the_check_says_what_is_well_and_what_is_wrong(ana, tmp_path, settings, capsys):
    settings.DATA = tmp_path
    settings.MAIL_URL = f"maildir:{tmp_path}/mail"
    preferences.change(postal_address="1 Sun Road", by=None)
    purposes.add(label="News", by=None)
    row = consent.give(ana, Given("news", Channel.EMAIL), by=None)
    message = outbox.send(key="1", to=ana.email, subject="News", text="News.", why=Why(ana, "news"))
    work.run_due()
    code, said = check(capsys)
    assert (code, "Marketing messages that left: 1. Rows of consent: 1." in said) == (0, True)
    Message.objects.filter(pk=message.pk).update(basis_id=row.pk + 1)
    with logbooks.opened():
        ConsentRecord.objects.filter(pk=row.pk).update(source="import")
    code, said = check(capsys)
    assert code == 1
    assert f"Message {message.pk} left without a basis" in said
    assert f"Row {row.pk} of the ledger is not as it was written" in said


def test_whose_implied_consent_ends_soon_is_listed(ana, capsys, settings, tmp_path):
    settings.DATA = tmp_path
    purposes.add(label="Offers", by=None)
    contacts.change(ana, values={"country": "CA"}, by=None)
    at = timezone.now() - timedelta(days=720)
    given = consent.Given("offers", Channel.EMAIL, consent.What.PURCHASE, at=at)
    consent.give(ana, given, by=None)
    assert command.run(parser("consent", command).parse_args(["ending"])) == 0
    said = capsys.readouterr().out
    day = timezone.localdate(at + timedelta(days=730)).isoformat()
    assert f"{day}  contact {ana.pk}  offers, email" in said and "30 days: 1." in said
    command.run(parser("consent", command).parse_args(["ending", "--days", "5"]))
    assert "5 days: 0." in capsys.readouterr().out


def test_what_ends_soon_is_asked_of_so_many_and_it_says_so(ana, capsys, settings, tmp_path):
    settings.DATA = tmp_path
    purposes.add(label="Offers", by=None)
    bo = contacts.create(values={"email": "bo@acme.example"}, by=None)
    for days, each in ((720, ana), (710, bo)):
        contacts.change(each, values={"country": "CA"}, by=None)
        at = timezone.now() - timedelta(days=days)
        given = consent.Given("offers", Channel.EMAIL, consent.What.PURCHASE, at=at)
        consent.give(each, given, by=None)
    for most, seen in ((1, 1), (2, 2)):
        command.run(parser("consent", command).parse_args(["ending", "--most", str(most)]))
        said = capsys.readouterr().out
        assert f"30 days: {seen}." in said and f"contact {ana.pk} " in said
        assert ("There is more: " in said) is (seen == 1)


def test_answers_to_the_banner_are_looked_over_too(db, capsys):
    words = banner.Words("May we?", "Acme asks.", "Accept", "Refuse", "Keep", "Visits", "An id.")
    text = banner.word(words, language="en", by=None)
    banner.keep([banner.Said(text.pk, text.digest, ("visits",), timezone.now(), 1)])
    code, said = check(capsys)
    assert code == 0 and "Answers to the banner: 1." in said
    with logbooks.opened():
        BannerAnswer.objects.update(agreed=[])
        BannerText.objects.update(words=text.words | {"body": "Nothing."})
    code, said = check(capsys)
    assert code == 1 and "Every message" not in said
    assert f"WRONG  Answer {BannerAnswer.objects.get().pk} to the banner" in said
    assert "WRONG  Version 1 (en) of the banner" in said
