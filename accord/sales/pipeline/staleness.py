"""Staleness: which deals need something, as conditions on all of them at once."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from accord.sales import choices
from accord.sales.models import Deal, Task


def without_step() -> Q:
    """Deals for which nothing is planned."""
    waiting = Task.objects.filter(done_at=None, deleted_at=None, deal__isnull=False)
    return ~Q(pk__in=waiting.values("deal"))


def late(now: datetime) -> Q:
    """Deals that are longer in their stage than is usual for it."""
    found = Q(pk__in=[])
    for stage in choices.stages():
        usual = timedelta(days=stage.stale_after_days)
        found |= Q(stage=stage.pk, stage_since__lte=now - usual)
    return found


def stalled(now: datetime) -> Q:
    """Open deals that are longer in their stage than is usual for it."""
    return Q(outcome="") & late(now)


def is_stalled(deal: Deal, now: datetime) -> bool:
    """What `stalled` says of one deal, without a query."""
    if deal.outcome or deal.stage_since is None:
        return False
    usual = next(each for each in choices.stages() if each.pk == deal.stage_id)
    return deal.stage_since <= now - timedelta(days=usual.stale_after_days)


def needs_something(now: datetime) -> Q:
    """Deals without a next step and late ones."""
    return without_step() | late(now)
