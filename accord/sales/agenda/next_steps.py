"""Next steps: what is to be done on a deal next, which is its open task that is due first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.db.models import Q, QuerySet

from accord.sales.models import Deal, Task


def next_steps(deal_ids: Iterable[int]) -> dict[int, Task]:
    """The next step of each of these deals that has one."""
    found = _first(Task.objects.filter(deal__in=list(deal_ids))).select_related("owner")
    return {task.deal_id: task for task in found if task.deal_id}


def next_step(deal: Deal) -> Task | None:
    """The next step of a deal; no query where `attach` was called before."""
    known: Mapping[int, Task] | None = getattr(deal, "known_next_steps", None)
    return (next_steps([deal.pk]) if known is None else known).get(deal.pk)


def attach(deals: Iterable[Deal]) -> None:
    """Have the next steps of all these deals at hand, for one query."""
    deals = list(deals)
    known = next_steps([deal.pk for deal in deals])
    for deal in deals:
        deal.known_next_steps = known  # type: ignore[attr-defined]


def attach_first(deal: Deal, waiting: Sequence[Task]) -> None:
    """The same for one deal whose open tasks are at hand, the soonest first."""
    known = {deal.pk: waiting[0]} if waiting else {}
    deal.known_next_steps = known  # type: ignore[attr-defined]


def has_next_step(condition: Q) -> Q:
    """The deals whose next step meets a condition on tasks, asked for all at once."""
    first = _first(Task.objects.filter(deal__isnull=False)).values("pk")
    return Q(pk__in=Task.objects.filter(condition, pk__in=first).values("deal"))


def _first(rows: QuerySet[Task]) -> QuerySet[Task]:
    waiting = rows.filter(done_at=None, deleted_at=None)
    return waiting.order_by("deal", "due_at", "pk").distinct("deal")
