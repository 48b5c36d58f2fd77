"""The companies of imported contacts: found by name or domain, made where that is wanted."""

from __future__ import annotations

from accord.platform.access import permissions
from accord.platform.transfer.mapping import Mapping, Wrong
from accord.platform.transfer.targets import Batch, Statements

_FIND = """
UPDATE {stage} AS s SET company_id = (SELECT min(o.id + 0) FROM people_company AS o
    WHERE {same} AND o.deleted_at IS NULL)
WHERE s.wave = %(wave)s AND {which} AND s.company_id IS NULL
"""
_MAKE = """
WITH made AS (
    INSERT INTO people_company (name, domain, website, phone, industry, city, country,
        annual_revenue_currency, tags, custom, external_id, version, import_id, recorded_at,
        changed_at)
    SELECT DISTINCT ON (lower({name})) left({name}, 300), coalesce({domain}, ''), '', '', '', '',
        '', '', '{}', '{}', '', 1, %(import_id)s, %(now)s, %(now)s
    FROM {stage} AS s WHERE s.wave = %(wave)s AND {which} AND s.company_id IS NULL
    ORDER BY lower({name}), s.number RETURNING id
)
INSERT INTO platform_event (name, happened_at, company_id, user_id, properties, import_id)
SELECT 'company.created', %(now)s, id, %(by)s, '{"origin": "import"}', %(import_id)s FROM made
"""
_EITHER = "s.action IN ('created', 'found')"
_BY_NAME = ("lower(o.name) = lower(s.company)", f"{_EITHER} AND s.company IS NOT NULL")
_BY_DOMAIN = (
    "o.domain = s.company_domain AND o.domain <> ''",
    f"{_EITHER} AND s.company_domain IS NOT NULL",
)
_BY_MAIL = (
    "o.domain = s.mail_domain AND o.domain <> ''",
    "s.action = 'created' AND s.mail_domain IS NOT NULL",
)
_NOTE = """
INSERT INTO {change} (object_id, field, old, new)
SELECT s.object_id, 'company', to_jsonb((SELECT a.company_id FROM people_affiliation AS a
    WHERE a.contact_id = s.object_id AND a.is_primary)), to_jsonb(s.company_id)
FROM {stage} AS s WHERE {found} AND s.company_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM people_affiliation AS a
    WHERE a.contact_id = s.object_id AND a.company_id = s.company_id)
"""
_STEP_BACK = """
UPDATE people_affiliation AS a SET is_primary = false FROM {change} AS h
WHERE h.field = 'company' AND a.contact_id = h.object_id AND a.is_primary
"""
_JOIN_FOUND = """
INSERT INTO people_affiliation (contact_id, company_id, role, is_primary)
SELECT h.object_id, h.new::bigint, '', true FROM {change} AS h WHERE h.field = 'company'
"""
_JOIN_NEW = """
INSERT INTO people_affiliation (contact_id, company_id, role, is_primary)
SELECT s.object_id, s.company_id, '', true FROM {stage} AS s
WHERE {new} AND s.company_id IS NOT NULL
"""
_LEAVE = """
DELETE FROM people_affiliation AS a USING {change} AS h
WHERE h.field = 'company' AND a.contact_id = h.object_id AND to_jsonb(a.company_id) = h.new
"""
_COME_BACK = """
UPDATE people_affiliation AS a SET is_primary = true FROM {change} AS h
WHERE h.field = 'company' AND a.contact_id = h.object_id AND to_jsonb(a.company_id) = h.old
    AND NOT EXISTS (SELECT 1 FROM people_affiliation AS o
        WHERE o.contact_id = a.contact_id AND o.is_primary)
"""


def relate(batch: Batch) -> None:
    """Say which company each contact of the wave belongs to: the one it names, else the one
    whose domain it names, else, for a new contact, the one its e-mail address belongs to."""
    named, placed = batch.has("company"), batch.has("company_domain")
    ways = [_BY_NAME] * named + [_BY_DOMAIN] * placed
    for way in ways:
        _find(batch, way)
    if any(fill.create for fill in batch.mapping.fills if fill.field.startswith("company")):
        name = "coalesce(s.company, s.company_domain)"
        _make(batch, name, "s.company_domain", f"{_EITHER} AND {name} IS NOT NULL")
        for way in ways:
            _find(batch, way)
    if batch.has("mail_domain"):
        _find(batch, _BY_MAIL)
        if from_mail(batch.mapping):
            _make(batch, "s.mail_domain", "s.mail_domain", _BY_MAIL[1])
            _find(batch, _BY_MAIL)
    if ways:
        batch.run(_NOTE)


def from_mail(mapping: Mapping) -> bool:
    """Whether companies are made from the domains of e-mail addresses."""
    wanted = mapping.sections.get("companies", {})
    if not isinstance(wanted, dict) or not set(wanted) <= {"from_email"}:
        raise Wrong("“companies” is {“from_email”: true}, or left out.")
    return wanted.get("from_email") is True


def _find(batch: Batch, way: tuple[str, str]) -> None:
    same, which = way
    batch.run(_FIND.replace("{same}", same).replace("{which}", which))


def _make(batch: Batch, name: str, domain: str, which: str) -> None:
    if batch.by is not None and not permissions.may(batch.by, "company.write"):
        return
    text = _MAKE.replace("{name}", name).replace("{domain}", domain)
    batch.run(text.replace("{which}", which))


def join(batch: Batch) -> None:
    """Put the contacts of the wave into their companies."""
    batch.run(_STEP_BACK)
    batch.run(_JOIN_FOUND)
    batch.run(_JOIN_NEW)


def leave(here: Statements) -> None:
    """Take back what `join` did to contacts that were there."""
    here.run(_LEAVE)
    here.run(_COME_BACK)
