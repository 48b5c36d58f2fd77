"""Ranks: the order of cards within a stage, as floats with room between them.

Callers hold the stage's row, so that two people who drop cards at once do not meet.
"""

from __future__ import annotations

from django.db import connection
from django.db.models import Max, Min, Q, QuerySet

from accord.sales.models import Deal, Stage

GAP = 1024.0

RENUMBER = """
UPDATE sales_deal AS deal SET rank = numbered.place * %s
FROM (
    SELECT id, row_number() OVER (ORDER BY rank, id) AS place FROM sales_deal WHERE stage_id = %s
) AS numbered
WHERE numbered.id = deal.id
"""


def top(stage: Stage) -> float:
    """A rank above every card of the stage."""
    lowest = _cards(stage).aggregate(lowest=Min("rank"))["lowest"]
    return 0.0 if lowest is None else float(lowest) - GAP


def end(stage: Stage) -> float:
    """A rank below every card of the stage."""
    highest = _cards(stage).aggregate(highest=Max("rank"))["highest"]
    return 0.0 if highest is None else float(highest) + GAP


def before(stage: Stage, other: int | None, *, moving: int) -> float:
    """A rank just above the card of the deal `other`, for the deal `moving`.

    The end of the stage where `other` is None or no longer there. Renumbers the stage where
    the room above the card is used up.
    """
    if other is None:
        return end(stage)
    for _ in range(2):
        below = _cards(stage).filter(pk=other).exclude(pk=moving).first()
        if below is None:
            return end(stage)
        earlier = Q(rank__lt=below.rank) | Q(rank=below.rank, pk__lt=below.pk)
        others = _cards(stage).filter(earlier).exclude(pk=moving)
        highest = others.aggregate(highest=Max("rank"))["highest"]
        if highest is None:
            return below.rank - GAP
        middle = float(highest + below.rank) / 2
        if highest < middle < below.rank:
            return middle
        renumber(stage)
    raise AssertionError("a renumbered stage has room")


def _cards(stage: Stage) -> QuerySet[Deal]:
    """The deals of a stage: by its pipeline, too, with which the board's index begins."""
    return Deal.objects.filter(pipeline=stage.pipeline_id, stage=stage)


def renumber(stage: Stage) -> None:
    """Give every card of the stage room again, in the order they are in."""
    with connection.cursor() as cursor:
        cursor.execute(RENUMBER, [GAP, stage.pk])
