"""The company and the people of imported deals, and what deals make of people."""

from __future__ import annotations

from accord.people import lifecycle
from accord.platform.access import permissions
from accord.platform.events import partitions
from accord.platform.transfer.targets import Batch, Statements

_PERSON = """coalesce(
    (SELECT p.id FROM people_contact AS p WHERE p.external_id = s.contact AND p.external_id <> ''
        AND p.deleted_at IS NULL),
    CASE WHEN s.contact <> '' AND EXISTS (SELECT FROM people_merge)
        THEN accord_merged_contact(s.contact) END,
    (SELECT min(a.contact_id + 0) FROM people_address AS a
     JOIN people_contact AS p ON p.id = a.contact_id
     WHERE a.kind = 'email' AND a.value = s.contact_email AND p.deleted_at IS NULL))"""
_COMPANY = """coalesce(
    (SELECT min(o.id + 0) FROM people_company AS o WHERE lower(o.name) = lower(s.company)
        AND o.deleted_at IS NULL),
    (SELECT min(o.id + 0) FROM people_company AS o WHERE o.domain = s.company_domain
        AND o.domain <> '' AND o.deleted_at IS NULL))"""
# Both are looked up once, before anything is written: a row that names nobody is refused.
_WHO = f"""
UPDATE {{stage}} AS s SET (contact_id, company_id, problem) = (
    SELECT f.contact_id, f.company_id, nullif(concat_ws(' ', s.problem, CASE
        WHEN f.contact_id IS NULL AND (s.contact IS NOT NULL OR s.contact_email IS NOT NULL)
        THEN 'Contact: there is no contact with this id or address. Bring in the contacts first.'
        END, CASE WHEN f.company_id IS NULL AND NOT %(creates)s
            AND (s.company IS NOT NULL OR s.company_domain IS NOT NULL)
        THEN 'Company: there is no company “' || left(coalesce(s.company, s.company_domain), 80)
            || '”. Bring in the companies first, or let the mapping create them.' END), '')
    FROM (SELECT {_PERSON} AS contact_id, {_COMPANY} AS company_id OFFSET 0) AS f)
WHERE s.wave = %(wave)s AND s.action IS NULL
"""
_MAKE = """
INSERT INTO people_company (name, domain, website, phone, industry, city, country,
    annual_revenue_currency, tags, custom, external_id, version, import_id, recorded_at,
    changed_at)
SELECT DISTINCT ON (lower(s.company)) left(s.company, 300), coalesce(s.company_domain, ''), '',
    '', '', '', '', '', '{}', '{}', '', 1, %(import_id)s, %(now)s, %(now)s
FROM {stage} AS s
WHERE s.wave = %(wave)s AND s.action IN ('created', 'found') AND s.company IS NOT NULL
    AND s.company_id IS NULL
ORDER BY lower(s.company), s.number
"""
_FIND = f"""
UPDATE {{stage}} AS s SET company_id = {_COMPANY}
WHERE s.wave = %(wave)s AND s.company IS NOT NULL AND s.company_id IS NULL
"""
# People as the history of a deal writes them: contact and role.
_NOTE = """
INSERT INTO {change} (object_id, field, old, new)
SELECT s.object_id, 'contacts', m.people, m.people || jsonb_build_array(jsonb_build_array(
    s.contact_id, coalesce(s.contact_role, '')))
FROM {stage} AS s CROSS JOIN LATERAL (
    SELECT coalesce(jsonb_agg(jsonb_build_array(m.contact_id, m.role) ORDER BY m.id), '[]')
        AS people, coalesce(bool_or(m.contact_id = s.contact_id), false) AS on_it
    FROM sales_dealcontact AS m WHERE m.deal_id = s.object_id) AS m
WHERE {found} AND s.contact_id IS NOT NULL AND NOT m.on_it
"""
_ADD = """
INSERT INTO sales_dealcontact (deal_id, contact_id, role)
SELECT s.object_id, s.contact_id, coalesce(s.contact_role, '') FROM {stage} AS s
WHERE s.contact_id IS NOT NULL AND (({new}) OR ({found} AND s.object_id IN (
    SELECT h.object_id FROM {change} AS h WHERE h.field = 'contacts')))
ORDER BY s.number
"""
_TAKE_BACK = """
DELETE FROM sales_dealcontact AS m USING {change} AS h
WHERE h.field = 'contacts' AND m.deal_id = h.object_id
    AND NOT EXISTS (SELECT 1 FROM jsonb_array_elements(h.old) AS o
        WHERE (o ->> 0)::bigint = m.contact_id)
"""
_ORDER = "ARRAY[" + ", ".join(f"'{name}'" for name in lifecycle.STAGES) + "]"
# People on an open deal become opportunities, on a won one customers, from the day it says;
# forward only, and never before they entered the stage they were in.
_MOVING = f"""
DROP TABLE IF EXISTS import_moving;
CREATE TEMP TABLE import_moving ON COMMIT DROP AS
WITH wanted AS (
    SELECT DISTINCT ON (m.contact_id) m.contact_id,
        CASE d.outcome WHEN 'won' THEN 'customer' ELSE 'opportunity' END AS stage,
        coalesce(d.closed_at, d.opened_at, %(now)s) AS at
    FROM sales_deal AS d JOIN sales_dealcontact AS m ON m.deal_id = d.id
    WHERE d.id = ANY(ARRAY(
            SELECT s.object_id FROM {{stage}} AS s WHERE ({{new}}) OR ({{found}})))
        AND d.outcome IN ('', 'won')
    ORDER BY m.contact_id, d.outcome DESC, at
)
SELECT c.id, c.stage::text AS previous, wanted.stage,
    greatest(least(wanted.at, %(now)s), c.stage_since) AS at
FROM wanted JOIN people_contact AS c ON c.id = wanted.contact_id
WHERE array_position({_ORDER}, wanted.stage) > array_position({_ORDER}, c.stage::text)
    AND c.deleted_at IS NULL
ORDER BY c.id FOR NO KEY UPDATE OF c
"""
_MONTHS = "SELECT DISTINCT date_trunc('month', at)::date FROM import_moving"
# A name is set to what it is: see `targets.touched`.
_ADVANCE = """
WITH moved AS (
    UPDATE people_contact AS c SET stage = m.stage, stage_since = m.at,
        first_name = first_name, version = version + 1, changed_at = %(now)s
    FROM import_moving AS m WHERE c.id = m.id
), dated AS (
    INSERT INTO people_lifecyclechange (contact_id, stage, previous, at, recorded_at, by_id,
        reason, import_id)
    SELECT id, stage, previous, at, %(now)s, %(by)s, '', %(import_id)s FROM import_moving
), changed AS (
    INSERT INTO platform_fieldchange (at, subject_type, subject_id, field, old, new, by_id,
        origin, import_id)
    SELECT %(now)s, 'contact', id, 'stage', to_jsonb(previous), to_jsonb(stage), %(by)s,
        'import', %(import_id)s FROM import_moving
)
INSERT INTO platform_event (name, happened_at, team, contact_id, user_id, properties, import_id)
SELECT 'lifecycle.changed', at, 'both', id, %(by)s,
    jsonb_build_object('previous', previous, 'stage', stage, 'reason', ''), %(import_id)s
FROM import_moving
"""


