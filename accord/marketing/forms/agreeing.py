"""The consent somebody gave in a form, written down for the address or number they gave with it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date

from accord.engine.consent import ages
from accord.engine.consent.terms import Channel, Source
from accord.engine.forms.terms import BORN, EMAIL
from accord.marketing.forms import questions
from accord.marketing.models import Proposal, Submission
from accord.people import families
from accord.people.consents import consent, story, suppressions
from accord.people.consents.consent import Given
from accord.people.consents.ledger import Proof
from accord.people.models import ConsentRecord, ConsentText, Contact, Purpose

What = ConsentRecord.What
PHONE = "phone"
Box = Mapping[str, str]
FIELDS: Mapping[Channel, str] = {
    Channel.EMAIL: EMAIL,
    Channel.SMS: PHONE,
    Channel.PHONE: PHONE,
}
"""The field that says where a channel reaches somebody."""
CHANNELS = {EMAIL: Channel.EMAIL, PHONE: Channel.PHONE}
"""The channel whose addresses such a field has."""
UNPROVEN = (
    ". Not counted: the number is on the suppression list, and nobody knows that it is theirs."
    " Ask them for it in writing."
)


def agree(submission: Submission, contact: Contact, *, confirmed: bool) -> Mapping[str, str]:
    """Write down the consent somebody gave, with the words they read and where they read them.

    Where they gave another address or number than the one their record is reached by, they did not
    agree for that one: answers these by field, and the consent is written down with `write_down`.
    Of somebody who says here that they are a child, as said by a child.
    """
    others: dict[str, str] = {}
    for box in submission.agreed:
        field = FIELDS.get(Channel(box["channel"]))
        said = _said(submission, field) if field else ""
        if field and said and said != story.address_of(contact, CHANNELS[field]):
            others[field] = said
        else:
            _give(submission, contact, box, confirmed=confirmed)
    return others


def write_down(contact: Contact, *, field: str) -> None:
    """Write down what waited for this field to be taken over, in the caller's transaction.

    Consent that waits for a confirmation by mail goes on waiting.
    """
    if field not in CHANNELS:
        return
    for submission, box in _waiting(contact, field, story.address_of(contact, CHANNELS[field])):
        confirmation = getattr(submission, "confirmation", None)
        confirmed = confirmation is not None and confirmation.used_at is not None
        _give(submission, contact, box, confirmed=confirmed)


def waiting(proposal: Proposal) -> tuple[str, ...]:
    """The purposes, by label, that somebody agreed to under the address or number proposed."""
    if proposal.field not in CHANNELS:
        return ()
    given = suppressions.normal(str(proposal.value), CHANNELS[proposal.field])
    there = _waiting(proposal.contact, proposal.field, given)
    names = {box["purpose"] for _, box in there}
    labels = Purpose.objects.filter(pk__in=names).order_by("label", "pk")
    return tuple(labels.values_list("label", flat=True)) if names else ()


def is_child(submission: Submission, contact: Contact) -> bool:
    """Whether the record or what they wrote here says that they are too young to agree."""
    written, _ = questions.values({BORN: tuple(submission.answers.get(BORN, ()))})
    born_on = written.get(BORN)
    said = born_on if isinstance(born_on, date) else None
    young = ages.is_child(said, submission.at, story.country(contact))
    return young or story.is_child(contact, submission.at)


def _waiting(contact: Contact, field: str, given: str) -> Iterator[tuple[Submission, Box]]:
    """What was agreed to under an address or number and is not in the ledger, oldest first."""
    family = families.of([contact.pk])
    accepted = Submission.objects.filter(contact__in=family, verdict=Submission.Verdict.ACCEPTED)
    rows = accepted.exclude(agreed=[]).select_related("form", "version", "confirmation")
    for submission in rows.order_by("at", "pk"):
        if _said(submission, field) != given:
            continue
        for box in submission.agreed:
            if FIELDS.get(Channel(box["channel"])) == field and not _is_given(
                family, box, submission
            ):
                yield submission, box


def _said(submission: Submission, field: str) -> str:
    """The address or number they gave, normalised; "" where they gave none."""
    written, _ = questions.values({field: tuple(submission.answers.get(field, ()))})
    given = submission.email if field == EMAIL else str(written.get(field) or "")
    return suppressions.normal(given, CHANNELS[field]) if given else ""


def _is_given(family: Collection[int], box: Box, submission: Submission) -> bool:
    """Whether the ledger has a box already: it holds for the instant the form was sent."""
    rows = ConsentRecord.objects.filter(contact__in=family, at=submission.at)
    return rows.filter(purpose=box["purpose"], channel=box["channel"]).exists()


def _give(submission: Submission, contact: Contact, box: Box, *, confirmed: bool) -> None:
    """One row of the ledger, and a second one where it was confirmed by mail.

    For a number that is suppressed it is kept as of unknown origin, which ends no stop: a mail
    proves who has the address, and anybody can type a number.
    """
    channel = Channel(box["channel"])
    unproven = suppressions.is_unproven(contact, channel)
    note = f"Form {submission.form.name}, version {submission.version.number}"
    proof = Proof(
        page=submission.page,
        referrer=submission.referrer,
        ip=submission.network,
        agent=submission.agent,
        note=f"{note}, submission {submission.pk}{UNPROVEN if unproven else ''}",
    )
    given = Given(
        purpose=box["purpose"],
        channel=channel,
        what=What.UNKNOWN if unproven else What.CONSENT,
        source=Source.CHILD if is_child(submission, contact) else Source.PERSON,
        at=submission.at,
        text=ConsentText.objects.get(pk=box["text_id"]),
    )
    record = consent.give(contact, given, proof=proof, by=None)
    if confirmed and not unproven:
        consent.confirm(record, proof=proof, by=None)
