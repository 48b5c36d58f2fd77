"""Families: a contact and those that were merged into it."""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection

_LOCK = "SELECT pg_advisory_xact_lock(hashtext('people.identity'))"
_FAMILY = """
WITH RECURSIVE family AS (
    SELECT unnest(%s::bigint[]) AS id
    UNION SELECT c.id FROM family JOIN people_contact AS c ON c.merged_into_id = family.id
)
SELECT id FROM family
"""
_ROOTS = """
WITH RECURSIVE way AS (
    SELECT id AS asked, id, merged_into_id FROM people_contact WHERE id = ANY(%s)
    UNION SELECT way.asked, c.id, c.merged_into_id
    FROM way JOIN people_contact AS c ON c.id = way.merged_into_id
)
SELECT asked, id FROM way WHERE merged_into_id IS NULL
"""


def alone() -> None:
    """Hold who anybody is taken for until the transaction ends: one changes it at a time.

    Whoever locks contacts as well locks them first.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOCK)


def of(contacts: Collection[int]) -> list[int]:
    """The ids of these contacts and of all that were merged into them."""
    with connection.cursor() as cursor:
        cursor.execute(_FAMILY, [list(contacts)])
        return sorted(row[0] for row in cursor.fetchall())


def root(contact: int) -> int | None:
    """The id of the contact this one is now: itself, or what it was merged into."""
    return roots([contact]).get(contact)


def roots(contacts: Collection[int]) -> dict[int, int]:
    """The id of the contact each of these is now, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(_ROOTS, [list(contacts)])
        return {int(asked): int(now) for asked, now in cursor.fetchall()}
