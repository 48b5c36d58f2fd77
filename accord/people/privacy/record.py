"""The record of a person: emptied, so that only what reports count is left of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import F
from django.utils import timezone

from accord.people.consents import suppressions
from accord.people.models import Address, Affiliation, Contact, LifecycleChange, Suppression
from accord.people.privacy import general
from accord.platform import personal
from accord.platform.personal import Person, Row, Store, rows

STAYS = (
    "A number without a name, with its owner, stage and dates, and how the person came to us where "
    "at least five others came the same way: reports of past months still add up."
)
_EMPTY = (
    "first_name",
    "last_name",
    "email",
    "phone",
    "title",
    "city",
    "country",
    "language",
    "landing_page",
    "external_id",
)


def register() -> None:
    """Declare the tables of the record itself."""
    personal.offer(Store("contact", "The record", ("people.Contact",), _read, erase, STAYS, 90))
    personal.offer(
        Store("addresses", "Addresses and numbers", ("people.Address",), _addresses, _no_addresses)
    )
    personal.offer(
        Store(
            "companies",
            "Companies they belong to",
            ("people.Affiliation",),
            _companies,
            _no_roles,
            "That an unnamed person belonged to the company: credit of its deals leans on it.",
        )
    )
    personal.offer(
        Store(
            "lifecycle",
            "Stages of the lifecycle",
            ("people.LifecycleChange",),
            _stages,
            _no_reasons,
            "Stages and dates of an unnamed person: the funnel counts them.",
        )
    )


def suppress(contact: Contact, at: datetime) -> None:
    """Nothing that promotes goes to these addresses again unless the person agrees anew."""
    for value, channel in suppressions.reached(contact):
        suppressions.add(value, channel=channel, way=Suppression.Way.SUPPRESSED, at=at)


def erase(person: Person) -> None:
    """Empty the record, the logbooks being open. A second time changes nothing."""
    found = Contact.objects.filter(pk=person.id)
    contact = found.first()
    if contact is None:
        return
    now = timezone.now()
    kept = general.kept([contact.source or "", contact.campaign], person)
    found.update(
        **dict.fromkeys(_EMPTY, ""),
        tags=[],
        custom={},
        born_on=None,
        channel=general.channel(contact.channel),
        source=contact.source if contact.source in kept else None,
        campaign=contact.campaign if contact.campaign in kept else "",
        deleted_at=contact.deleted_at or now,
        deleted_by=None,
        erased_at=contact.erased_at or now,
        version=F("version") + 1,
        changed_at=now,
    )
    _no_addresses(person)


def _read(person: Person) -> Iterator[Row]:
    yield from rows.of(Contact.objects.filter(pk=person.id), owner_name="owner__name")


def _addresses(person: Person) -> Iterator[Row]:
    yield from rows.of(Address.objects.filter(contact=person.id))


def _no_addresses(person: Person) -> None:
    Address.objects.filter(contact=person.id).delete()


def _companies(person: Person) -> Iterator[Row]:
    yield from rows.of(Affiliation.objects.filter(contact=person.id), company="company__name")


def _no_roles(person: Person) -> None:
    Affiliation.objects.filter(contact=person.id).update(role="")


def _stages(person: Person) -> Iterator[Row]:
    yield from rows.of(LifecycleChange.objects.filter(contact=person.id))


def _no_reasons(person: Person) -> None:
    LifecycleChange.objects.filter(contact=person.id).update(reason="")
