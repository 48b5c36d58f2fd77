"""Stage changes: the history of a deal's way, with what was hoped for at each step."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from accord.platform.events import partitions
from accord.platform.models import User
from accord.sales.models import Deal, Stage, StageChange
from accord.sales.pipeline import ranks

# One statement, so that every deal and its history, audit entry and event move together.
MOVE_ALL = """
WITH moved AS (
    UPDATE sales_deal AS deal
    SET stage_id = %(to)s, stage_since = %(now)s, version = version + 1, changed_at = %(now)s,
        rank = placed.rank
    FROM (
        SELECT id, %(end)s + %(gap)s * (row_number() OVER (ORDER BY rank, id) - 1) AS rank
        FROM sales_deal WHERE stage_id = %(from)s
    ) AS placed
    WHERE placed.id = deal.id
    RETURNING deal.id, deal.company_id, deal.amount, deal.currency, deal.close_on, deal.owner_id
), dated AS (
    INSERT INTO sales_stagechange (deal_id, previous_id, stage_id, at, recorded_at, amount,
                                   currency, close_on, owner_id, by_id)
    SELECT id, %(from)s, %(to)s, %(now)s, %(now)s, amount, currency, close_on, owner_id, %(by)s
    FROM moved
), changed AS (
    INSERT INTO platform_fieldchange (at, subject_type, subject_id, field, old, new, by_id, origin)
    SELECT %(now)s, 'deal', id, 'stage', to_jsonb(%(from)s::text), to_jsonb(%(to)s::text),
        %(by)s, 'user' FROM moved
), audited AS (
    INSERT INTO platform_auditentry (at, by_id, verb, subject_type, subject_id, details)
    SELECT %(now)s, %(by)s, 'deal.moved', 'deal', id,
        jsonb_build_object('from', %(from)s::bigint, 'to', %(to)s::bigint) FROM moved
)
INSERT INTO platform_event (name, happened_at, team, company_id, deal_id, user_id, properties)
SELECT 'deal.moved', %(now)s, 'sales', company_id, id, %(by)s,
    jsonb_build_object('from', %(from)s::bigint, 'to', %(to)s::bigint) FROM moved
"""


def record(
    deal: Deal, *, previous: Stage | None, at: datetime | None, now: datetime, by: User | None
) -> StageChange:
    """Note that a deal entered the stage it is in, in the transaction that put it there.

    at: when it did, None where nobody knows. now: when it is written down.
    """
    return StageChange.objects.create(
        deal=deal,
        previous=previous,
        stage_id=deal.stage_id,
        at=at,
        recorded_at=now,
        amount=deal.amount,
        currency=deal.currency,
        close_on=deal.close_on,
        owner_id=deal.owner_id,
        by=by,
    )


def of(deal: Deal) -> list[StageChange]:
    """The stage history of a deal, oldest first."""
    found = StageChange.objects.filter(deal=deal).select_related("stage", "previous", "by", "owner")
    return list(found.order_by("recorded_at", "pk"))


def move_all(stage: Stage, *, to: Stage, by: User) -> int:
    """Move every deal of a stage to the end of another one of its pipeline and kind.

    Gives how many moved. For the archiving of a stage, which asks for the right to do it.
    """
    now = timezone.now()
    partitions.ensure([now.date()])
    parameters: dict[str, Any] = {"from": stage.pk, "to": to.pk, "by": by.pk, "now": now}
    with connection.cursor() as cursor:
        cursor.execute(MOVE_ALL, parameters | {"end": ranks.end(to), "gap": ranks.GAP})
        return int(cursor.rowcount)
