"""What colleagues were told of who filled a form in goes with the person."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from accord.channels.models import Message
from accord.marketing.forms import submissions, telling
from accord.marketing.models import Confirmation
from accord.people.models import Contact
from accord.people.privacy import erasing, persons
from accord.platform import personal
from accord.platform.running import startup
from accord.platform.trail import logbooks

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
SAID = "A roof of 80 m²"


@pytest.fixture
def told(publish, send):
    """A mail to the owner about Ana, who wrote something, and one about Bo."""
    version = publish("message")
    ana = send(version, message=SAID)
    send(version, email="bo@acme.example", message="A car park")
    assert SAID in telling.mails([ana.pk]).get().text
    return ana


def store(name):
    return next(each for each in personal.stores() if each.name == name)


def bos():
    return Message.objects.exclude(text="").get()


def test_a_copy_of_somebodys_data_has_what_colleagues_were_told(told):
    [mail] = store("form_mails").read(persons.of(told.contact))
    assert SAID in mail["told_colleagues"] and "A car park" not in mail["told_colleagues"]


def test_a_form_sent_once_is_counted_once_with_when_it_was_confirmed(told):
    now = timezone.now()
    Confirmation.objects.create(submission=told, digest="0", expires_at=now, used_at=now)
    [row] = store("forms").read(persons.of(told.contact))
    assert row["id"] == told.pk and datetime.fromisoformat(row["confirmed_at"]) - now < SECOND
    counts = {part.title: part.rows for part in erasing.preview(told.contact).parts}
    assert counts["Forms they sent"] == 1
    assert counts["Mails to colleagues about their forms"] == 1


def test_a_mail_of_somebody_erased_is_empty_and_leaves_no_more(told):
    for ready in startup._ready:
        ready()
    erasing.run(erasing.begin(told.contact, by=None).pk)
    mail = telling.mails([told.pk]).get()
    assert (mail.text, mail.html, mail.state) == ("", "", Message.State.SUPPRESSED)
    assert "A car park" in bos().text


def test_a_mail_that_left_stays_sent_without_its_words(told):
    telling.mails([told.pk]).update(state=Message.State.SENT)
    telling.forget([told.pk])
    mail = telling.mails([told.pk]).get()
    assert (mail.text, mail.state) == ("", Message.State.SENT)


def test_what_colleagues_were_told_is_tidied_with_the_submission(told):
    with logbooks.opened():
        Contact.objects.filter(pk=told.contact.pk).delete()
    assert submissions.tidy(timezone.now()) == 1
    assert telling.mails([told.pk]).get().text == ""
    assert "A car park" in bos().text


def test_a_colleague_who_cannot_be_mailed_does_not_hold_up_what_was_sent(publish, send):
    version = publish("message")
    version.form.owner.email = "mia@acme.local"
    version.form.owner.save(update_fields=["email"])
    sent = send(version, message=SAID)
    sent.refresh_from_db()
    assert sent.contact and not telling.mails([sent.pk]).exists()
