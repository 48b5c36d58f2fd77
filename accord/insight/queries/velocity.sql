-- velocity: one row a stay: deal_id, key, days, entered_at, left_at. Whole stays only.
-- {key}: of the line a stay stands in; owners and teams are those of the deal.
-- Stages: days are exact fractions. Whole ways: calendar days in the company's time zone.
stay AS (
    SELECT h.deal_id, s.name AS key, s.position,
           extract(epoch FROM lead(h.at) OVER way - h.at) / 86400.0 AS days,
           h.at AS entered_at, lead(h.at) OVER way AS left_at
    FROM sales_stagechange h
    JOIN deal d ON d.id = h.deal_id
    JOIN sales_stage s ON s.id = h.stage_id
    WHERE h.at IS NOT NULL
      AND (%(as_of)s::timestamptz IS NULL OR h.at <= %(as_of)s::timestamptz
           AND (h.recorded_at <= %(as_of)s::timestamptz OR h.import_id IS NOT NULL))
    WINDOW way AS (PARTITION BY h.deal_id ORDER BY h.at, h.id)
),
first AS (
    SELECT d.id, min(c.acquired_at) AS at
    FROM deal d JOIN buyer b ON b.deal_id = d.id JOIN person c ON c.id = b.contact_id
    WHERE d.is_won
    GROUP BY d.id
),
way AS (
    SELECT id AS deal_id, 'opened to won' AS key, 1001 AS position, opened_at AS entered_at,
           closed_at AS left_at
    FROM deal WHERE is_won
    UNION ALL
    SELECT id, 'opened to lost', 1002, opened_at, closed_at FROM deal WHERE is_lost
    UNION ALL
    SELECT d.id, 'first contact to won', 1003, first.at, d.closed_at
    FROM deal d JOIN first ON first.id = d.id
),
stays AS (
    SELECT deal_id, key, position, days::float8 AS days, entered_at, left_at
    FROM stay WHERE days IS NOT NULL
    UNION ALL
    SELECT deal_id, key, position,
           (left_at AT TIME ZONE %(zone)s)::date - (entered_at AT TIME ZONE %(zone)s)::date,
           entered_at, left_at
    FROM way WHERE left_at IS NOT NULL AND entered_at IS NOT NULL
),
population AS (
    SELECT stays.deal_id, {key} AS key, stays.position, stays.days, stays.entered_at, stays.left_at
    FROM stays
    JOIN deal d ON d.id = stays.deal_id
    LEFT JOIN platform_user u ON u.id = d.owner_id
    LEFT JOIN platform_team t ON t.id = u.team_id
)
