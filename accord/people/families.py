"""Families: a contact and those that were merged into it."""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection

_FAMILY = """
WITH RECURSIVE family AS (
    SELECT unnest(%s::bigint[]) AS id
    UNION SELECT c.id FROM family JOIN people_contact AS c ON c.merged_into_id = family.id
)
SELECT id FROM family
"""
_ROOT = """
WITH RECURSIVE way AS (
    SELECT id, merged_into_id FROM people_contact WHERE id = %s
    UNION SELECT c.id, c.merged_into_id
    FROM way JOIN people_contact AS c ON c.id = way.merged_into_id
)
SELECT id FROM way WHERE merged_into_id IS NULL
"""


def of(contacts: Collection[int]) -> list[int]:
    """The ids of these contacts and of all that were merged into them."""
    with connection.cursor() as cursor:
        cursor.execute(_FAMILY, [list(contacts)])
        return sorted(row[0] for row in cursor.fetchall())


def root(contact: int) -> int | None:
    """The id of the contact this one is now: itself, or what it was merged into."""
    with connection.cursor() as cursor:
        cursor.execute(_ROOT, [contact])
        found = cursor.fetchone()
        return int(found[0]) if found else None
