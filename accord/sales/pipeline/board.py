"""The board: the deals of a pipeline as cards in the columns of their stages."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, F, Q, Sum, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from accord.people.fields import filters as asking
from accord.people.fields.filters import Filter
from accord.platform import currencies
from accord.platform.models import User
from accord.sales import choices, origins
from accord.sales.agenda import next_steps, tasks
from accord.sales.models import Deal, Pipeline, Stage, Task
from accord.sales.models.deal import DealQuerySet
from accord.sales.pipeline import staleness

SIZE = 25


@dataclass(frozen=True)
class Card:
    """A deal on the board, with what its card shows.

    step:    its next step, None where nothing is planned; `overdue` tells of that step.
    days:    in its stage, to now or to its close; None where nobody knows since when.
    stale:   "warn" when it is longer in its stage than usual, "bad" twice as long, else "".
    source, channel: of the person on it who came to us first, "" where there is none.
    """

    deal: Deal
    step: Task | None
    overdue: bool
    days: int | None
    stale: str
    source: str
    channel: str


@dataclass(frozen=True)
class _Sums:
    count: int = 0
    value: Decimal = Decimal(0)
    without_amount: int = 0
    stale: int = 0
    without_step: int = 0
    won_count: int = 0
    won_value: Decimal = Decimal(0)


@dataclass(frozen=True)
class Column:
    """A stage with its first cards, or with those after the ones shown already.

    count, value, weighted: of all its deals, not of the cards alone; sums in the reporting
    currency, weighted by the stage's probability. without_amount of them are in no sum.
    following: the deal after the last card, None where that was the last one.
    """

    stage: Stage
    count: int
    value: Decimal
    weighted: Decimal
    without_amount: int
    stale: int
    without_step: int
    cards: tuple[Card, ...]
    following: int | None


@dataclass(frozen=True)
class Totals:
    """What stands above the board: its open deals, and what was won this month."""

    count: int
    value: Decimal
    weighted: Decimal
    without_amount: int
    stale: int
    without_step: int
    won_count: int
    won_value: Decimal


@dataclass(frozen=True)
class Board:
    """A pipeline's columns in order; sums are in `currency`."""

    pipeline: Pipeline
    columns: tuple[Column, ...]
    totals: Totals
    currency: str


def board(
    pipeline: Pipeline,
    user: User,
    filters: Iterable[Filter] = (),
    *,
    size: int = SIZE,
    closed_since: date | None = None,
) -> Board:
    """The deals of a pipeline that this person may see and that meet the filters.

    size: cards a column. closed_since: won and lost columns begin with that day; None: with
    the first one. At most six queries.
    """
    asked = tuple(filters)
    rows, shown = _rows(user, asked).filter(pipeline=pipeline), _shown(closed_since)
    columns = choices.stages_of(pipeline)
    sums = _sums(rows, shown)
    pages = _pages(rows.filter(shown), columns, size, filtered=bool(asked))
    cards = _cards(Deal.objects.alive(), [pk for page in pages for pk in page[:size]])
    made = [
        _column(stage, sums.get(stage.pk, _Sums()), cards, page, size)
        for stage, page in zip(columns, pages, strict=True)
    ]
    return Board(pipeline, tuple(made), _totals(made, sums.values()), currencies.reporting())


def column(
    stage: Stage,
    user: User,
    filters: Iterable[Filter] = (),
    *,
    offset: int = 0,
    size: int = SIZE,
    closed_since: date | None = None,
) -> Column:
    """One column: its sums, and its cards after the first `offset` ones."""
    rows, shown = _rows(user, filters).filter(stage=stage), _shown(closed_since)
    ordered = rows.filter(shown).order_by("rank", "pk").values_list("pk", flat=True)
    page = list(ordered[offset : offset + size + 1])
    sums = _sums(rows, shown)
    cards = _cards(Deal.objects.alive(), page[:size])
    return _column(stage, sums.get(stage.pk, _Sums()), cards, page, size)


def card(deal: Deal, user: User) -> Card | None:
    """The card of one deal as it is now, None where this person may not see it."""
    return _cards(Deal.objects.visible_to(user), [deal.pk]).get(deal.pk)


def below(deal: Deal) -> int | None:
    """The deal whose card comes after this one's in its column, None where it is the last."""
    later = Q(rank__gt=deal.rank) | Q(rank=deal.rank, pk__gt=deal.pk)
    rows = Deal.objects.alive().filter(pipeline=deal.pipeline_id, stage=deal.stage_id)
    after = rows.filter(later).order_by("rank", "pk")
    return after.values_list("pk", flat=True).first()


def _rows(user: User, filters: Iterable[Filter]) -> DealQuerySet:
    return Deal.objects.visible_to(user).filter(asking.condition(filters))


def _shown(closed_since: date | None) -> Q:
    if closed_since is None:
        return Q()
    # With its outcome named, the index on outcome and day finds the few that closed since.
    return Q(outcome="") | Q(outcome__in=Deal.Outcome.values, close_on__gte=closed_since)


