-- touched: one row a deal whose touches may be others since they were last looked at: id.
-- snapshot: what could be seen then, a pg_snapshot. mark: a moment before which nothing was
-- recorded that could not. telling: names of events, besides touches, after which others count.
-- A row is new when the transaction that wrote it may not have ended then, whatever its time says.
clock AS (
    SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS now
),
recent AS (
    SELECT e.name, e.contact_id, e.company_id, e.deal_id
    FROM platform_event e CROSS JOIN clock
    WHERE e.recorded_at > %(mark)s AND (e.channel <> '' OR e.name = ANY(%(telling)s))
      AND {e is new}
    UNION ALL  -- an import writes for longer than the mark looks back: once more when it has ended
    SELECT e.name, e.contact_id, e.company_id, e.deal_id
    FROM platform_import i
    CROSS JOIN clock
    JOIN platform_event e ON e.import_id = i.id
    WHERE i.finished_at > %(mark)s AND e.channel <> '' AND {i is new}
),
person AS (
    SELECT contact_id FROM recent WHERE contact_id IS NOT NULL
    UNION SELECT l.contact_id FROM people_lifecyclechange l CROSS JOIN clock
    WHERE l.recorded_at > %(mark)s AND {l is new}
    UNION SELECT f.subject_id FROM platform_fieldchange f CROSS JOIN clock
    WHERE f.subject_type = 'contact' AND f.field = 'company' AND f.at > %(mark)s AND {f is new}
),
touched AS (
    SELECT deal_id AS id FROM recent WHERE deal_id IS NOT NULL
    UNION SELECT p.deal_id FROM person JOIN sales_dealcontact p USING (contact_id)
    UNION SELECT d.id FROM person JOIN people_affiliation a USING (contact_id)
    JOIN sales_deal d ON d.company_id = a.company_id
    UNION SELECT d.id FROM recent JOIN sales_deal d USING (company_id)
    WHERE recent.name = 'affiliation.removed'
)
