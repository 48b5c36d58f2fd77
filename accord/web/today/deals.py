"""Deals that need something: no next step, or longer in their stage than is usual."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef

from accord.platform.models import User
from accord.sales.models import Deal, Task
from accord.sales.pipeline import staleness
from accord.web.hats import Hats

SHOWN = 6


@dataclass(frozen=True)
class Waiting:
    """An open deal and what it lacks. days: in its stage, None where nobody knows."""

    deal: Deal
    has_step: bool
    stale: bool
    days: int | None


def attention(user: User, hats: Hats, now: datetime) -> list[Waiting]:
    """The dearest open deals without a next step or stale ones; for one query.

    They are read in the order of their value until there are enough; the month counts them all.
    """
    planned = Task.objects.filter(deal=OuterRef("pk"), done_at=None, deleted_at=None)
    found = (
        Deal.objects.visible_to(user)
        .open()
        .filter(hats.owned)
        .filter(~Exists(planned) | staleness.late(now))
        .annotate(has_step=Exists(planned))
        .select_related("company", "stage", "owner")
        .order_by(F("value").desc(nulls_last=True), "pk")
    )
    return [_waiting(deal, now) for deal in found[:SHOWN]]


def _waiting(deal: Any, now: datetime) -> Waiting:
    days = (now - deal.stage_since).days if deal.stage_since else None
    late = days is not None and days >= deal.stage.stale_after_days
    return Waiting(deal, deal.has_step, late, days)
