-- known: people and deals as they were known at a moment, by what changed since.
-- person: one row a contact: id, since (when it was first here), acquired_at (first contact,
--   null where nobody knows), source (null where none was recorded), channel, campaign, owner_id,
--   position (of its lifecycle stage, the furthest it ever reached).
-- buyer: one row a contact on a deal. deal: one row a deal: id, name, company_id, owner_id,
--   pipeline, stage_id, is_won, is_lost, value (reporting currency, null where no amount is
--   known), opened_at (null where nobody knows), closed_at, reason_id.
-- as_of: the moment. What people noted later is not known then; what an import brought later is,
-- from the day it happened. The value of a field is the `old` of its first later change.
-- pipelines: names, or null. deal_imports: ids, or null. owners: ids whose deals may be counted
-- (besides unowned ones), or null for all. segment: the id of one, or null; deal_segment: the
-- same where deals count only with a member on them. member: one row a member: contact_id.
-- known_now.sql gives the same for this moment.
contact_later AS (
    SELECT DISTINCT ON (subject_id, field) subject_id, field, id, old
    FROM platform_fieldchange
    WHERE subject_type = 'contact' AND at > %(as_of)s
    ORDER BY subject_id, field, at, id
),
deal_later AS (
    SELECT DISTINCT ON (subject_id, field) subject_id, field, id, old
    FROM platform_fieldchange
    WHERE subject_type = 'deal' AND at > %(as_of)s
    ORDER BY subject_id, field, at, id
),
reached AS (
    SELECT l.contact_id, max(s.position) AS position
    FROM people_lifecyclechange l
    JOIN people_lifecyclestage s ON s.name = l.stage
    WHERE l.at <= %(as_of)s AND (l.recorded_at <= %(as_of)s OR l.import_id IS NOT NULL)
    GROUP BY l.contact_id
),
person AS (
    SELECT c.id, coalesce(c.acquired_at, c.recorded_at) AS since,
           CASE WHEN w.id IS NULL THEN c.acquired_at ELSE nullif(w.old #>> '{}', '')::timestamptz
           END AS acquired_at,
           CASE WHEN s.id IS NULL THEN c.source ELSE s.old #>> '{}' END AS source,
           nullif(CASE WHEN h.id IS NULL THEN c.channel ELSE h.old #>> '{}' END, '') AS channel,
           nullif(CASE WHEN g.id IS NULL THEN c.campaign ELSE g.old #>> '{}' END, '') AS campaign,
           CASE WHEN o.id IS NULL THEN c.owner_id ELSE nullif(o.old #>> '{}', '')::bigint
           END AS owner_id,
           coalesce(r.position, 0) AS position
    FROM people_contact c
    LEFT JOIN contact_later w ON w.subject_id = c.id AND w.field = 'acquired_at'
    LEFT JOIN contact_later s ON s.subject_id = c.id AND s.field = 'source'
    LEFT JOIN contact_later h ON h.subject_id = c.id AND h.field = 'channel'
    LEFT JOIN contact_later g ON g.subject_id = c.id AND g.field = 'campaign'
    LEFT JOIN contact_later o ON o.subject_id = c.id AND o.field = 'owner'
    LEFT JOIN reached r ON r.contact_id = c.id
    WHERE (c.deleted_at IS NULL OR c.deleted_at > %(as_of)s OR c.erased_at IS NOT NULL)
      AND coalesce(c.acquired_at, c.recorded_at) <= %(as_of)s
),
buyer AS (
    SELECT p.deal_id, p.contact_id, p.id AS nth FROM sales_dealcontact p
    WHERE NOT EXISTS (
        SELECT 1 FROM deal_later l WHERE l.subject_id = p.deal_id AND l.field = 'contacts')
    UNION ALL
    SELECT l.subject_id, (on_it.person ->> 0)::bigint, on_it.nth
    FROM deal_later l
    CROSS JOIN jsonb_array_elements(l.old) WITH ORDINALITY AS on_it (person, nth)
    WHERE l.field = 'contacts'
),
moved AS (  -- what happened to somebody merged since tells nothing of who was kept
    SELECT DISTINCT ON (v.event_id) v.event_id, m.gone_id
    FROM people_mergedevent v JOIN people_merge m ON m.id = v.merge_id
    WHERE m.undone_at IS NULL AND %(segment)s::bigint IS NOT NULL
    ORDER BY v.event_id, m.at
),
turn AS (
    SELECT DISTINCT ON (contact_id) contact_id, name
    FROM (
        SELECT coalesce(v.gone_id, e.contact_id) AS contact_id, e.name, e.happened_at,
               e.recorded_at, e.id
        FROM platform_event e LEFT JOIN moved v ON v.event_id = e.id
        WHERE e.name IN ('segment.entered', 'segment.left') AND e.happened_at <= %(as_of)s
          AND e.happened_at >= (SELECT created_at FROM people_segment WHERE id = %(segment)s)
          AND (e.properties ->> 'segment')::bigint = %(segment)s
    ) told
    ORDER BY contact_id, happened_at DESC, recorded_at DESC, id DESC
),
member AS (
    SELECT t.contact_id FROM turn t JOIN people_contact c ON c.id = t.contact_id
    WHERE t.name = 'segment.entered' AND (c.deleted_at IS NULL OR c.deleted_at > %(as_of)s)
),
entered AS (
    SELECT DISTINCT ON (h.deal_id) h.deal_id, h.stage_id, h.at
    FROM sales_stagechange h
    WHERE (h.at IS NULL OR h.at <= %(as_of)s)
      AND (h.recorded_at <= %(as_of)s OR h.import_id IS NOT NULL)
    ORDER BY h.deal_id, h.at DESC NULLS LAST, h.id DESC
),
deal AS (
    SELECT * FROM (
        SELECT d.id, d.name, d.company_id, p.name AS pipeline, g.id AS stage_id,
               CASE WHEN o.id IS NULL THEN d.owner_id ELSE nullif(o.old #>> '{}', '')::bigint
               END AS owner_id,
               g.kind = 'won' AS is_won, g.kind = 'lost' AS is_lost,
               CASE WHEN a.id IS NULL THEN d.value
                    ELSE round((a.old ->> 'amount')::numeric * rate.rate, 2) END AS value,
               CASE WHEN w.id IS NULL THEN d.opened_at ELSE nullif(w.old #>> '{}', '')::timestamptz
               END AS opened_at,
               CASE WHEN g.kind <> 'open' THEN e.at END AS closed_at,
               CASE WHEN r.id IS NULL THEN d.reason_id ELSE nullif(r.old #>> '{}', '')::bigint
               END AS reason_id
        FROM entered e
        JOIN sales_deal d ON d.id = e.deal_id
        JOIN sales_stage g ON g.id = e.stage_id
        JOIN sales_pipeline p ON p.id = g.pipeline_id
        LEFT JOIN deal_later a ON a.subject_id = d.id AND a.field = 'amount'
        LEFT JOIN deal_later o ON o.subject_id = d.id AND o.field = 'owner'
        LEFT JOIN deal_later r ON r.subject_id = d.id AND r.field = 'reason'
        LEFT JOIN deal_later w ON w.subject_id = d.id AND w.field = 'opened_at'
        LEFT JOIN LATERAL (
            SELECT CASE a.old ->> 'currency' WHEN %(currency)s THEN 1 ELSE (
                       SELECT x.rate FROM platform_exchangerate x
                       WHERE x.currency = a.old ->> 'currency'
                         AND x.on <= coalesce(d.closed_at, %(as_of)s)::date
                       ORDER BY x.on DESC LIMIT 1) END AS rate
        ) rate ON a.id IS NOT NULL
        WHERE (d.deleted_at IS NULL OR d.deleted_at > %(as_of)s)
          AND (%(pipelines)s::text[] IS NULL OR p.name = ANY(%(pipelines)s::text[]))
          AND (%(deal_imports)s::bigint[] IS NULL OR d.id IN (
                SELECT m.object_id FROM platform_importrow m
                JOIN platform_import i ON i.id = m.import_id AND i.into = 'deals'
                WHERE m.import_id = ANY(%(deal_imports)s::bigint[])))
          AND (%(deal_segment)s::bigint IS NULL OR d.id IN (
                SELECT b.deal_id FROM buyer b JOIN member m ON m.contact_id = b.contact_id))
    ) seen
    WHERE %(owners)s::bigint[] IS NULL OR owner_id IS NULL
       OR owner_id = ANY(%(owners)s::bigint[])
)