def check(batch: Batch) -> None:
    """Find the person and the company of each row. Rows that name somebody nobody knows are
    refused, unless the company may be made."""
    if batch.has("contact", "contact_email", "company", "company_domain"):
        batch.run(_WHO, creates=_creates(batch))


def relate(batch: Batch) -> None:
    """Make the companies that are missing, and note who joins which deal."""
    if batch.has("company", "company_domain") and _creates(batch) and batch.run(_MAKE):
        batch.run(_FIND)
    if batch.has("contact", "contact_email"):
        batch.run(_NOTE)


def join(batch: Batch) -> None:
    """Put people on the deals of the wave."""
    if batch.has("contact", "contact_email"):
        batch.run(_ADD)


def advance(batch: Batch) -> None:
    """Move the people on the deals of the wave along their lifecycle."""
    batch.run(_MOVING)
    if months := batch.ask(_MONTHS):
        batch.run("ANALYZE import_moving")
        partitions.ensure([row[0] for row in months])
        batch.run(_ADVANCE)


def take_back(here: Statements) -> None:
    """Take off deals that were there whom an import put on them."""
    here.run(_TAKE_BACK)


def _creates(batch: Batch) -> bool:
    fill = batch.mapping.filling("company")
    may = batch.by is None or permissions.may(batch.by, "company.write")
    return bool(fill and fill.create and may)