def _sums(rows: DealQuerySet, shown: Q) -> dict[int, _Sums]:
    """One row a stage: how many deals, what they are worth, and what is amiss with them."""
    now = timezone.now()
    month = Q(outcome=Deal.Outcome.WON, close_on__gte=timezone.localdate(now).replace(day=1))
    still = Q(outcome="")
    found = (
        rows.filter(shown | month if shown else shown)
        .order_by()
        .values("stage")
        .annotate(
            count=Count("pk", filter=shown),
            total=Sum("value", filter=shown),
            without_amount=Count("pk", filter=shown & Q(value=None)),
            stale=Count("pk", filter=staleness.stalled(now)),
            without_step=Count("pk", filter=staleness.without_step() & still),
            won_count=Count("pk", filter=month),
            won_total=Sum("value", filter=month),
        )
    )
    nothing = Decimal(0)
    return {
        row["stage"]: _Sums(
            row["count"],
            row["total"] or nothing,
            row["without_amount"],
            row["stale"],
            row["without_step"],
            row["won_count"],
            row["won_total"] or nothing,
        )
        for row in found
    }


def _pages(
    rows: DealQuerySet, columns: Sequence[Stage], size: int, *, filtered: bool
) -> list[list[int]]:
    """The first cards of each column, one more than shown, for one query; none for size 0.

    Without filters the index of the board gives each column's first cards at once. A filter may
    be dear, so it is asked for the whole pipeline once instead of once a column.
    """
    pages: dict[int, list[int]] = {stage.pk: [] for stage in columns}
    if not size:
        return list(pages.values())
    for stage, pk in _ranked(rows, size) if filtered else _first(rows, columns, size):
        pages.setdefault(stage, []).append(pk)
    return [pages[stage.pk] for stage in columns]


def _first(rows: DealQuerySet, columns: Sequence[Stage], size: int) -> Iterable[tuple[int, int]]:
    first, *others = (
        rows.filter(stage=stage).order_by("rank", "pk").values_list("stage", "pk")[: size + 1]
        for stage in columns
    )
    return first.union(*others, all=True)


def _ranked(rows: DealQuerySet, size: int) -> Iterable[tuple[int, int]]:
    place = Window(RowNumber(), partition_by=F("stage"), order_by=("rank", "pk"))
    found = rows.annotate(place=place).filter(place__lte=size + 1).order_by("stage", "place")
    return found.values_list("stage", "pk")


def _cards(rows: DealQuerySet, ids: Collection[int]) -> dict[int, Card]:
    """The cards of these deals by id, for three queries; those gone meanwhile are left out."""
    found = rows.select_related("company", "owner__team").in_bulk(ids)
    stages = {stage.pk: stage for stage in choices.stages()}
    reasons = {reason.pk: reason for reason in choices.reasons()}
    for deal in found.values():
        deal.stage = stages[deal.stage_id]
        deal.reason = reasons.get(deal.reason_id or 0)
    next_steps.attach(found.values())
    origins.attach(found.values())
    now = timezone.now()
    return {pk: _card(deal, now) for pk, deal in found.items()}


def _card(deal: Deal, now: datetime) -> Card:
    step, first = next_steps.next_step(deal), origins.first_contact(deal)
    days = _days(deal, now)
    return Card(
        deal=deal,
        step=step,
        overdue=step is not None and tasks.is_overdue(step, now),
        days=days,
        stale=_stale(deal, days),
        source=(first.source or "") if first else "",
        channel=first.channel if first else "",
    )


def _days(deal: Deal, now: datetime) -> int | None:
    return None if deal.stage_since is None else max(0, (now - deal.stage_since).days)


def _stale(deal: Deal, days: int | None) -> str:
    usual = deal.stage.stale_after_days
    if deal.outcome or days is None or days < usual:
        return ""
    return "bad" if days >= 2 * usual else "warn"


def _column(
    stage: Stage,
    sums: _Sums,
    cards: dict[int, Card],
    page: Sequence[int],
    size: int,
) -> Column:
    return Column(
        stage=stage,
        count=sums.count,
        value=sums.value,
        weighted=(sums.value * stage.probability).quantize(Decimal("0.01")),
        without_amount=sums.without_amount,
        stale=sums.stale,
        without_step=sums.without_step,
        cards=tuple(cards[pk] for pk in page[:size] if pk in cards),
        following=page[size] if len(page) > size else None,
    )


def _totals(columns: Iterable[Column], sums: Iterable[_Sums]) -> Totals:
    open_ones = [each for each in columns if each.stage.kind == Stage.Kind.OPEN]
    rows = list(sums)
    return Totals(
        count=sum(each.count for each in open_ones),
        value=sum((each.value for each in open_ones), Decimal(0)),
        weighted=sum((each.weighted for each in open_ones), Decimal(0)),
        without_amount=sum(each.without_amount for each in open_ones),
        stale=sum(each.stale for each in open_ones),
        without_step=sum(each.without_step for each in open_ones),
        won_count=sum(row.won_count for row in rows),
        won_value=sum((row.won_value for row in rows), Decimal(0)),
    )
