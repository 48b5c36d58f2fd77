"""Whether it was them: a link by mail, a button, and what counts before and after it."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accord.channels.models import Message
from accord.engine.consent.terms import Channel
from accord.engine.forms.answers import Problem
from accord.marketing.forms import confirmations, conversion, forms, submissions
from accord.marketing.forms.tests.conftest import asking, box, filled
from accord.marketing.models import Confirmation, FormVersion, Submission
from accord.people import contacts
from accord.people.consents import consent, purposes
from accord.people.consents.consent import EVERYTHING
from accord.people.models import ConsentRecord, Contact
from accord.people.privacy import erasing
from accord.platform.models import Event, Job
from accord.platform.running import startup

pytestmark = pytest.mark.django_db
AD = "https://acme.example/ask?utm_source=google&utm_medium=cpc&utm_campaign=spring"
Verdict = Submission.Verdict


class TestDoubleOptIn:
    """A link by mail, a button, and nothing before that."""

    @pytest.fixture
    def version(self, publish, offers):
        return publish("first_name", boxes=[box(offers)])

    def token(self, message=None):
        letter = message or Message.objects.get(key__startswith="form-confirmation")
        return letter.text.partition("/confirm/")[2].partition("/")[0]

    def test_nothing_may_be_sent_before_the_link_was_confirmed(self, version, send):
        sent = send(version, consent__offers__email="on")
        assert (sent.verdict, ConsentRecord.objects.count()) == (Verdict.PENDING, 0)
        letter = Message.objects.get(key__startswith="form-confirmation")
        assert (letter.to, letter.kind) == ("ana@acme.example", "transactional")
        assert "Send me offers by e-mail." in letter.text
        question = consent.question("offers", Channel.EMAIL)
        assert not consent.may_send(sent.contact, question, timezone.now())
        assert not Confirmation.objects.filter(digest=self.token()).exists()
        for _ in range(2):
            done = confirmations.confirm(self.token())
            assert (done.pk, done.verdict) == (sent.pk, Verdict.ACCEPTED)
        assert consent.may_send(sent.contact, question, timezone.now())
        assert list(ConsentRecord.objects.order_by("pk").values_list("what", flat=True)) == [
            "consent", "confirmed",
        ]  # fmt: skip
        assert Event.objects.filter(name="form.confirmed").count() == 1

    def test_a_link_ends_after_seven_days(self, version, send):
        send(version, consent__offers__email="on")
        token = self.token()
        late = time_machine.travel(timezone.now() + timedelta(days=7, seconds=1))
        with late, pytest.raises(confirmations.LinkSpent, match="seven days"):
            confirmations.confirm(token)
        assert not ConsentRecord.objects.exists()
        with pytest.raises(confirmations.LinkSpent):
            confirmations.confirm("guessed")

    def test_a_form_may_wait_with_everything(self, publish, send):
        version = publish("first_name", confirm=True)
        sent = send(version, first_name="Ana")
        assert (sent.verdict, sent.contact) == (Verdict.PENDING, None)
        assert not Contact.objects.exists()
        done = confirmations.confirm(self.token())
        assert done.contact == Contact.objects.get(first_name="Ana")

    def test_who_said_stop_has_to_confirm_that_it_is_them(self, publish, send, ana, news):
        consent.withdraw(ana, EVERYTHING, by=None)
        sent = send(publish(boxes=[box(news)]), consent__news__email="on")
        assert sent.verdict == Verdict.PENDING
        question = consent.question("news", Channel.EMAIL)
        assert not consent.may_send(ana, question, timezone.now())
        confirmations.confirm(self.token())
        assert consent.may_send(ana, question, timezone.now())

    def test_who_said_stop_before_a_merge_or_deletion_has_to_confirm_too(
        self, publish, send, ana, news
    ):
        consent.withdraw(ana, EVERYTHING, by=None)
        bea = contacts.create(values={"email": "bea@acme.example"}, by=None)
        now = timezone.now()
        Contact.objects.filter(pk=ana.pk).update(deleted_at=now)
        version = publish(boxes=[box(news)])
        assert send(version, consent__news__email="on").verdict == Verdict.PENDING
        Contact.objects.filter(pk=ana.pk).update(merged_into=bea)
        sent = send(version, email="bea@acme.example", consent__news__email="on")
        assert sent.verdict == Verdict.PENDING

    def test_a_strangers_mailbox_is_not_filled(self, version, send):
        for _ in range(5):
            send(version, consent__offers__email="on")
        assert Message.objects.filter(key__startswith="form-confirmation").count() == 3
        assert Submission.objects.filter(verdict=Verdict.PENDING).count() == 5
        Job.objects.all().delete()  # those that ran
        last = Submission.objects.latest("pk")
        submissions.settle(last.pk)
        with time_machine.travel(Job.objects.get(name="forms.settle").due_at):
            submissions.settle(last.pk)
        assert Message.objects.filter(key__startswith="form-confirmation").count() == 4

    def test_a_purpose_that_asks_for_it_since_is_confirmed_on_older_pages_too(
        self, publish, send, news
    ):
        version = publish(boxes=[box(news)])
        purposes.change(news, label="News", definition="", double=True, by=None)
        sent = send(version, consent__news__email="on")
        assert (sent.verdict, ConsentRecord.objects.count()) == (Verdict.PENDING, 0)

    def test_a_form_that_waits_with_everything_since_waits_on_older_pages_too(
        self, publish, send, mia
    ):
        old = publish("first_name")
        forms.write(old.form, asking("first_name", confirm=True), by=mia)
        forms.publish(old.form, by=mia)
        sent = send(FormVersion.objects.get(pk=old.pk))
        assert (sent.verdict, sent.contact) == (Verdict.PENDING, None)
        assert not Contact.objects.exists()

    @pytest.mark.parametrize("address", ["a@x_y.de", "jörg@müller.de"])
    def test_an_address_no_letter_reaches_is_told_on_the_page(self, version, address):
        received = submissions.receive(version, filled(version, email=address), now=timezone.now())
        assert received.submission is None
        assert received.checked.problems == {"email": Problem.NOT_EMAIL}

    def test_the_mail_speaks_the_language_of_the_form(self, publish, send):
        send(publish(confirm=True, language="de"))
        letter = Message.objects.get(key__startswith="form-confirmation")
        assert letter.subject == "Bitte bestätigen Sie: Ask us"

    def test_what_nobody_confirms_is_thrown_away_after_a_month(self, publish, send):
        sent = send(publish(confirm=True))
        assert submissions.tidy(sent.at + timedelta(days=31)) == 1

    def test_what_was_confirmed_stays_counted_after_an_erasure(self, version, send):
        for ready in startup._ready:
            ready()
        people = ("ana@acme.example", "bo@acme.example", "cy@acme.example")
        sent = [send(version, email=each, consent__offers__email="on") for each in people]
        letters = Message.objects.filter(key__startswith="form-confirmation").order_by("pk")
        tokens = [self.token(letter) for letter in letters]
        for token in tokens[:2]:
            confirmations.confirm(token)
        form, today = version.form, timezone.localdate()
        before = conversion.by_day(form, since=today, until=today)
        assert (before[0][1].sent, before[0][1].confirmed) == (3, 2)
        for each in sent:
            assert erasing.run_all(erasing.begin(each.contact, by=None))
        assert conversion.by_day(form, since=today, until=today) == before
        assert conversion.of([form], since=today)[form.pk] == before[0][1]
        assert Confirmation.objects.filter(used_at=None).count() == 0
        for token in tokens:
            with pytest.raises(confirmations.LinkSpent):
                confirmations.find(token)
