"""Answers that differ from what a record says: a colleague takes them, or does not."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accord.engine.errors import Refused
from accord.marketing.forms import agreeing
from accord.marketing.models import Proposal, Submission
from accord.people import contacts, fields, records
from accord.people.consents import consent
from accord.people.fields import Field
from accord.people.models import Contact
from accord.platform.models import User
from accord.platform.trail import audit


class Decided(Refused):
    """This proposal was decided already. Load the page again."""


def make(submission: Submission, contact: Contact, field: Field, value: object) -> None:
    """Propose a value for a field, in the caller's transaction. A newer one replaces an older."""
    Proposal.objects.filter(contact=contact, field=field.name, decided_at=None).delete()
    Proposal.objects.create(
        submission=submission,
        contact=contact,
        field=field.name,
        value=fields.to_json(value),
        at=submission.at,
    )


def open_ones(contact: Contact) -> QuerySet[Proposal]:
    """What waits to be decided about a contact, with its form at hand."""
    rows = Proposal.objects.filter(contact=contact, decided_at=None)
    return rows.select_related("submission__form").order_by("pk")


@transaction.atomic
def take(proposal: Proposal, *, by: User) -> None:
    """Put the proposed value on the record, and the consent that was given for it in the ledger.

    Raises Forbidden, Decided or what `change` raises.
    """
    contact = consent.hold(proposal.contact, by)  # as a confirmed form does, before the proposal
    _decide(proposal, True, by)
    field = fields.field("contact", proposal.field)
    value = fields.from_json(field, proposal.value)
    contacts.change(contact, values={field.name: value}, by=by, origin="form")
    agreeing.write_down(contact, field=field.name)


@transaction.atomic
def dismiss(proposal: Proposal, *, by: User) -> None:
    """Leave the record as it is. Raises Forbidden or Decided."""
    records.permissions_of(proposal.contact, by)
    _decide(proposal, False, by)


def _decide(proposal: Proposal, taken: bool, by: User) -> None:
    mine = Proposal.objects.filter(pk=proposal.pk, decided_at=None)
    if not mine.update(taken=taken, decided_at=timezone.now(), by=by):
        raise Decided
    verb = "proposal.taken" if taken else "proposal.dismissed"
    audit.record(verb, proposal.contact, by=by, field=proposal.field)
