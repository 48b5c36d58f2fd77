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
from accord.people.consents import consent, purposes
from accord.people.consents.consent import Given
from accord.people.models import ConsentRecord
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
