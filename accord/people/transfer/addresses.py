"""Addresses of imported contacts: every e-mail address and phone number is a row of its own."""

from __future__ import annotations

from accord.people.models import Address
from accord.platform.transfer.targets import Batch, Statements

_ADD = """
INSERT INTO people_address (contact_id, kind, value, label, is_primary)
SELECT s.object_id, %(kind)s, s.{column}, '', {primary} FROM {stage} AS s
WHERE {new} AND s.{column} IS NOT NULL
    AND ({primary} OR NOT EXISTS (
        SELECT 1 FROM people_address AS a WHERE a.kind = %(kind)s AND a.value = s.{column}))
ON CONFLICT DO NOTHING
"""
# As where a person corrects the field: an address the contact has becomes the primary one,
# another one takes the place of the primary one.
_MIRROR = (
    """
UPDATE people_address AS a SET is_primary = false FROM people_contact AS c
WHERE c.id = a.contact_id AND c.id = ANY(%(ids)s) AND a.kind = %(kind)s AND a.is_primary
    AND a.value <> c.{column} AND (c.{column} = '' OR EXISTS (
        SELECT 1 FROM people_address AS o
        WHERE o.contact_id = c.id AND o.kind = a.kind AND o.value = c.{column}))
""",
    """
UPDATE people_address AS a SET is_primary = true FROM people_contact AS c
WHERE c.id = a.contact_id AND c.id = ANY(%(ids)s) AND a.kind = %(kind)s AND NOT a.is_primary
    AND a.value = c.{column}
""",
    """
UPDATE people_address AS a SET value = c.{column} FROM people_contact AS c
WHERE c.id = a.contact_id AND c.id = ANY(%(ids)s) AND a.kind = %(kind)s AND a.is_primary
    AND a.value <> c.{column}
""",
    """
INSERT INTO people_address (contact_id, kind, value, label, is_primary)
SELECT c.id, %(kind)s, c.{column}, '', true FROM people_contact AS c
WHERE c.id = ANY(%(ids)s) AND c.{column} <> '' AND NOT EXISTS (
    SELECT 1 FROM people_address AS a WHERE a.contact_id = c.id AND a.kind = %(kind)s
        AND a.is_primary)
""",
)


def add(batch: Batch) -> None:
    """The addresses of new contacts, and of those whose own were changed."""
    for kind in Address.Kind.values:
        if batch.has(kind):
            _add(batch, kind, column=kind, primary=True)
        if batch.has(f"other_{kind}"):
            _add(batch, kind, column=f"other_{kind}", primary=False)
    mirror(batch)


def mirror(here: Statements) -> None:
    """Make the primary address what the contact's own column says, where that was changed."""
    for kind in Address.Kind.values:
        rows = here.ask("SELECT DISTINCT object_id FROM {change} WHERE field = %(f)s", f=kind)
        for statement in _MIRROR if rows else ():
            here.run(statement.replace("{column}", kind), ids=[row[0] for row in rows], kind=kind)


def _add(batch: Batch, kind: str, *, column: str, primary: bool) -> None:
    text = _ADD.replace("{column}", column).replace("{primary}", "true" if primary else "false")
    batch.run(text, kind=kind)
