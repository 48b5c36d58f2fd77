"""Results: what campaigns cost and whom they brought."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Lower, TruncMonth

from accord.marketing.models import Campaign, CampaignCost
from accord.people import lifecycle
from accord.people.models import Contact
from accord.platform import currencies
from accord.platform.access import permissions
from accord.platform.access.permissions import Scope
from accord.platform.models import Event, User

_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Result:
    """What one campaign brought, of what somebody may see.

    touches:  events that name one of its marks.
    people:   contacts that first came to us by it; the rest counts those of them who ever
              reached that lifecycle stage or a later one.
    cost:     in the reporting currency, each at the rate of its day; costs without such a rate
              are not in it, `without_rate` says how many.
    """

    touches: int = 0
    people: int = 0
    leads: int = 0
    mqls: int = 0
    accepted: int = 0
    sqls: int = 0
    opportunities: int = 0
    customers: int = 0
    cost: Decimal = Decimal(0)
    without_rate: int = 0

    @property
    def cost_per_lead(self) -> Decimal | None:
        """Cost for each person who became a lead; None without one or without a cost."""
        return self._cost_per(self.leads)

    @property
    def cost_per_customer(self) -> Decimal | None:
        """Cost for each person who became a customer; None without one or without a cost."""
        return self._cost_per(self.customers)

    def _cost_per(self, count: int) -> Decimal | None:
        return (self.cost / count).quantize(_CENT) if count and self.cost else None


_STEPS = {
    "leads": "lead",
    "mqls": "mql",
    "accepted": "accepted",
    "sqls": "sql",
    "opportunities": "opportunity",
    "customers": "customer",
}
_COUNTED = ("people", *_STEPS)


def of(campaigns: Iterable[Campaign], user: User) -> dict[int, Result]:
    """The results of these campaigns by id, for four queries in all."""
    campaigns = list(campaigns)
    owner = {mark: campaign.pk for campaign in campaigns for mark in campaign.marks}
    counts: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in _people(list(owner), user):
        for name in _COUNTED:
            counts[owner[row["mark"]]][name] += row[name]
    for mark, touches in _touches(list(owner), user):
        counts[owner[mark]]["touches"] += touches
    spent = _costs(campaigns)
    return {
        each.pk: Result(**counts[each.pk], cost=spent[each.pk][0], without_rate=spent[each.pk][1])
        for each in campaigns
    }


def by_month(campaign: Campaign, user: User) -> list[tuple[date, int]]:
    """How many people first came by the campaign, by the first day of each month, gaps as 0."""
    named = Contact.objects.visible_to(user).annotate(mark=Lower("campaign"))
    mine = named.filter(mark__in=campaign.marks, acquired_at__isnull=False)
    counted = mine.annotate(month=TruncMonth("acquired_at")).values("month")
    found = {row["month"].date(): row["people"] for row in counted.annotate(people=Count("pk"))}
    return [(month, found.get(month, 0)) for month in _months(found)]


def _months(found: Iterable[date]) -> Iterator[date]:
    days = sorted(found)
    month = days[0] if days else date.max
    while days and month <= days[-1]:
        yield month
        month = (month + timedelta(days=31)).replace(day=1)


def _people(marks: list[str], user: User) -> list[dict[str, Any]]:
    named = Contact.objects.visible_to(user).exclude(campaign="")
    mine = named.annotate(mark=Lower("campaign")).filter(mark__in=marks).values("mark")
    reached = {
        name: Count("pk", distinct=True, filter=Q(lifecycle__stage__in=_from(stage)))
        for name, stage in _STEPS.items()
    }
    return [dict(row) for row in mine.annotate(people=Count("pk", distinct=True), **reached)]


def _from(stage: str) -> tuple[str, ...]:
    return lifecycle.STAGES[lifecycle.STAGES.index(stage) :]


def _touches(marks: list[str], user: User) -> QuerySet[Event, tuple[str, int]]:
    named = Event.objects.exclude(campaign="").exclude(channel="")
    if Scope.ALL not in permissions.scopes(user, "contact.read"):
        named = named.filter(contact_id__in=Contact.objects.visible_to(user).values("pk"))
    mine = named.annotate(mark=Lower("campaign")).filter(mark__in=marks)
    return mine.values("mark").annotate(touches=Count("pk")).values_list("mark", "touches")


def _costs(campaigns: list[Campaign]) -> dict[int, tuple[Decimal, int]]:
    paid: dict[int, list[CampaignCost]] = defaultdict(list)
    for cost in CampaignCost.objects.filter(campaign__in=campaigns):
        paid[cost.campaign_id].append(cost)
    rates = currencies.known()
    return {
        each.pk: currencies.total(
            ((cost.amount, cost.currency, cost.on) for cost in paid[each.pk]), known=rates
        )
        for each in campaigns
    }
