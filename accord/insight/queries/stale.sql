-- stale: one row a deal whose credit is not what it should be: id.
-- Never worked out, other than when it was, marked because its touches changed, or gone.
stale AS (
    SELECT coalesce(d.id, c.deal_id) AS id
    FROM (SELECT id, company_id, opened_at, value,
                 CASE outcome WHEN 'won' THEN closed_at END AS won_at
          FROM sales_deal WHERE deleted_at IS NULL) d
    FULL JOIN insight_crediteddeal c ON c.deal_id = d.id
    WHERE d.id IS NULL OR c.deal_id IS NULL OR c.stale
       OR (d.company_id, d.won_at, d.opened_at, d.value)
          IS DISTINCT FROM (c.company_id, c.won_at, c.opened_at, c.value)
)
