"""Contacts: people, one record for life. Verbs change them, reads list them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from django.db import IntegrityError, transaction
from django.db.models import Prefetch
from django.utils import timezone

from accord.engine.errors import Refused
from accord.people import addresses, affiliations, companies, fields, lifecycle, records
from accord.people.addresses import EmailTaken
from accord.people.fields import Field
from accord.people.models import Address, Affiliation, Contact
from accord.people.models.contact import ContactQuerySet
from accord.people.origins import channels, touches
from accord.people.records import Conflict, Deleted, Merged
from accord.platform.events import log, names
from accord.platform.models import User
from accord.platform.trail import audit

__all__ = [
    "Conflict",
    "Deleted",
    "EmailTaken",
    "add_address",
    "change",
    "create",
    "delete",
    "make_primary",
    "remove_address",
    "restore",
    "with_company",
]

T = TypeVar("T")

names.declare("contact.created", "Contact created", icon="user-plus")
names.declare("contact.changed", "Contact changed", icon="pencil")
names.declare("contact.deleted", "Contact deleted", icon="trash", person=False)
names.declare("contact.restored", "Contact restored", icon="restore")


class Nameless(Refused):
    """Give the contact a name, an e-mail address, a phone number or an external id."""


class ExternalIdTaken(Refused):
    """Another contact has this external id. Open that contact instead."""


@transaction.atomic
def create(
    *, values: Mapping[str, object], by: User | None, origin: str = "user", touched: bool = False
) -> Contact:
    """Make a contact from values by field name (see `fields.catalogue("contact")`).

    It joins the company given, else the company that has the domain of its e-mail address. A
    source becomes a touch, unless it is `touched`: a visit of theirs is one. Raises Forbidden,
    UnknownField, NotEditable, Unreadable, Nameless, EmailTaken or ExternalIdTaken.
    """
    records.may_create("contact", by)
    wanted = _prepared(values)
    now = timezone.now()
    contact = Contact(acquired_at=now, stage_since=now)
    records.fill(contact, wanted)
    records.permissions_of(contact, by)
    if not (contact.first_name or contact.last_name or _reachable(contact)):
        raise Nameless
    addresses.refuse_taken(contact.email, besides=None)
    _write(lambda: contact.save(force_insert=True))
    _follow(contact, {field.name for field, value in wanted.items() if value})
    lifecycle.note(contact, previous="", at=contact.acquired_at or now, by=by)
    _join(contact, wanted, by)
    audit.record("contact.created", contact, by=by)
    log.record("contact.created", log.About(contact=contact.pk), by=by, origin=origin)
    if contact.source is not None and not touched:
        _touch(contact, by)
    return contact


@transaction.atomic
def change(
    contact: Contact,
    *,
    values: Mapping[str, object],
    version: int | None = None,
    by: User | None,
    origin: str = "user",
) -> Contact:
    """Change fields of a contact by name; `contact` is fresh afterwards and given back.

    version: the version whose values were seen; None changes whatever is there now.
    Raises Forbidden, Deleted, Conflict, UnknownField, NotEditable, Unreadable, EmailTaken or
    ExternalIdTaken. Values that are so already change nothing.
    """
    wanted = _prepared(values)
    email = next((value for field, value in wanted.items() if field.name == "email"), "")
    addresses.refuse_taken(str(email), besides=contact.pk)
    changes = _write(lambda: records.change(contact, wanted, version=version, by=by, origin=origin))
    changed = {each.field: each for each in changes}
    if not changed:
        return contact
    _follow(contact, set(changed))
    if "company" in changed:
        affiliations.set_primary(contact, changed["company"].new)
    if "stage" in changed:
        before = changed["stage"].old
        lifecycle.note(contact, previous=before, at=timezone.now(), by=by)
    told = sorted(set(changed) - {"stage"})
    if told:
        log.record("contact.changed", log.About(contact=contact.pk), by=by, fields=told)
    return contact


@transaction.atomic
def delete(contact: Contact, *, by: User | None) -> None:
    """Hide a contact; `restore` brings it back for 30 days. Raises Forbidden or Deleted."""
    records.delete(contact, by=by)
    log.record("contact.deleted", log.About(contact=contact.pk), by=by)


@transaction.atomic
def restore(contact: Contact, *, by: User | None) -> None:
    """Bring a deleted contact back. Raises Forbidden, NotDeleted, TooLate, Merged or EmailTaken."""
    if Contact.objects.filter(pk=contact.pk).exclude(merged_into=None).exists():
        raise Merged
    addresses.refuse_taken(contact.email, besides=contact.pk)
    _write(lambda: records.restore(contact, by=by))
    log.record("contact.restored", log.About(contact=contact.pk), by=by)


@transaction.atomic
def add_address(
    contact: Contact, *, kind: str, value: str, label: str = "", by: User | None
) -> Address:
    """Add an e-mail address or phone number; the first of a kind is primary.

    Twice gives the one there is. Raises Forbidden, Deleted, Unreadable or EmailTaken.
    """
    records.permissions_of(contact, by)
    field = fields.field("contact", Address.Kind(kind).value)
    [value] = records.cleaned("contact", {field.name: value}).values()  # type: ignore[assignment]
    if not value:
        raise Nameless(f"Write the {field.label.lower()} to add.")
    if kind == Address.Kind.EMAIL:
        addresses.refuse_taken(value, besides=contact.pk)
    if not fields.read(contact, field):
        change(contact, values={field.name: value}, by=by)
        return Address.objects.get(contact=contact, kind=kind, is_primary=True)
    made, new = Address.objects.get_or_create(
        contact=contact, kind=kind, value=value, defaults={"label": label.strip()[:40]}
    )
    if new:
        _tell_address(contact, "added", kind, by)
    return made


@transaction.atomic
def remove_address(address: Address, *, by: User | None) -> None:
    """Take an address away. Where it was the primary one, the next of its kind takes over."""
    contact = address.contact
    records.permissions_of(contact, by)
    rest = Address.objects.filter(contact=contact, kind=address.kind).exclude(pk=address.pk)
    following = rest.order_by("pk").first() if address.is_primary else None
    if following:
        make_primary(following, by=by)
    elif address.is_primary:
        change(contact, values={address.kind: ""}, by=by)
    Address.objects.filter(pk=address.pk).delete()
    _tell_address(contact, "removed", address.kind, by)


@transaction.atomic
def make_primary(address: Address, *, by: User | None) -> None:
    """Make an address the one of its kind that the contact is written or called at."""
    change(address.contact, values={address.kind: address.value}, by=by)


def with_company(contacts: ContactQuerySet) -> ContactQuerySet:
    """The contacts with their primary company at hand, for one query more in all.

    Each has `primary_affiliations`: a list of none or one, with `company` on it.
    """
    primary = Affiliation.objects.filter(is_primary=True, company__deleted_at=None)
    return contacts.prefetch_related(
        Prefetch("affiliations", primary.select_related("company"), "primary_affiliations")
    )


def _prepared(values: Mapping[str, object]) -> dict[Field, object]:
    wanted = records.cleaned("contact", values)
    given = {field.name: value for field, value in wanted.items()}
    if "source" in given and not given.get("channel"):
        source = str(given["source"]) or None
        wanted[fields.field("contact", "channel")] = channels.classify(source) if source else ""
    return wanted


def _reachable(contact: Contact) -> bool:
    return bool(contact.email or contact.phone or contact.external_id)


def _write(act: Callable[[], T]) -> T:
    """Do it; where somebody took the address or id a moment ago, say so."""
    try:
        with transaction.atomic():
            return act()
    except IntegrityError as error:
        if "contact_email_unique" in str(error):
            raise EmailTaken from error
        if "contact_external_id_unique" in str(error):
            raise ExternalIdTaken from error
        raise


def _follow(contact: Contact, changed: set[str]) -> None:
    for kind in Address.Kind.values:
        if kind in changed:
            addresses.mirror(contact, kind)


def _join(contact: Contact, wanted: Mapping[Field, object], by: User | None) -> None:
    given = next((value for field, value in wanted.items() if field.name == "company"), None)
    if given is None:
        company = companies.for_domain(contact.email.rpartition("@")[2])
        given = company.pk if company else None
    if isinstance(given, int):
        affiliations.set_primary(contact, given)
        log.record("affiliation.added", log.About(contact=contact.pk, company=given), by=by)


def _touch(contact: Contact, by: User | None) -> None:
    touches.record(
        contact,
        source=contact.source,
        at=contact.acquired_at or contact.recorded_at,
        campaign=contact.campaign,
        landing_page=contact.landing_page,
        by=by,
    )


def _tell_address(contact: Contact, what: str, kind: str, by: User | None) -> None:
    audit.record(f"contact.address_{what}", contact, by=by, kind=kind)
    log.record("contact.changed", log.About(contact=contact.pk), by=by, fields=[kind])
