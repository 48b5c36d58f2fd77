"""Restricted people (GDPR article 18): what they would be recognised by, and since when until when.

What is taken in while a restriction holds is never theirs, whatever is said later.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection
from django.db.models import Q

from accord.engine.identity import UNNAMED, Said
from accord.people.models import RestrictedPair, Restriction, Visitor

Name = tuple[str, str]  # how a visitor is called: (by, name)
Pair = tuple[str, str, bool]  # an address, an id, and whether a server said them together
STRANGER = 2**63 - 1  # as if a contact: all who were said and are not to be named


@dataclass(frozen=True)
class Held:
    """Who is or was restricted, as the records they are, and by what they may be met.

    contacts: since when until before when (None: it holds); of a STRANGER, all of these times.
    keys: their addresses and ids, and ids said with their addresses. visitors: whom they were taken
    for at some time, and those on whom somebody was said who is not to be named. unnamed: how.
    """

    contacts: Mapping[int, Collection[tuple[datetime, datetime | None]]] = field(
        default_factory=dict
    )
    keys: frozenset[str] = frozenset()
    visitors: frozenset[Name] = frozenset()
    unnamed: frozenset[str] = frozenset()

    def holds(self, contact: int | None, received_at: datetime) -> bool:
        """Whether a contact is restricted now or was as something was received."""
        times = self.contacts.get(contact, ()) if contact else ()
        return any(until is None or since <= received_at < until for since, until in times)


def held(met: Collection[Name], since: datetime) -> Held:
    """Who is restricted now or was at some time from `since` on, by one short query where nobody
    is. met: the visitors in question.
    """
    if not Restriction.objects.filter(Q(lifted_at=None) | Q(lifted_at__gt=since)).exists():
        return Held()
    with connection.cursor() as cursor:
        values = {"by": [by for by, _ in met], "name": [name for _, name in met]}
        cursor.execute(_HELD, values | {"unnamed": UNNAMED, "since": since})
        rows = cursor.fetchall()
    contacts: dict[int, list[tuple[datetime, datetime | None]]] = {}
    for what, value, at, lifted_at in rows:
        if what == "contact":
            for who in (int(value), STRANGER):
                contacts.setdefault(who, []).append((at, lifted_at))
    return Held(
        contacts,
        frozenset(value for what, value, *_ in rows if what == "key"),
        frozenset((what, value) for what, value, *_ in rows if what in Visitor.By.values),
        frozenset(value for what, value, *_ in rows if what == "unnamed"),
    )


def set_aside(pairs: Collection[Pair]) -> None:
    """Keep which ids were said with which addresses of restricted people, as nobody's evidence."""
    new = [RestrictedPair(email=each[0], user_id=each[1], is_known=each[2]) for each in pairs]
    RestrictedPair.objects.bulk_create(new, ignore_conflicts=True)


def pairs(user_ids: Collection[str]) -> list[Said]:
    """What was set aside of these ids."""
    rows = RestrictedPair.objects.filter(user_id__in=user_ids)
    return [Said(0, each.email, each.user_id, each.is_known, ()) for each in rows]


def times(contacts: Collection[int]) -> list[tuple[int, datetime, datetime | None]]:
    """When these contacts were restricted, themselves or by who was merged into them: contact,
    since, until before (None: it holds).
    """
    with connection.cursor() as cursor:
        cursor.execute(_TIMES, [list(contacts)])
        return list(cursor.fetchall())


# Arrays keep the planner from reading whole tables for a few people.
_HELD = """
WITH RECURSIVE apart AS (
    SELECT contact_id, at, lifted_at FROM people_restriction
    WHERE lifted_at IS NULL OR lifted_at > %(since)s
), way AS (
    SELECT c.id, c.merged_into_id, apart.at, apart.lifted_at
    FROM people_contact AS c JOIN apart ON apart.contact_id = c.id
    WHERE c.id = ANY(ARRAY(SELECT contact_id FROM apart))
    UNION SELECT c.id, c.merged_into_id, way.at, way.lifted_at
    FROM way JOIN people_contact AS c ON c.id = way.merged_into_id
), family AS (
    SELECT id FROM way WHERE merged_into_id IS NULL
    UNION SELECT c.id FROM family JOIN people_contact AS c ON c.merged_into_id = family.id
), address AS (
    SELECT value FROM people_address
    WHERE kind = 'email' AND contact_id = ANY(ARRAY(SELECT id FROM family))
), met AS (
    SELECT v.id, v.by, v.name, %(unnamed)s || v.id AS unnamed
    FROM unnest(%(by)s::text[], %(name)s::text[]) AS said (by, name)
    JOIN people_visitor AS v ON v.by = said.by AND v.name = said.name
), found AS (
    SELECT 'key' AS what, value FROM address
    UNION ALL SELECT 'key', external_id FROM people_contact
        WHERE id = ANY(ARRAY(SELECT id FROM family)) AND external_id <> ''
    UNION ALL SELECT 'key', user_id FROM people_evidence
        WHERE email = ANY(ARRAY(SELECT value FROM address)) AND email <> '' AND user_id <> ''
    UNION ALL SELECT 'key', user_id FROM people_restrictedpair
        WHERE email = ANY(ARRAY(SELECT value FROM address))
    UNION ALL SELECT v.by, v.name FROM people_visitor AS v WHERE id = ANY(ARRAY(
        SELECT visitor_id FROM people_visitorspan
        WHERE contact_id = ANY(ARRAY(SELECT id FROM family))))
    UNION ALL SELECT one.what, one.value
        FROM met, LATERAL (VALUES (by, name), ('unnamed', unnamed)) AS one (what, value)
        WHERE EXISTS (SELECT FROM people_evidence AS e
                      WHERE e.visitor_id = met.id AND e.email = met.unnamed
                          AND e.recorded_at >= (SELECT min(at) FROM apart))
)
SELECT 'contact', id::text, at, lifted_at FROM way WHERE merged_into_id IS NULL
UNION ALL SELECT what, value, NULL, NULL FROM found
"""
_TIMES = """
WITH RECURSIVE family AS (
    SELECT id AS now, id FROM unnest(%s::bigint[]) AS id
    UNION SELECT family.now, c.id
    FROM family JOIN people_contact AS c ON c.merged_into_id = family.id
)
SELECT now, at, lifted_at FROM family JOIN people_restriction AS r ON r.contact_id = family.id
"""
