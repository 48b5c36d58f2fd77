-- cut: one row a deal with every key it can be grouped by. Needs deal, buyer and person.
-- A deal came from where the earliest known of the people on it came from.
came AS (
    SELECT DISTINCT ON (b.deal_id) b.deal_id, c.source, c.channel, c.campaign
    FROM buyer b JOIN person c ON c.id = b.contact_id
    ORDER BY b.deal_id, c.acquired_at NULLS LAST, b.nth
),
cut AS (
    SELECT d.*, u.name AS owner, t.name AS team, b.name AS manager,
           CASE WHEN r.reserved THEN 'unknown' ELSE r.label END AS reason,
           came.source, came.channel, came.campaign,
           to_char(d.closed_at AT TIME ZONE %(zone)s, 'YYYY-MM') AS month,
           (d.closed_at AT TIME ZONE %(zone)s)::date
               - (d.opened_at AT TIME ZONE %(zone)s)::date AS days_to_close
    FROM deal d
    LEFT JOIN platform_user u ON u.id = d.owner_id
    LEFT JOIN platform_team t ON t.id = u.team_id
    LEFT JOIN platform_user b ON b.id = t.lead_id
    LEFT JOIN sales_closereason r ON r.id = d.reason_id
    LEFT JOIN came ON came.deal_id = d.id
)
