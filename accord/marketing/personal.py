"""What this folder keeps of a person: the forms they sent. Campaigns are the company's own."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from django.db.models import CharField, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from accord.marketing.forms import telling
from accord.marketing.models import Campaign, CampaignCost, Form
from accord.marketing.models.form import Confirmation, Proposal, Submission
from accord.people.privacy import general
from accord.platform import personal
from accord.platform.personal import Person, Row, Store, rows

FORMS_STAY = (
    "That a form was sent and confirmed, when, and the words of the boxes ticked: it is counted."
)
MAILS_STAY = "That a colleague was mailed, and when, without the words."


def register() -> None:
    """Declare every table of this folder. Called when the app is ready."""
    personal.offer(
        Store(
            "forms",
            "Forms they sent",
            ("marketing.Submission", "marketing.Confirmation"),
            _forms,
            _no_answers,
            FORMS_STAY,
        )
    )
    told = ("channels.Message",)
    title = "Mails to colleagues about their forms"
    personal.offer(Store("form_mails", title, told, _mails, _no_mails, MAILS_STAY, 51))
    personal.offer(
        Store(
            "proposals",
            "Answers that differ from the record",
            ("marketing.Proposal",),
            _proposals,
            _no_proposals,
        )
    )
    personal.sweep("Forms", Form, "name")
    words = ("name", "goal", "custom", "tags")
    personal.sweep("Campaigns", Campaign, *words, keys=("external_id",))
    personal.sweep("Costs of campaigns", CampaignCost, "note")
    personal.impersonal("Questions of forms, the same for everybody.", "marketing.FormVersion")
    personal.impersonal("Counts of people, none of them named.", "marketing.FormDay")
    general.offer(_marks)


def _theirs(person: Person) -> QuerySet[Submission]:
    sent = Q(contact=person.id) | Q(email__in=person.emails) | Q(visitor__in=person.names)
    return Submission.objects.filter(sent & (Q(contact=person.id) | Q(contact=None)))


def _forms(person: Person) -> Iterator[Row]:
    link = {"link_until": "confirmation__expires_at", "confirmed_at": "confirmation__used_at"}
    yield from rows.of(_theirs(person), form_name="form__name", **link)


def _no_answers(person: Person) -> None:
    _no_links(Confirmation.objects.filter(submission__in=_theirs(person)))
    blank = dict.fromkeys(("email", "page", "referrer", "agent", "network", "visitor"), "")
    _theirs(person).filter(contact=None).update(contact=person.id)  # found without its address
    theirs = Submission.objects.filter(contact=person.id)
    theirs.update(answers={}, ticket=None, reasons=[], left_out=[], **blank)


def _mails(person: Person) -> Iterator[Row]:
    for mail in telling.mails(_theirs(person).values_list("pk", flat=True)):
        yield {"told_colleagues": mail.text, "at": str(mail.created_at)}


def _no_mails(person: Person) -> None:
    telling.forget(_theirs(person).values_list("pk", flat=True))


def _no_links(asked: QuerySet[Confirmation]) -> None:
    """No link leads anywhere any more; that one was used, and when, is counted."""
    asked.filter(used_at=None).delete()
    asked.update(digest=Concat(Value("erased "), Cast("pk", CharField())))


def _proposals(person: Person) -> Iterator[Row]:
    yield from rows.of(Proposal.objects.filter(contact=person.id))


def _no_proposals(person: Person) -> None:
    Proposal.objects.filter(contact=person.id).delete()


def _marks(words: Collection[str]) -> set[str]:
    """Those of these words that are marks of our campaigns: they tell nothing of a person."""
    found = Campaign.objects.filter(marks__overlap=list(words)).values_list("marks", flat=True)
    return {mark for marks in found for mark in marks if mark in words}
