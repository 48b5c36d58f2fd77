"""The way an imported deal took: stage history, and the events that tell it.

Where nobody knows when a deal was opened or moved, the history says so by an empty day. It is
never the day of the import.
"""

from __future__ import annotations

from accord.platform.events import partitions
from accord.platform.transfer.targets import Batch, Statements
from accord.sales.pipeline import pipelines, ranks, stages
from accord.sales.transfer import ways

# Deals that were opened on a known day, and are past the stage they were opened in.
_OPENED = """
INSERT INTO sales_stagechange (deal_id, previous_id, stage_id, at, recorded_at, amount, currency,
    close_on, owner_id, by_id, import_id)
SELECT d.id, NULL, o.stage_id, d.opened_at, %(now)s, d.amount, d.currency, d.close_on,
    d.owner_id, %(by)s, %(import_id)s
FROM {stage} AS s JOIN sales_deal AS d ON d.id = s.object_id
JOIN unnest(%(pipelines)s::bigint[], %(stages)s::bigint[]) AS o (pipeline_id, stage_id)
    ON o.pipeline_id = d.pipeline_id
JOIN sales_stage AS first ON first.id = o.stage_id JOIN sales_stage AS now_ ON now_.id = d.stage_id
WHERE {new} AND d.opened_at IS NOT NULL
    AND (now_.kind <> 'open' OR now_.position > first.position)
ORDER BY s.number
"""
_ENTERED = """
INSERT INTO sales_stagechange (deal_id, previous_id, stage_id, at, recorded_at, amount, currency,
    close_on, owner_id, by_id, import_id)
SELECT d.id, h.stage_id, d.stage_id, d.stage_since, %(now)s, d.amount, d.currency, d.close_on,
    d.owner_id, %(by)s, %(import_id)s
FROM {stage} AS s JOIN sales_deal AS d ON d.id = s.object_id
LEFT JOIN sales_stagechange AS h ON h.deal_id = d.id
    AND h.import_id IS NOT DISTINCT FROM %(import_id)s
WHERE {new} ORDER BY s.number
"""
_MOVED = """
WITH moved AS (
    SELECT d.id, (h.old #>> '{}')::bigint AS previous_id, greatest(coalesce(d.closed_at,
        s.stage_since, %(now)s), d.stage_since) AS at
    FROM {change} AS h JOIN sales_deal AS d ON d.id = h.object_id
    JOIN {stage} AS s ON s.object_id = d.id AND {found}
    WHERE h.field = 'stage'
), dated AS (
    UPDATE sales_deal AS d SET stage_since = moved.at FROM moved WHERE d.id = moved.id
)
INSERT INTO sales_stagechange (deal_id, previous_id, stage_id, at, recorded_at, amount, currency,
    close_on, owner_id, by_id, import_id)
SELECT d.id, moved.previous_id, d.stage_id, moved.at, %(now)s, d.amount, d.currency, d.close_on,
    d.owner_id, %(by)s, %(import_id)s
FROM moved JOIN sales_deal AS d ON d.id = moved.id
"""
_FIRST = """(SELECT m.contact_id FROM sales_dealcontact AS m WHERE m.deal_id = d.id
    ORDER BY m.id LIMIT 1)"""
_CREATED = f"""
INSERT INTO platform_event (name, happened_at, team, contact_id, company_id, deal_id, user_id,
    properties, import_id)
SELECT 'deal.created', coalesce(d.opened_at, least(d.closed_at, %(now)s)), 'sales', {_FIRST},
    d.company_id, d.id, %(by)s, jsonb_build_object('origin', 'import', 'stage', g.name),
    %(import_id)s
FROM {{stage}} AS s JOIN sales_deal AS d ON d.id = s.object_id
JOIN sales_stage AS g ON g.id = d.stage_id WHERE {{new}}
"""
_CLOSED = f"""
INSERT INTO platform_event (name, happened_at, team, contact_id, company_id, deal_id, user_id,
    properties, import_id)
SELECT 'deal.' || d.outcome, coalesce(d.closed_at, %(now)s), 'sales', {_FIRST}, d.company_id,
    d.id, %(by)s, jsonb_build_object('to', d.stage_id, 'reason', r.label), %(import_id)s
FROM sales_deal AS d JOIN sales_closereason AS r ON r.id = d.reason_id
WHERE d.outcome <> '' AND d.id = ANY(ARRAY(
    SELECT s.object_id FROM {{stage}} AS s WHERE {{new}} AND s.outcome <> ''
    UNION ALL SELECT h.object_id FROM {{change}} AS h WHERE h.field = 'outcome'))
"""
_CHANGED = """
INSERT INTO platform_event (name, happened_at, team, company_id, deal_id, user_id, properties,
    import_id)
SELECT 'deal.changed', %(now)s, 'sales', d.company_id, d.id, %(by)s,
    jsonb_build_object('fields', jsonb_agg(h.field ORDER BY h.field)), %(import_id)s
FROM {change} AS h JOIN sales_deal AS d ON d.id = h.object_id GROUP BY d.id
"""
_MONTHS = """
SELECT DISTINCT date_trunc('month', at)::date FROM (
    SELECT s.opened_at AS at FROM {stage} AS s WHERE s.problem IS NULL
    UNION SELECT s.closed_at FROM {stage} AS s WHERE s.problem IS NULL
    UNION SELECT %(now)s
) AS dated WHERE at IS NOT NULL
"""
_BACK = """
DELETE FROM sales_stagechange AS c USING {change} AS h
WHERE h.field = 'stage' AND c.deal_id = h.object_id AND c.import_id = %(import_id)s
"""
SINCE_BEFORE = """CASE WHEN h.f ? 'stage' THEN (
    SELECT max(b.at) FROM sales_stagechange AS b
    WHERE b.deal_id = c.id AND b.import_id IS DISTINCT FROM %(import_id)s)
    ELSE c.stage_since END"""


def made(batch: Batch) -> dict[str, str]:
    """Columns of a new deal that follow from others: where it stands, and since when."""
    pipeline = pipelines.default()
    stage = stages.of(pipeline, "open")[0]
    early = ", ".join(str(pk) for pk in ways.opening(batch.mapping))
    since = (
        "CASE WHEN s.outcome <> '' THEN s.closed_at ELSE coalesce(s.stage_since, "
        f"CASE WHEN s.stage IS NULL OR s.stage IN ({early}) THEN s.opened_at END) END"
    )
    return {
        "pipeline_id": str(pipeline.pk),
        "stage_id": str(stage.pk),
        "stage_since": since,
        "rank": f"{ranks.GAP} * s.number",
    }


def make_room(batch: Batch) -> None:
    """Make the parts of the event log that the wave's events go into."""
    partitions.ensure([row[0] for row in batch.ask(_MONTHS)])


def write(batch: Batch) -> None:
    """Write down the way each deal of the wave took."""
    first = ways.opened_in(batch.mapping)
    batch.run(_OPENED, pipelines=list(first), stages=list(first.values()))
    batch.run(_ENTERED)
    batch.run(_MOVED)
    batch.run(_CREATED)
    batch.run(_CLOSED)
    batch.run(_CHANGED)


def take_back(here: Statements) -> None:
    """Take back the moves an import made with deals that were there."""
    here.run(_BACK)
