"""Deal contacts: the people on a deal, each in a role."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction
from django.utils import timezone

from accord.engine.errors import Refused
from accord.people import lifecycle, records
from accord.people.models import Contact
from accord.people.records import Deleted
from accord.platform.events import log, names
from accord.platform.models import User
from accord.platform.trail import audit, history
from accord.sales.models import Deal, DealContact

names.declare("deal.contact_added", "Joined a deal", team="sales", icon="user-plus")
names.declare("deal.contact_removed", "Left a deal", team="sales", icon="user-minus")

ROLES = ("Decides", "Signs", "Uses", "Advises", "Champions", "Blocks")
_STAGES = {"": "opportunity", Deal.Outcome.WON: "customer"}


class RoleTooLong(Refused):
    """A role takes at most 60 characters."""


@transaction.atomic
def add_contact(deal: Deal, contact: Contact, *, role: str = "", by: User | None) -> DealContact:
    """Put a person on a deal in a role (free words; `ROLES` are usual). Once more changes it.

    On an open deal the person becomes an opportunity, on a won one a customer.
    Raises Forbidden unless `by` may write the deal, Deleted, RoleTooLong.
    """
    _writable(deal, by)
    if contact.deleted_at:
        raise Deleted
    role = " ".join(role.split())
    if len(role) > 60:
        raise RoleTooLong
    before = _people(deal)
    found, new = DealContact.objects.get_or_create(
        deal=deal, contact=contact, defaults={"role": role}
    )
    if not new and found.role == role:
        return found
    if not new:
        DealContact.objects.filter(pk=found.pk).update(role=role)
        found.role = role
    _write_down(deal, before, by)
    if new:
        log.record("deal.contact_added", _about(deal, contact), by=by, role=role)
        if reached := _STAGES.get(deal.outcome):
            lifecycle.advance([contact.pk], to=reached, at=timezone.now(), by=by)
    return found


@transaction.atomic
def remove_contact(deal: Deal, contact: Contact, *, by: User | None) -> None:
    """Take a person off a deal; twice does nothing. Raises Forbidden or Deleted."""
    _writable(deal, by)
    before = _people(deal)
    removed, _ = DealContact.objects.filter(deal=deal, contact=contact).delete()
    if removed:
        _write_down(deal, before, by)
        log.record("deal.contact_removed", _about(deal, contact), by=by)


def watch(contacts: list[int]) -> Callable[[User | None], None]:
    """Remember who is on the deals of contacts that are about to be merged or taken apart; what
    it answers writes down which deals have other people afterwards.
    """
    ids = DealContact.objects.filter(contact__in=contacts).values("deal")
    before = {deal: _people(deal) for deal in Deal.objects.filter(pk__in=ids)}

    def finish(by: User | None) -> None:
        for deal, people in before.items():
            if _people(deal) != people:
                _write_down(deal, people, by)

    return finish


def _writable(deal: Deal, by: User | None) -> None:
    deal.refresh_from_db()
    if deal.deleted_at:
        raise Deleted
    records.permissions_of(deal, by)


def _people(deal: Deal) -> list[list[object]]:
    found = DealContact.objects.filter(deal=deal).order_by("pk")
    return [[pk, role] for pk, role in found.values_list("contact_id", "role")]


def _write_down(deal: Deal, before: list[list[object]], by: User | None) -> None:
    change = history.Change("contacts", before, _people(deal))
    history.record(deal, [change], at=timezone.now(), by=by)
    audit.record("deal.changed", deal, by=by, fields=["contacts"])


def _about(deal: Deal, contact: Contact) -> log.About:
    return log.About(contact=contact.pk, company=deal.company_id, deal=deal.pk)
