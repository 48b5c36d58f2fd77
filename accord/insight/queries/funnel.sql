-- funnel: population, one row a contact: id, key, began, and whether it ever reached each step.
-- "Reached" means this step or a later one; a deal counts as opportunity, a won deal as won.
-- Needs person, buyer, member and deal. segment: only members of this one, or null.
-- start, end: days of the first contact, both included.
-- imports: only contacts made or met by these imports, or on deals of these imports, or null.
-- owners: ids whose contacts may be counted (besides unowned ones), or null for all.
sold AS (
    SELECT b.contact_id, bool_or(d.is_won) AS won
    FROM buyer b JOIN deal d ON d.id = b.deal_id
    GROUP BY b.contact_id
),
rung AS (
    SELECT max(position) FILTER (WHERE name = 'lead') AS lead,
           max(position) FILTER (WHERE name = 'mql') AS mql,
           max(position) FILTER (WHERE name = 'accepted') AS accepted,
           max(position) FILTER (WHERE name = 'sql') AS sql,
           max(position) FILTER (WHERE name = 'opportunity') AS opportunity
    FROM people_lifecyclestage
),
step AS (
    SELECT c.id, {key} AS key, c.since AS began,
           CASE WHEN s.won THEN 1000
                WHEN s.won IS NOT NULL THEN greatest(c.position, rung.opportunity)
                ELSE c.position END AS position
    FROM person c
    CROSS JOIN rung
    LEFT JOIN sold s ON s.contact_id = c.id
    LEFT JOIN platform_user u ON u.id = c.owner_id
    LEFT JOIN platform_team t ON t.id = u.team_id
    LEFT JOIN platform_user b ON b.id = t.lead_id
    WHERE {period}
      AND (%(owners)s::bigint[] IS NULL OR c.owner_id IS NULL
           OR c.owner_id = ANY(%(owners)s::bigint[]))
      AND (%(segment)s::bigint IS NULL OR c.id IN (SELECT contact_id FROM member))
      AND (%(imports)s::bigint[] IS NULL OR c.id IN (
            SELECT r.object_id FROM platform_importrow r
            JOIN platform_import i ON i.id = r.import_id AND i.into = 'contacts'
            WHERE r.import_id = ANY(%(imports)s::bigint[])
            UNION ALL
            SELECT m.contact_id FROM platform_importrow r
            JOIN platform_import i ON i.id = r.import_id AND i.into = 'deals'
            JOIN sales_dealcontact m ON m.deal_id = r.object_id
            WHERE r.import_id = ANY(%(imports)s::bigint[])))
),
population AS (
    SELECT step.id, step.key, step.began,
           step.position >= rung.lead AS leads,
           step.position >= rung.mql AS mql,
           step.position >= rung.accepted AS accepted,
           step.position >= rung.sql AS sql,
           step.position >= rung.opportunity AS opportunity,
           step.position >= 1000 AS won
    FROM step CROSS JOIN rung
)
