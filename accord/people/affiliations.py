"""Who belongs to which company. One company of a contact is primary."""

from __future__ import annotations

from django.db import transaction

from accord.people import fields, records
from accord.people.models import Affiliation, Company, Contact
from accord.platform.events import log, names
from accord.platform.models import User
from accord.platform.trail import audit

names.declare("affiliation.added", "Joined a company", icon="building")
names.declare("affiliation.removed", "Left a company", icon="building")


@transaction.atomic
def add(
    contact: Contact,
    company: Company,
    *,
    role: str | None = None,
    primary: bool = False,
    by: User | None,
) -> Affiliation:
    """Put a contact into a company, in a role. The first company of a contact is primary.

    role: None keeps the one there is. Raises Forbidden unless `by` may write the contact, Deleted.
    """
    records.permissions_of(contact, by)
    made, new = Affiliation.objects.get_or_create(contact=contact, company=company)
    wanted = made.role if role is None else " ".join(role.split())[:120]
    if wanted != made.role:
        Affiliation.objects.filter(pk=made.pk).update(role=wanted)
    if new or wanted != made.role:
        verb = "affiliation.added" if new else "affiliation.changed"
        audit.record(verb, contact, by=by, company=company.pk)
    if new:
        about = log.About(contact=contact.pk, company=company.pk)
        log.record("affiliation.added", about, by=by)
    others = Affiliation.objects.filter(contact=contact, is_primary=True)
    if (primary and not made.is_primary) or not others.exists():
        records.change(contact, {fields.field("contact", "company"): company.pk}, by=by)
        set_primary(contact, company.pk)
    made.refresh_from_db()
    return made


@transaction.atomic
def remove(contact: Contact, company: Company, *, by: User | None) -> None:
    """Take a contact out of a company. Where that was the primary one, the next takes over."""
    records.permissions_of(contact, by)
    mine = Affiliation.objects.filter(contact=contact)
    found = mine.filter(company=company).first()
    if found is None:
        return
    if found.is_primary:
        rest = mine.exclude(pk=found.pk).filter(company__deleted_at=None).order_by("pk").first()
        following = rest.company_id if rest else None
        records.change(contact, {fields.field("contact", "company"): following}, by=by)
        set_primary(contact, following)
    mine.filter(company=company).delete()
    audit.record("affiliation.removed", contact, by=by, company=company.pk)
    log.record("affiliation.removed", log.About(contact=contact.pk, company=company.pk), by=by)


def set_primary(contact: Contact, company_id: int | None) -> None:
    """Make a company the primary one, in the transaction that wrote it down.

    A company the contact belongs to already becomes primary; another one takes the place of
    the primary one, because whoever edits the field corrects it.
    """
    mine = Affiliation.objects.filter(contact=contact)
    if company_id is None:
        mine.filter(is_primary=True).delete()
    elif mine.filter(company=company_id).exists():
        mine.filter(is_primary=True).exclude(company=company_id).update(is_primary=False)
        mine.filter(company=company_id).update(is_primary=True)
    elif not mine.filter(is_primary=True).update(company=company_id):
        Affiliation.objects.create(contact=contact, company_id=company_id, is_primary=True)
