from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from django.core import mail
from django.db import transaction
from django.utils import timezone

from accord.channels import letters, outbox
from accord.channels.models import Message
from accord.platform.access import preferences
from accord.platform.access.permissions import Forbidden
from accord.platform.models import Job, User
from accord.platform.queue import work

pytestmark = pytest.mark.django_db


@pytest.fixture
def box(tmp_path, settings):
    settings.MAIL_URL = f"maildir:{tmp_path}/mail"
    settings.MAIL_FROM = "Acme, Sales <sales@acme.example>"

    def received():
        files = sorted((tmp_path / "mail" / "new").glob("*"))
        return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]

    return received


@pytest.fixture
def olga():
    return User.objects.create(name="Olga", email="olga@acme.example", roles=["owner"])


def send(key="invite:1", to="ana@buyer.example", subject="Hello", text="Hello Ana,\nwelcome.\n"):
    return outbox.send(key=key, to=to, subject=subject, text=text)


def test_a_message_is_delivered_once_for_its_key(box):
    first = send()
    assert send(subject="Another") == first
    work.run_due()
    work.run_due()
    (letter,) = box()
    assert letter["To"] == "ana@buyer.example"
    assert letter["From"] == '"Acme, Sales" <sales@acme.example>'
    assert letter["Subject"] == "Hello"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter.get_content() == "Hello Ana,\nwelcome.\n"
    first.refresh_from_db()
    assert (first.state, first.attempt) == (Message.State.SENT, 1)
    assert first.message_id == letter["Message-ID"]
    assert first.message_id.endswith("@acme.example>")


def test_a_message_of_a_rolled_back_transaction_never_leaves(box):
    with pytest.raises(RuntimeError), transaction.atomic():
        send()
        raise RuntimeError
    work.run_due()
    assert box() == []


@pytest.mark.parametrize(
    "to",
    [
        "ana",
        "ana@buyer.example\r\nBcc: all@buyer.example",
        "ana@buyer.example, ben@buyer.example",
        "<ana@buyer.example>",
        "ana@buyer.example\0",
        "änä@buyer.example",
    ],
)
def test_what_is_no_address_is_refused(to):
    with pytest.raises(letters.NoAddress, match="not an e-mail address"):
        send(to=to)


def test_an_address_may_have_a_domain_of_any_script(box):
    assert send(to="ana@käufer.example").to == "ana@xn--kufer-gra.example"


@pytest.mark.parametrize(
    "evil", ["\r\nBcc: x@y.example", "\nBcc: x@y.example", "\rBcc: x", "\0", "\u2028Bcc: x"]
)
def test_a_subject_stays_one_header(box, evil):
    send(subject=f"Hello{evil}")
    work.run_due()
    (letter,) = box()
    assert set(letter.keys()) == {
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted",
        "MIME-Version", "Content-Type", "Content-Transfer-Encoding",
    }  # fmt: skip
    assert letter["Subject"].startswith("Hello")
    assert letter["Bcc"] is None


def test_html_comes_beside_the_text(box):
    outbox.send(key="x", to="ana@buyer.example", subject="s", text="plain", html="<p>rich</p>")
    work.run_due()
    (letter,) = box()
    assert [part.get_content_type() for part in letter.iter_parts()] == ["text/plain", "text/html"]


def test_a_quarantined_instance_holds_everything_until_somebody_releases_it(box, olga):
    preferences.change(by=None, quarantined=True)
    message = send()
    work.run_due()
    message.refresh_from_db()
    assert (message.state, box()) == (Message.State.HELD, [])
    preferences.change(by=olga, quarantined=False)
    assert outbox.release_held(by=olga) == 1
    work.run_due()
    assert len(box()) == 1


def test_a_message_whose_worker_died_while_sending_is_unknown_and_not_sent_again(box):
    message = send()
    Message.objects.filter(pk=message.pk).update(state=Message.State.SENDING)
    work.run_due()
    message.refresh_from_db()
    assert (message.state, box()) == (Message.State.UNKNOWN, [])


def test_an_owner_sends_an_unknown_message_again_with_the_same_id(box, olga):
    message = send()
    Message.objects.filter(pk=message.pk).update(state=Message.State.UNKNOWN)
    work.run_due()
    with pytest.raises(Forbidden):
        outbox.send_again(message, by=User.objects.create(name="Ben", roles=["seller"]))
    outbox.send_again(message, by=olga)
    work.run_due()
    assert [letter["Message-ID"] for letter in box()] == [message.message_id]
    with pytest.raises(outbox.NotToBeSent):
        outbox.send_again(message, by=olga)


def test_a_wrong_setting_defers_and_says_so(box, settings):
    settings.MAIL_URL = "smpt://mail.acme.example"
    message = send()
    work.run_due()
    message.refresh_from_db()
    assert message.state == Message.State.READY
    assert "write console:, maildir: or smtp:" in message.reply == outbox.trouble()
    job = Job.objects.get(key=f"message:{message.pk}")
    assert 45 < (job.due_at - timezone.now()).total_seconds() < 75


def test_a_message_is_given_up_after_four_days(box, settings):
    settings.MAIL_FROM = "nobody"
    message = send()
    Message.objects.update(created_at=timezone.now() - timedelta(days=5))
    work.run_due()
    message.refresh_from_db()
    assert message.state == Message.State.FAILED


def test_mails_of_packages_go_through_the_outbox(box, settings):
    settings.EMAIL_BACKEND = "accord.channels.mail_backend.OutboxBackend"
    mail.send_mail("Reset", "Follow the link.", None, ["ana@buyer.example"])
    assert Message.objects.get().subject == "Reset"
    work.run_due()
    assert len(box()) == 1
    assert outbox.states() == {
        "ready": 0, "sending": 0, "sent": 1, "failed": 0, "unknown": 0, "held": 0, "suppressed": 0,
    }  # fmt: skip


def test_the_console_prints_what_would_be_sent(settings, capsys):
    settings.MAIL_URL = "console:"
    send()
    work.run_due()
    assert "Hello Ana,\nwelcome." in capsys.readouterr().out
