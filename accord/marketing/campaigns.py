"""Campaigns: planned efforts with a goal, dates and costs; their marks tell what they brought."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accord.engine.errors import Refused
from accord.marketing.models import Campaign, CampaignCost
from accord.people import fields, records
from accord.people.fields import Field
from accord.people.records import Conflict, Deleted
from accord.platform import currencies
from accord.platform.events import log, names
from accord.platform.models import User
from accord.platform.search import fold
from accord.platform.trail import audit, history

__all__ = [
    "Conflict",
    "Deleted",
    "add_cost",
    "by_mark",
    "change",
    "create",
    "delete",
    "remove_cost",
    "restore",
]

T = TypeVar("T")

names.declare(
    "campaign.created", "Campaign created", team="marketing", icon="speakerphone", person=False
)
names.declare("campaign.changed", "Campaign changed", team="marketing", icon="pencil", person=False)
names.declare("campaign.deleted", "Campaign deleted", team="marketing", icon="trash", person=False)
names.declare(
    "campaign.restored", "Campaign restored", team="marketing", icon="restore", person=False
)
names.declare("campaign.cost_added", "Cost added", team="marketing", icon="coin", person=False)
names.declare(
    "campaign.cost_removed", "Cost removed", team="marketing", icon="coin-off", person=False
)


class Nameless(Refused):
    """Give the campaign a name."""


class NameTaken(Refused):
    """Another campaign has this name. Choose another one."""


class ExternalIdTaken(Refused):
    """Another campaign has this external id. Open that campaign instead."""


class MarkTaken(Refused):
    """Another campaign has this mark. A mark belongs to one campaign, or nobody could tell."""


class EndsTooEarly(Refused):
    """A campaign cannot end before it starts. Choose a later day to end it."""


class BadCost(Refused):
    """A cost is an amount of more than 0, with at most 12 digits before the point."""


@transaction.atomic
def create(*, values: Mapping[str, object], by: User | None, origin: str = "user") -> Campaign:
    """Make a campaign from values by field name (see `fields.catalogue("campaign")`).

    Without marks it gets one made of its name, where that is free. The owner is who does it.
    Raises Forbidden, UnknownField, NotEditable, Unreadable, Nameless, NameTaken, MarkTaken,
    EndsTooEarly or ExternalIdTaken.
    """
    records.may_create("campaign", by)
    wanted = _cleaned(values)
    campaign = Campaign(owner=by)
    records.fill(campaign, wanted)
    records.permissions_of(campaign, by)
    if not campaign.name:
        raise Nameless
    _check_dates(campaign.starts_on, campaign.ends_on)
    _hold_marks()
    if "marks" not in values and not by_mark(usual := usual_mark(campaign.name)):
        campaign.marks = [usual] if usual else []
    _check_marks(campaign, campaign.marks)
    _write(lambda: campaign.save(force_insert=True))
    audit.record("campaign.created", campaign, by=by)
    log.record("campaign.created", log.About(), by=by, campaign=campaign.pk, origin=origin)
    campaign.refresh_from_db()
    return campaign


@transaction.atomic
def change(
    campaign: Campaign,
    *,
    values: Mapping[str, object],
    version: int | None = None,
    by: User | None,
    origin: str = "user",
) -> Campaign:
    """Change fields of a campaign by name; `campaign` is fresh afterwards and given back.

    version: the version whose values were seen; None changes whatever is there now.
    Raises Forbidden, Deleted, Conflict, and what `create` raises.
    """
    wanted = _cleaned(values)
    now: dict[str, Any] = {field.name: value for field, value in wanted.items()}
    fresh = Campaign.objects.get(pk=campaign.pk)
    if now.get("name") == "":
        raise Nameless
    _check_dates(now.get("starts_on", fresh.starts_on), now.get("ends_on", fresh.ends_on))
    if "marks" in now:
        _hold_marks()
        _check_marks(fresh, now["marks"])
    changes = _write(
        lambda: records.change(campaign, wanted, version=version, by=by, origin=origin)
    )
    if changes:
        told = sorted(each.field for each in changes)
        log.record("campaign.changed", log.About(), by=by, campaign=campaign.pk, fields=told)
    return campaign


@transaction.atomic
def delete(campaign: Campaign, *, by: User | None) -> None:
    """Hide a campaign; `restore` brings it back for 30 days. Raises Forbidden or Deleted."""
    records.delete(campaign, by=by)
    log.record("campaign.deleted", log.About(), by=by, campaign=campaign.pk)


@transaction.atomic
def restore(campaign: Campaign, *, by: User | None) -> None:
    """Bring a deleted campaign back.

    Raises Forbidden, NotDeleted, TooLate, NameTaken, MarkTaken or ExternalIdTaken.
    """
    _hold_marks()
    _check_marks(campaign, campaign.marks)
    _write(lambda: records.restore(campaign, by=by))
    log.record("campaign.restored", log.About(), by=by, campaign=campaign.pk)


@transaction.atomic
def add_cost(
    campaign: Campaign,
    *,
    on: date,
    amount: Decimal,
    currency: str = "",
    note: str = "",
    by: User | None,
) -> CampaignCost:
    """Write down money spent on a day, in the currency it was paid in (else the reporting one).

    Raises Forbidden, Deleted, BadCost or UnknownCurrency.
    """
    _writable(campaign, by)
    if not amount.is_finite() or not 0 < amount < 10**12 or not (paid := round(amount, 2)):
        raise BadCost
    code = currencies.code(currency or currencies.reporting())
    cost = CampaignCost.objects.create(
        campaign=campaign, on=on, amount=paid, currency=code, note=" ".join(note.split())[:200]
    )
    _tell_cost(campaign, cost, "added", by)
    return cost


@transaction.atomic
def remove_cost(cost: CampaignCost, *, by: User | None) -> None:
    """Take a cost away that was written down by mistake; twice does nothing.

    Raises Forbidden or Deleted.
    """
    _writable(cost.campaign, by)
    removed, _ = CampaignCost.objects.filter(pk=cost.pk).delete()
    if removed:
        _tell_cost(cost.campaign, cost, "removed", by)


def by_mark(mark: str) -> Campaign | None:
    """The campaign a mark belongs to, small or large; deleted ones have none."""
    if not mark.strip():
        return None
    found = Campaign.objects.alive().filter(marks__contains=[mark.strip().lower()])
    return found.order_by("pk").first()


def usual_mark(name: str) -> str:
    """The mark a campaign of this name gets: "Spring Sale 2026" is spring-sale-2026."""
    return re.sub(r"[^a-z0-9]+", "-", fold(name)).strip("-")[:60]


def _cleaned(values: Mapping[str, object]) -> dict[Field, object]:
    """Marks are kept in small letters: nobody writes them the same on every link."""
    wanted = records.cleaned("campaign", values)
    marks = fields.field("campaign", "marks")
    if marks in wanted:
        given: Any = wanted[marks]
        wanted[marks] = tuple(dict.fromkeys(str(mark).lower() for mark in given))
    return wanted


def _check_dates(starts: Any, ends: Any) -> None:
    if starts and ends and ends < starts:
        raise EndsTooEarly


def _hold_marks() -> None:
    """One at a time gives marks out, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('marketing.marks'))")


