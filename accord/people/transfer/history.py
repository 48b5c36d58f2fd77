"""What an imported contact's coming and moving leaves in the history: stages, touches, events."""

from __future__ import annotations

from accord.platform.events import partitions
from accord.platform.transfer.targets import Batch, Statements

# When a new contact entered its stage: as the file says, else when it first came, else now.
SINCE = "least(coalesce(s.stage_since, s.acquired_at, %(now)s), %(now)s)"
_NEW_STAGES = f"""
INSERT INTO people_lifecyclechange (contact_id, stage, previous, at, recorded_at, by_id, reason,
    import_id)
SELECT s.object_id, coalesce(s.stage, 'subscriber'), '', {SINCE}, %(now)s, %(by)s, '',
    %(import_id)s
FROM {{stage}} AS s WHERE {{new}}
"""
# A stage is never entered before the one it follows.
_NEXT_STAGES = f"""
WITH moved AS (
    SELECT s.object_id, h.old #>> '{{}}' AS previous, h.new #>> '{{}}' AS stage,
        greatest({SINCE}, c.stage_since) AS at
    FROM {{stage}} AS s
    JOIN {{change}} AS h ON h.object_id = s.object_id AND h.field = 'stage'
    JOIN people_contact AS c ON c.id = s.object_id
    WHERE {{found}}
), dated AS (
    UPDATE people_contact AS c SET stage_since = moved.at FROM moved WHERE c.id = moved.object_id
), told AS (
    INSERT INTO platform_event (name, happened_at, team, contact_id, user_id, properties,
        import_id)
    SELECT 'lifecycle.changed', at, 'both', object_id, %(by)s,
        jsonb_build_object('previous', previous, 'stage', stage, 'reason', ''), %(import_id)s
    FROM moved
)
INSERT INTO people_lifecyclechange (contact_id, stage, previous, at, recorded_at, by_id, reason,
    import_id)
SELECT object_id, stage, previous, at, %(now)s, %(by)s, '', %(import_id)s FROM moved
"""
_CREATED = """
INSERT INTO platform_event (name, happened_at, contact_id, user_id, properties, import_id)
SELECT 'contact.created', %(now)s, s.object_id, %(by)s, '{"origin": "import"}', %(import_id)s
FROM {stage} AS s WHERE {new}
"""
_CHANGED = """
INSERT INTO platform_event (name, happened_at, contact_id, user_id, properties, import_id)
SELECT 'contact.changed', %(now)s, h.object_id, %(by)s,
    jsonb_build_object('fields', jsonb_agg(h.field ORDER BY h.field)), %(import_id)s
FROM {change} AS h WHERE h.field <> 'stage' GROUP BY h.object_id
"""
# A touch that is there already (the same list brought in again) is not written twice, nor is
# one made of what a contact already says of its coming (a list that went out from here).
_TOUCHES = """
WITH came AS (
    SELECT s.number, s.object_id, s.acquired_at, left(coalesce(s.source, ''), 200) AS source,
        coalesce(s.channel, 'unknown') AS channel, coalesce(s.campaign, '') AS campaign,
        s.landing_page
    FROM {stage} AS s WHERE s.wave = %(wave)s AND s.action IN ('created', 'found')
        AND s.acquired_at IS NOT NULL AND (s.action = 'created' OR NOT EXISTS (
            SELECT 1 FROM platform_event AS e WHERE e.contact_id = s.object_id
                AND e.happened_at = s.acquired_at AND e.name = 'touch.recorded'
                AND e.source = coalesce(s.source, '') AND e.campaign = coalesce(s.campaign, ''))
            AND (EXISTS (SELECT 1 FROM {change} AS h WHERE h.object_id = s.object_id
                    AND h.field IN ('acquired_at', 'source', 'campaign'))
                OR NOT EXISTS (SELECT 1 FROM people_contact AS c WHERE c.id = s.object_id
                    AND c.acquired_at = s.acquired_at
                    AND coalesce(c.source, '') = coalesce(s.source, '')
                    AND c.campaign = coalesce(s.campaign, ''))))
), told AS (
    INSERT INTO platform_event (name, happened_at, team, contact_id, user_id, source, channel,
        campaign, properties, import_id)
    SELECT 'touch.recorded', acquired_at, 'marketing', object_id, %(by)s, source, channel,
        campaign, CASE WHEN landing_page IS NULL THEN '{}'
            ELSE jsonb_build_object('landing_page', landing_page) END, %(import_id)s
    FROM came
)
UPDATE {stage} AS s SET also = true FROM came WHERE s.number = came.number AND {found}
"""
_BACK = """
DELETE FROM people_lifecyclechange AS l USING {change} AS h
WHERE h.field = 'stage' AND l.contact_id = h.object_id AND l.import_id = %(import_id)s
"""
SINCE_BEFORE = """CASE WHEN h.f ? 'stage' THEN coalesce((
    SELECT max(l.at) FROM people_lifecyclechange AS l
    WHERE l.contact_id = c.id AND l.import_id IS DISTINCT FROM %(import_id)s), c.stage_since)
    ELSE c.stage_since END"""


def made(batch: Batch) -> dict[str, str]:
    """Columns of a new contact that follow from others."""
    return {"stage_since": SINCE}


def write(batch: Batch) -> None:
    """Write down how the contacts of the wave came, and where they stand."""
    _ensure_months(batch)
    batch.run(_NEW_STAGES)
    batch.run(_CREATED)
    if batch.has("stage"):
        batch.run(_NEXT_STAGES)
    batch.run(_CHANGED)
    if batch.has("acquired_at") and batch.has("source", "channel", "campaign", "landing_page"):
        batch.run(_TOUCHES)


def take_back(here: Statements) -> None:
    """Forget the stages that contacts reached by the import that is undone."""
    here.run(_BACK)


def _ensure_months(batch: Batch) -> None:
    rows = batch.ask(
        f"SELECT DISTINCT date_trunc('month', at)::date FROM (SELECT {SINCE} AS at "
        "FROM {stage} AS s WHERE s.problem IS NULL "
        "UNION ALL SELECT acquired_at FROM {stage} WHERE problem IS NULL UNION ALL "
        "SELECT c.stage_since FROM {change} AS h JOIN people_contact AS c ON c.id = h.object_id "
        "WHERE h.field = 'stage') AS dated "
        "WHERE at IS NOT NULL UNION SELECT %(now)s::date"
    )
    partitions.ensure([row[0] for row in rows])
