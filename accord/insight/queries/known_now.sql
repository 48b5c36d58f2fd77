-- known_now: people and deals as they are, with the names and parameters of known.sql.
beyond AS (  -- who was further than now
    SELECT l.contact_id, max(s.position) AS position
    FROM people_lifecyclechange l
    JOIN people_lifecyclestage s ON s.name = l.stage
    JOIN people_contact c ON c.id = l.contact_id
    JOIN people_lifecyclestage now ON now.name = c.stage
    WHERE s.position > now.position
      AND l.stage <> (SELECT name FROM people_lifecyclestage ORDER BY position LIMIT 1)
    GROUP BY l.contact_id
),
person AS (
    SELECT c.id, coalesce(c.acquired_at, c.recorded_at) AS since, c.acquired_at, c.source,
           nullif(c.channel, '') AS channel, nullif(c.campaign, '') AS campaign, c.owner_id,
           greatest(s.position, b.position, 0) AS position
    FROM people_contact c
    LEFT JOIN people_lifecyclestage s ON s.name = c.stage
    LEFT JOIN beyond b ON b.contact_id = c.id
    WHERE c.deleted_at IS NULL OR c.erased_at IS NOT NULL
),
buyer AS (
    SELECT deal_id, contact_id, id AS nth FROM sales_dealcontact
),
member AS (
    SELECT m.contact_id FROM people_membership m JOIN people_contact c ON c.id = m.contact_id
    WHERE m.segment_id = %(segment)s AND c.deleted_at IS NULL
),
deal AS (
    SELECT d.id, d.name, d.company_id, p.name AS pipeline, d.stage_id, d.owner_id,
           g.kind = 'won' AS is_won, g.kind = 'lost' AS is_lost, d.value, d.opened_at, d.closed_at,
           d.reason_id
    FROM sales_deal d
    JOIN sales_stage g ON g.id = d.stage_id
    JOIN sales_pipeline p ON p.id = d.pipeline_id
    WHERE d.deleted_at IS NULL
      AND (%(pipelines)s::text[] IS NULL OR p.name = ANY(%(pipelines)s::text[]))
      AND (%(deal_imports)s::bigint[] IS NULL OR d.id IN (
            SELECT m.object_id FROM platform_importrow m
            JOIN platform_import i ON i.id = m.import_id AND i.into = 'deals'
            WHERE m.import_id = ANY(%(deal_imports)s::bigint[])))
      AND (%(deal_segment)s::bigint IS NULL OR d.id IN (
            SELECT b.deal_id FROM buyer b JOIN member m ON m.contact_id = b.contact_id))
      AND (%(owners)s::bigint[] IS NULL OR d.owner_id IS NULL
           OR d.owner_id = ANY(%(owners)s::bigint[]))
)
