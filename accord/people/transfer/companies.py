"""Companies from a file: found again, made or changed, and put under their parents."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from accord.people.models import Affiliation, Company
from accord.people.transfer import contacts, slots
from accord.platform.transfer.mapping import Mapping
from accord.platform.transfer.targets import Batch, Rule, Slot, Statements, Target

_BY_EXTERNAL_ID = """(SELECT c.id FROM people_company AS c
    WHERE c.external_id = s.external_id AND c.external_id <> '' AND c.deleted_at IS NULL)"""
_BY_DOMAIN = """(SELECT min(c.id + 0) FROM people_company AS c
    WHERE c.domain = s.domain AND c.domain <> '' AND c.deleted_at IS NULL)"""
_BY_NAME = """(SELECT min(c.id + 0) FROM people_company AS c
    WHERE lower(c.name) = lower(s.name) AND c.deleted_at IS NULL)"""
_EVENTS = """
INSERT INTO platform_event (name, happened_at, company_id, user_id, properties, import_id)
SELECT 'company.created', %(now)s, s.object_id, %(by)s::bigint, '{"origin": "import"}'::jsonb,
    %(import_id)s
FROM {stage} AS s WHERE {new}
UNION ALL
SELECT 'company.changed', %(now)s, h.object_id, %(by)s,
    jsonb_build_object('fields', jsonb_agg(h.field ORDER BY h.field)), %(import_id)s
FROM {change} AS h GROUP BY h.object_id
"""
# A parent may stand further down in the file, so parents are given once all rows are there.
_PARENTS = """
DROP TABLE IF EXISTS import_parent;
CREATE TEMP TABLE import_parent ON COMMIT DROP AS
SELECT DISTINCT ON (r.object_id) r.object_id, r.number, r.action, c.parent_id AS before,
    r."values" ->> 'parent' AS named,
    (SELECT min(p.id + 0) FROM people_company AS p
     WHERE lower(p.name) = lower(r."values" ->> 'parent') AND p.deleted_at IS NULL) AS parent
FROM platform_importrow AS r JOIN people_company AS c ON c.id = r.object_id
WHERE r.import_id = %(import_id)s AND r."values" ->> 'parent' <> ''
    AND r.action NOT IN ('error', 'skipped')
ORDER BY r.object_id, r.number DESC
"""
_UNKNOWN = """
UPDATE platform_importrow AS r SET reason = 'There is no company “' || left(t.named, 80)
    || '”. The parent was left out.'
FROM import_parent AS t
WHERE r.import_id = %(import_id)s AND r.number = t.number AND t.parent IS NULL
"""
_UNDER = """
UPDATE people_company AS c SET parent_id = t.parent, version = version + 1, changed_at = %(now)s
FROM import_parent AS t
WHERE c.id = t.object_id AND t.parent IS NOT NULL AND t.parent <> c.id
    AND c.parent_id IS DISTINCT FROM t.parent
"""
_CIRCLES = """
WITH RECURSIVE above AS (
    SELECT t.object_id AS start, c.parent_id FROM import_parent AS t
    JOIN people_company AS c ON c.id = t.object_id
    UNION
    SELECT above.start, c.parent_id FROM above JOIN people_company AS c ON c.id = above.parent_id
), mended AS (
    UPDATE people_company AS c SET parent_id = t.before FROM import_parent AS t
    WHERE c.id = t.object_id
        AND c.id IN (SELECT start FROM above WHERE parent_id = start)
    RETURNING c.id, t.number
)
UPDATE platform_importrow AS r SET reason = 'The parent belongs to this company. It was left out.'
FROM mended WHERE r.import_id = %(import_id)s AND r.number = mended.number
"""
_WRITE_DOWN = """
WITH moved AS (
    SELECT t.object_id, t.number, t.before, c.parent_id FROM import_parent AS t
    JOIN people_company AS c ON c.id = t.object_id
    WHERE c.parent_id IS DISTINCT FROM t.before AND t.action <> 'created'
), named AS (
    UPDATE platform_importrow AS r SET action = 'updated' FROM moved
    WHERE r.import_id = %(import_id)s AND r.number = moved.number AND r.action = 'unchanged'
)
INSERT INTO platform_fieldchange
    (at, subject_type, subject_id, field, old, new, by_id, origin, import_id)
SELECT %(now)s, 'company', object_id, 'parent', to_jsonb(before), to_jsonb(parent_id), %(by)s,
    'import', %(import_id)s FROM moved
"""
_PARENT_BACK = """
UPDATE people_company AS c SET parent_id = (h.old #>> '{}')::bigint FROM {change} AS h
WHERE h.field = 'parent' AND c.id = h.object_id
"""


def target() -> Target:
    """Companies as something to import."""
    return Target(
        name="companies",
        noun="company",
        label="Companies",
        model=Company,
        write="company.write",
        needs=(("name",), ("domain",)),
        nameless="A company needs a name.",
        rules=_rules,
        slots=_slots,
        sections=("fields",),
        prepare=slots.add_declared,
        made=lambda batch: {} if batch.has("name") else {"name": "s.domain"},
        kept="CASE WHEN s.parent IS NULL THEN '{}' ELSE jsonb_build_object('parent', s.parent) END",
        after=_after,
        finish=_finish,
        restore=_restore,
        parts=(Affiliation,),
        staged=("parent", "domain"),
    )


def _rules() -> tuple[Rule, ...]:
    return (
        Rule(
            "external_id",
            "External id",
            ("external_id",),
            _BY_EXTERNAL_ID,
            "Another company has this external id.",
            own=True,
        ),
        Rule("domain", "Domain", ("domain",), _BY_DOMAIN, own=True),
        Rule("name", "Name", ("name",), _BY_NAME),
    )


def _slots(mapping: Mapping) -> Iterable[Slot]:
    for slot in slots.of(Company, mapping):
        match slot.name:
            case "domain":
                yield replace(slot, taken_from="website", taken=contacts.company_domain)
            case "parent":
                yield replace(slot, column="")
            case _:
                yield slot


def _after(batch: Batch) -> None:
    batch.run(_EVENTS)


def _restore(here: Statements) -> None:
    here.run(_PARENT_BACK)


def _finish(batch: Batch) -> None:
    if not batch.has("parent"):
        return
    for statement in (_PARENTS, _UNKNOWN, _UNDER, _CIRCLES, _WRITE_DOWN):
        batch.run(statement)
