"""Restricted people (GDPR article 18): what they would be recognised by, and since when until when.

What is taken in while a restriction holds is never theirs, whatever is said later.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from accord.engine.identity import UNNAMED
from accord.people.models import Restriction, Visitor

Name = tuple[str, str]  # how a visitor is called: (by, name)


@dataclass(frozen=True)
class Held:
    """Who is restricted now, as the records they are, and by what they may be met.

    keys: their addresses and ids, and ids said with their addresses. visitors: whom they were taken
    for at some time, and those on whom somebody was said who is not to be named.
    """

    contacts: frozenset[int] = frozenset()
    keys: frozenset[str] = frozenset()
    visitors: frozenset[Name] = frozenset()


def held(met: Collection[Name]) -> Held:
    """Who is restricted now, by one short query where nobody is. met: the visitors in question."""
    if not Restriction.objects.filter(lifted_at=None).exists():
        return Held()
    with connection.cursor() as cursor:
        values = {"by": [by for by, _ in met], "name": [name for _, name in met]}
        cursor.execute(_HELD, values | {"unnamed": UNNAMED})
        rows = cursor.fetchall()
    return Held(
        frozenset(int(value) for what, value in rows if what == "contact"),
        frozenset(value for what, value in rows if what == "key"),
        frozenset((what, value) for what, value in rows if what in Visitor.By.values),
    )


def times(contacts: Collection[int]) -> list[tuple[int, datetime, datetime | None]]:
    """When these contacts were restricted, themselves or by who was merged into them: contact,
    since, until before (None: it holds).
    """
    with connection.cursor() as cursor:
        cursor.execute(_TIMES, [list(contacts)])
        return list(cursor.fetchall())


# Arrays keep the planner from reading whole tables for a few people.
_HELD = """
WITH RECURSIVE way AS (
    SELECT id, merged_into_id FROM people_contact
    WHERE id = ANY(ARRAY(SELECT contact_id FROM people_restriction WHERE lifted_at IS NULL))
    UNION SELECT c.id, c.merged_into_id
    FROM way JOIN people_contact AS c ON c.id = way.merged_into_id
), family AS (
    SELECT id FROM way WHERE merged_into_id IS NULL
    UNION SELECT c.id FROM family JOIN people_contact AS c ON c.merged_into_id = family.id
), address AS (
    SELECT value FROM people_address
    WHERE kind = 'email' AND contact_id = ANY(ARRAY(SELECT id FROM family))
)
SELECT 'contact', id::text FROM way WHERE merged_into_id IS NULL
UNION ALL SELECT 'key', value FROM address
UNION ALL SELECT 'key', external_id FROM people_contact
    WHERE id = ANY(ARRAY(SELECT id FROM family)) AND external_id <> ''
UNION ALL SELECT 'key', user_id FROM people_evidence
    WHERE email = ANY(ARRAY(SELECT value FROM address)) AND email <> '' AND user_id <> ''
UNION ALL SELECT v.by, v.name FROM people_visitor AS v WHERE id = ANY(ARRAY(
    SELECT visitor_id FROM people_visitorspan
    WHERE contact_id = ANY(ARRAY(SELECT id FROM family))))
UNION ALL SELECT v.by, v.name
    FROM unnest(%(by)s::text[], %(name)s::text[]) AS met (by, name)
    JOIN people_visitor AS v ON v.by = met.by AND v.name = met.name
    WHERE EXISTS (SELECT FROM people_evidence AS e
                  WHERE e.visitor_id = v.id AND e.email = %(unnamed)s || v.id)
"""
_TIMES = """
WITH RECURSIVE family AS (
    SELECT id AS now, id FROM unnest(%s::bigint[]) AS id
    UNION SELECT family.now, c.id
    FROM family JOIN people_contact AS c ON c.merged_into_id = family.id
)
SELECT now, at, lifted_at FROM family JOIN people_restriction AS r ON r.contact_id = family.id
"""
