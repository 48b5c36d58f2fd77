"""Origins: where deals came from, which is where the first of their people came from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db.models import F, Q, QuerySet

from accord.people.models import Contact
from accord.sales.models import Deal, DealContact

_TOLD = (
    "deal",
    *(
        f"contact__{name}"
        for name in ("name", "email", "external_id", "source", "channel", "erased_at")
    ),
    "contact__campaign",
)


def first_contacts(deal_ids: Iterable[int]) -> dict[int, Contact]:
    """Of each of these deals with people, the one who came to us first."""
    found = _earliest(DealContact.objects.filter(deal__in=list(deal_ids)))
    told = found.select_related("contact").only(*_TOLD)
    return {each.deal_id: each.contact for each in told}


def first_contact(deal: Deal) -> Contact | None:
    """The person on a deal who came to us first; no query where `attach` was called before."""
    known: Mapping[int, Contact] | None = getattr(deal, "known_first_contacts", None)
    return (first_contacts([deal.pk]) if known is None else known).get(deal.pk)


def attach(deals: Iterable[Deal]) -> None:
    """Have the first contacts of all these deals at hand, for one query."""
    deals = list(deals)
    known = first_contacts([deal.pk for deal in deals])
    for deal in deals:
        deal.known_first_contacts = known  # type: ignore[attr-defined]


def has_first_contact(condition: Q) -> Q:
    """The deals whose first contact meets a condition on contacts, asked for all at once."""
    found = DealContact.objects.filter(pk__in=_earliest(DealContact.objects.all()).values("pk"))
    return Q(pk__in=found.filter(contact__in=Contact.objects.filter(condition)).values("deal"))


def _earliest(rows: QuerySet[DealContact]) -> QuerySet[DealContact]:
    by_arrival = ("deal", F("contact__acquired_at").asc(nulls_last=True), "contact")
    there = Q(contact__deleted_at=None) | Q(contact__erased_at__isnull=False)
    return rows.filter(there).order_by(*by_arrival).distinct("deal")