def _check_marks(campaign: Campaign, marks: Any) -> None:
    others = Campaign.objects.alive().filter(marks__overlap=list(marks)).exclude(pk=campaign.pk)
    for other in others[:1]:
        shared = next(mark for mark in marks if mark in other.marks)
        raise MarkTaken(
            f"The mark “{shared}” belongs to the campaign “{other.name}”. Choose another one."
        )


def _writable(campaign: Campaign, by: User | None) -> None:
    fresh = Campaign.objects.select_related("owner__team").get(pk=campaign.pk)
    if fresh.deleted_at:
        raise Deleted
    records.permissions_of(fresh, by)


def _tell_cost(campaign: Campaign, cost: CampaignCost, what: str, by: User | None) -> None:
    told = {"on": cost.on.isoformat(), "amount": str(cost.amount), "currency": cost.currency}
    old, new = (None, told) if what == "added" else (told, None)
    history.record(campaign, [history.Change("cost", old, new)], at=timezone.now(), by=by)
    audit.record(f"campaign.cost_{what}", campaign, by=by, **told)
    log.record(f"campaign.cost_{what}", log.About(), by=by, campaign=campaign.pk)


def _write(act: Callable[[], T]) -> T:
    """Do it; where somebody took the name or id a moment ago, say so."""
    try:
        with transaction.atomic():
            return act()
    except IntegrityError as error:
        if "campaign_name_unique" in str(error):
            raise NameTaken from error
        if "campaign_external_id_unique" in str(error):
            raise ExternalIdTaken from error
        raise
