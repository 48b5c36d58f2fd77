"""The nouns that have a list: which rows, which columns at first, which verb changes one."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone

from accord.marketing import campaigns
from accord.marketing.models import Campaign
from accord.people import companies, contacts
from accord.people.models import Company, Contact
from accord.platform.models import Record, User
from accord.sales import deals
from accord.sales.models import Deal

Rows = QuerySet[Any]


class Change(Protocol):
    """A verb that changes fields of a record; raises Refused with the sentence to show."""

    def __call__(
        self,
        record: Any,
        /,
        *,
        values: Mapping[str, object],
        version: int | None = None,
        by: User | None,
    ) -> Record: ...


@dataclass(frozen=True)
class BuiltIn:
    """A view everybody has: its name and its question as the address writes it.

    {first} and {last} in a question are the first and last day of this month.
    """

    name: str
    asks: str

    @property
    def query(self) -> str:
        today = timezone.localdate()
        days = calendar.monthrange(today.year, today.month)[1]
        return self.asks.format(first=today.replace(day=1), last=today.replace(day=days))


def _nothing(rows: Iterable[Any]) -> None:
    """These rows bring all they show along."""


@dataclass(frozen=True)
class Noun:
    name: str
    plural: str
    title: str
    icon: str
    model: type[Any]
    rows: Callable[[User], Rows]
    columns: tuple[str, ...]
    sort: str
    first: tuple[str, ...]
    create: Callable[..., Any]
    change: Change
    delete: Callable[..., None]
    restore: Callable[..., None]
    built_in: tuple[BuiltIn, ...]
    attach: Callable[[Iterable[Any]], None] = _nothing
    imported: bool = True

    @property
    def read(self) -> str:
        return f"{self.name}.read"

    @property
    def write(self) -> str:
        return f"{self.name}.write"


def _contacts(user: User) -> Rows:
    rows = Contact.objects.visible_to(user).select_related("owner")
    return contacts.with_company(rows)


def _companies(user: User) -> Rows:
    return Company.objects.visible_to(user).select_related("owner", "parent")


def _campaigns(user: User) -> Rows:
    return Campaign.objects.visible_to(user).select_related("owner")


def _deals(user: User) -> Rows:
    joined = ("company", "owner__team", "stage", "pipeline", "reason")
    return Deal.objects.visible_to(user).select_related(*joined)


CONTACTS = Noun(
    "contact",
    "contacts",
    "Contacts",
    "users",
    Contact,
    _contacts,
    ("company", "stage", "title", "email", "source", "owner", "acquired_at"),
    "-changed_at",
    ("first_name", "last_name", "email", "phone", "title", "company", "owner"),
    contacts.create,
    contacts.change,
    contacts.delete,
    contacts.restore,
    (
        BuiltIn("Everyone", ""),
        BuiltIn("Mine", "f=owner%3Ais%3Ame"),
        BuiltIn("New", "f=acquired_at:within:30"),
    ),
)
COMPANIES = Noun(
    "company",
    "companies",
    "Companies",
    "building",
    Company,
    _companies,
    ("domain", "industry", "country", "employees", "owner", "changed_at"),
    "name",
    ("name", "domain", "industry", "country", "employees", "owner"),
    companies.create,
    companies.change,
    companies.delete,
    companies.restore,
    (BuiltIn("All", ""), BuiltIn("Mine", "f=owner%3Ais%3Ame")),
)
DEALS = Noun(
    "deal",
    "deals",
    "Deals",
    "briefcase",
    Deal,
    _deals,
    ("company", "stage", "amount", "close_on", "next_step", "owner", "source", "age"),
    "close_on",
    ("name", "company", "amount", "close_on", "owner"),
    deals.create,
    deals.change,
    deals.delete,
    deals.restore,
    (
        BuiltIn("All open", "f=outcome:empty"),
        BuiltIn("Mine", "f=outcome:empty&f=owner:is:me"),
        BuiltIn("Closing this month", "f=outcome:empty&f=close_on:between:{first},{last}"),
        BuiltIn("No next step", "f=outcome:empty&f=next_step:empty"),
        BuiltIn("Stalled", "f=outcome:empty&f=stalled:is:yes"),
        BuiltIn("Won", "f=outcome:is:won&sort=-close_on"),
        BuiltIn("Lost", "f=outcome:is:lost&sort=-close_on"),
        BuiltIn("All", ""),
    ),
    deals.attach,
)

CAMPAIGNS = Noun(
    "campaign",
    "campaigns",
    "Campaigns",
    "speakerphone",
    Campaign,
    _campaigns,
    ("channel", "starts_on", "ends_on", "running"),
    "-starts_on",
    ("name", "channel", "goal", "marks", "starts_on", "ends_on", "owner"),
    campaigns.create,
    campaigns.change,
    campaigns.delete,
    campaigns.restore,
    (
        BuiltIn("All", ""),
        BuiltIn("Running", "f=running:is:yes"),
        BuiltIn("Mine", "f=owner%3Ais%3Ame"),
    ),
    imported=False,
)

ALL: dict[str, Noun] = {each.plural: each for each in (CONTACTS, COMPANIES, DEALS, CAMPAIGNS)}


def noun(plural: str) -> Noun:
    if plural not in ALL:
        raise Http404
    return ALL[plural]


def record(noun: Noun, user: User, pk: int) -> Any:
    """A record this person may read; 404 otherwise, so that nothing is told about others."""
    return get_object_or_404(noun.rows(user), pk=pk)
