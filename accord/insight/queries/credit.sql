-- credit: one row a goal, model and touch that earned something; what engine.attribution says,
-- for many deals at once. A goal without touches is one row without an event: unattributed.
-- Needs chosen (deal_id, company_id, won_at, opened_at, value) and buyer (deal_id, contact_id).
-- goals: won, opened or both. lookback, half_life: days. as_of: a moment, or null for now. What
-- people noted later does not count then; what an import brought later counts from its day on.
lead AS (
    SELECT p.deal_id, min(l.at) AS at
    FROM chosen c
    JOIN buyer p ON p.deal_id = c.deal_id
    JOIN people_lifecyclechange l ON l.contact_id = p.contact_id
    JOIN people_lifecyclestage s ON s.name = l.stage
    WHERE s.position >= (SELECT position FROM people_lifecyclestage WHERE name = 'lead')
      AND (%(as_of)s::timestamptz IS NULL OR l.recorded_at <= %(as_of)s::timestamptz
           OR l.import_id IS NOT NULL)
    GROUP BY p.deal_id
),
goal AS (
    SELECT g.goal, g.at, c.deal_id, c.opened_at, c.value, lead.at AS lead_at
    FROM chosen c
    LEFT JOIN lead ON lead.deal_id = c.deal_id
    CROSS JOIN LATERAL (VALUES ('won', c.won_at), ('opened', c.opened_at)) AS g (goal, at)
    WHERE g.at IS NOT NULL AND g.goal = ANY(%(goals)s::text[])
      AND (%(as_of)s::timestamptz IS NULL OR g.at <= %(as_of)s::timestamptz)
),
met AS (
    SELECT b.deal_id, b.contact_id FROM chosen c JOIN buyer b ON b.deal_id = c.deal_id
    UNION ALL
    SELECT c.deal_id, a.contact_id
    FROM chosen c JOIN people_affiliation a ON a.company_id = c.company_id
    WHERE NOT EXISTS (SELECT 1 FROM buyer b WHERE b.deal_id = c.deal_id)
),
path AS (
    SELECT g.goal, g.deal_id, g.at AS goal_at, g.value, t.id AS event_id, t.happened_at AS event_at,
           t.contact_id, t.channel, t.source, t.campaign,
           row_number() OVER way AS nth,
           count(*) OVER whole AS n,
           CASE WHEN g.lead_at IS NOT NULL THEN
               greatest(count(*) FILTER (WHERE t.happened_at <= g.lead_at) OVER whole, 1) END AS led,
           CASE WHEN g.opened_at IS NOT NULL THEN
               greatest(count(*) FILTER (WHERE t.happened_at <= g.opened_at) OVER whole, 1)
           END AS opened,
           power(2::float8, greatest(-1000, extract(epoch FROM
               t.happened_at - max(t.happened_at) OVER whole)::float8 / 86400 / %(half_life)s
           )) AS fresh
    FROM goal g
    JOIN met p ON p.deal_id = g.deal_id
    CROSS JOIN LATERAL (  -- OFFSET 0: person by person by index, a month's part only where it fits
        SELECT * FROM (
            SELECT * FROM platform_event e
            WHERE e.contact_id = p.contact_id
              AND (%(as_of)s::timestamptz IS NULL OR NOT EXISTS (  -- another's until a merge
                  SELECT 1 FROM people_mergedevent v JOIN people_merge m ON m.id = v.merge_id
                  WHERE v.event_id = e.id AND m.undone_at IS NULL
                    AND m.at > %(as_of)s::timestamptz))
            UNION ALL
            SELECT e.* FROM people_merge m
            JOIN people_mergedevent v ON v.merge_id = m.id
            JOIN platform_event e ON e.id = v.event_id AND e.happened_at = v.happened_at
            WHERE m.gone_id = p.contact_id AND m.undone_at IS NULL
              AND m.at > %(as_of)s::timestamptz AND NOT EXISTS (
                  SELECT 1 FROM people_mergedevent o JOIN people_merge x ON x.id = o.merge_id
                  WHERE o.event_id = e.id AND x.undone_at IS NULL AND x.at < m.at
                    AND x.at > %(as_of)s::timestamptz)
        ) e
        WHERE e.channel <> ''
          AND e.happened_at <= g.at
          AND e.happened_at >= g.at - make_interval(days => %(lookback)s)
          AND (%(as_of)s::timestamptz IS NULL OR e.recorded_at <= %(as_of)s::timestamptz
               OR e.import_id IS NOT NULL)
        OFFSET 0
    ) t
    WHERE NOT EXISTS (  -- a call that was logged by mistake and deleted since
        SELECT 1 FROM sales_activity y
        WHERE y.id = (t.properties ->> 'activity')::bigint
          AND y.deleted_at <= coalesce(%(as_of)s::timestamptz, 'infinity'))
    WINDOW whole AS (PARTITION BY g.goal, g.deal_id),
           way AS (PARTITION BY g.goal, g.deal_id ORDER BY t.happened_at, t.id)
),
-- The key touches of U and W: how many roles this touch has, how many there are, how many
-- touches have none.
role AS (
    SELECT p.*, sum(fresh) OVER (PARTITION BY goal, deal_id) AS freshness,
           (nth = 1)::int + coalesce((nth = led)::int, 0) AS u_roles,
           1 + (led IS NOT NULL)::int AS u_all,
           n - 1 - coalesce((led <> 1)::int, 0) AS u_rest,
           (nth = 1)::int + coalesce((nth = led)::int, 0) + coalesce((nth = opened)::int, 0)
               AS w_roles,
           1 + (led IS NOT NULL)::int + (opened IS NOT NULL)::int AS w_all,
           n - 1 - coalesce((led <> 1)::int, 0)
               - coalesce((opened <> 1 AND opened IS DISTINCT FROM led)::int, 0) AS w_rest
    FROM path p
),
weighed AS (
    SELECT r.goal, r.deal_id, r.goal_at, r.value, r.event_id, r.event_at, r.contact_id, r.channel,
           r.source, r.campaign, r.nth, m.model, m.weight, m.weight::numeric AS part,
           sum(m.weight::numeric) OVER share AS parts
    FROM role r
    CROSS JOIN LATERAL (VALUES
        ('first', CASE WHEN nth = 1 THEN 1 ELSE 0 END::float8),
        ('last', CASE WHEN nth = n THEN 1 ELSE 0 END),
        ('linear', 1 / n::float8),
        ('time_decay', fresh / freshness),
        ('position_u', CASE WHEN n <= 2 THEN 1 / n::float8
            WHEN u_roles > 0 THEN u_roles * CASE WHEN u_rest > 0 THEN 0.8 ELSE 1 END / u_all
            ELSE 0.2 / u_rest END),
        ('position_w', CASE
            WHEN w_roles > 0 THEN w_roles * CASE WHEN w_rest > 0 THEN 0.9 ELSE 1 END / w_all
            ELSE 0.1 / w_rest END)
    ) AS m (model, weight)
    WHERE m.weight > 0
    WINDOW share AS (PARTITION BY r.goal, r.deal_id, m.model)
),
-- Whole cents by largest remainder, as engine.money.split does it.
cut_down AS (
    SELECT w.*, div(abs(value) * 100 * part, parts) AS cents,
           mod(abs(value) * 100 * part, parts) AS remainder
    FROM weighed w
),
topped_up AS (
    SELECT c.*, cents + CASE WHEN
               row_number() OVER (PARTITION BY goal, deal_id, model ORDER BY remainder DESC, nth)
               <= abs(value) * 100 - sum(cents) OVER (PARTITION BY goal, deal_id, model)
           THEN 1 ELSE 0 END AS units
    FROM cut_down c
),
credit AS (
    SELECT goal, deal_id, model, event_id, event_at, contact_id, channel, source, campaign, weight,
           round(sign(value) * units / 100, 2) AS value, goal_at
    FROM topped_up
    UNION ALL
    SELECT g.goal, g.deal_id, m.model, NULL, NULL, NULL, '', '', '', 1, g.value, g.at
    FROM goal g CROSS JOIN unnest(%(models)s::text[]) AS m (model)
    WHERE NOT EXISTS (
        SELECT 1 FROM path p WHERE p.goal = g.goal AND p.deal_id = g.deal_id)
)
