"""The consent somebody gave in a form, written down for the address or number they gave with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from accord.engine.consent import ages
from accord.engine.consent.terms import Channel, Source
from accord.engine.forms.terms import BORN, EMAIL
from accord.marketing.forms import questions
from accord.marketing.models import Submission
from accord.people import families
from accord.people.consents import consent, story, suppressions
from accord.people.consents.consent import Given
from accord.people.consents.ledger import Proof
from accord.people.models import ConsentRecord, ConsentText, Contact

PHONE = "phone"
Box = Mapping[str, str]
FIELDS: Mapping[Channel, str] = {
    Channel.EMAIL: EMAIL,
    Channel.SMS: PHONE,
    Channel.PHONE: PHONE,
}
"""The field that says where a channel reaches somebody."""


def agree(submission: Submission, contact: Contact, *, confirmed: bool) -> Mapping[str, str]:
    """Write down the consent somebody gave, with the words they read and where they read them.

    Where they gave another address or number than the one their record is reached by, they did not
    agree for that one: answers these by field, and the consent counts once one is `taken`.
    Of somebody who says here that they are a child, as said by a child.
    """
    others: dict[str, str] = {}
    for box in submission.agreed:
        field = FIELDS.get(Channel(box["channel"]))
        if field and (other := _other(submission, contact, field)):
            others[field] = other
        else:
            _give(submission, contact, box, confirmed=confirmed)
    return others


def taken(contact: Contact, field: str) -> None:
    """Write down what waited for this field to be taken over, in the caller's transaction.

    Consent that waits for a confirmation by mail goes on waiting.
    """
    contact = consent.hold(contact, None)
    family = families.of([contact.pk])
    accepted = Submission.objects.filter(contact__in=family, verdict=Submission.Verdict.ACCEPTED)
    waiting = accepted.exclude(agreed=[]).select_related("form", "version", "confirmation")
    for submission in waiting.order_by("at", "pk"):
        if _other(submission, contact, field):
            continue
        confirmation = getattr(submission, "confirmation", None)
        confirmed = confirmation is not None and confirmation.used_at is not None
        for box in submission.agreed:
            if FIELDS.get(Channel(box["channel"])) == field and not _is_given(submission, box):
                _give(submission, contact, box, confirmed=confirmed)


def is_child(submission: Submission, contact: Contact) -> bool:
    """Whether the record or what they wrote here says that they are too young to agree."""
    written, _ = questions.values({BORN: tuple(submission.answers.get(BORN, ()))})
    born_on = written.get(BORN)
    said = born_on if isinstance(born_on, date) else None
    young = ages.is_child(said, submission.at, story.country(contact))
    return young or story.is_child(contact, submission.at)


def _other(submission: Submission, contact: Contact, field: str) -> str:
    """The address or number they gave, where it is not the one of the record; else ""."""
    written, _ = questions.values({field: tuple(submission.answers.get(field, ()))})
    given = submission.email if field == EMAIL else str(written.get(field) or "")
    channel = Channel.EMAIL if field == EMAIL else Channel.PHONE
    known = story.address_of(contact, channel)
    return given if given and suppressions.normal(given, channel) != known else ""


def _is_given(submission: Submission, box: Box) -> bool:
    """Whether the ledger has a box already: it holds for the instant the form was sent."""
    family = families.of([submission.contact_id] if submission.contact_id else [])
    rows = ConsentRecord.objects.filter(contact__in=family, at=submission.at)
    return rows.filter(purpose=box["purpose"], channel=box["channel"]).exists()


def _give(submission: Submission, contact: Contact, box: Box, *, confirmed: bool) -> None:
    """One row of the ledger, and a second one where it was confirmed by mail."""
    proof = Proof(
        page=submission.page,
        referrer=submission.referrer,
        ip=submission.network,
        agent=submission.agent,
        note=f"Form {submission.form.name}, version {submission.version.number},"
        f" submission {submission.pk}",
    )
    given = Given(
        purpose=box["purpose"],
        channel=Channel(box["channel"]),
        source=Source.CHILD if is_child(submission, contact) else Source.PERSON,
        at=submission.at,
        text=ConsentText.objects.get(pk=box["text_id"]),
    )
    record = consent.give(contact, given, proof=proof, by=None)
    if confirmed:
        consent.confirm(record, proof=proof, by=None)
