"""People who look alike: proposed on the record, merged or told apart by a person only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from accord.engine import likeness as engine
from accord.people import records
from accord.people.models import Address, Affiliation, Contact, NotTheSame
from accord.platform.models import User
from accord.platform.trail import audit

MOST = 4
MANY = 20  # a number or a name that more people have tells nothing
_WHY = {
    "email": "An address that is nearly the same: {}",
    "phone": "The same phone number: {}",
    "name": "The same name, at {}",
}


@dataclass(frozen=True)
class Alike:
    """A contact that looks like another one, and why, the strongest reason first."""

    contact: Contact
    reasons: tuple[str, ...]


def of(contact: Contact, user: User) -> list[Alike]:
    """The contacts this person may see that look like this one and were not told apart from it.

    Alike is: an e-mail address one slip of the keys away, the same phone number, the same name at
    the same company. A number or a name that many people have counts for nothing.
    """
    emails = contact.addresses.filter(kind=Address.Kind.EMAIL).values_list("value", flat=True)
    near = sorted({each for email in emails for each in engine.near(email)})
    with connection.cursor() as cursor:
        cursor.execute(_ALIKE, {"contact": contact.pk, "near": near, "many": MANY})
        found: dict[int, dict[str, str]] = {}
        for pk, why, what in cursor.fetchall():
            found.setdefault(pk, {})[why] = what
    seen = Contact.objects.visible_to(user).in_bulk(found)
    told = [
        Alike(seen[pk], tuple(_WHY[why].format(found[pk][why]) for why in _WHY if why in found[pk]))
        for pk in found
        if pk in seen
    ]
    return sorted(told, key=lambda each: (-len(each.reasons), each.contact.pk))[:MOST]


@transaction.atomic
def tell_apart(contact: Contact, other: Contact, *, by: User | None) -> None:
    """Note that two contacts are two, so that neither is proposed for the other again.

    Twice does nothing. Raises Forbidden unless `by` may write the first.
    """
    records.permissions_of(contact, by)
    one, two = sorted((contact.pk, other.pk))
    if one == two:
        return
    _, made = NotTheSame.objects.get_or_create(
        one_id=one, other_id=two, defaults={"at": timezone.now(), "by": by}
    )
    if made:
        audit.record("contact.told_apart", contact, by=by, other=other.pk)


def companies(contacts: list[Contact]) -> dict[int, str]:
    """The name of the company of each of these contacts that has one."""
    mine: Any = Affiliation.objects.filter(contact__in=contacts, is_primary=True)
    return dict(mine.values_list("contact_id", "company__name"))


_ALIKE = """
WITH me AS (SELECT id, name FROM people_contact WHERE id = %(contact)s),
phones AS (
    SELECT a.value FROM people_address AS a
    WHERE a.contact_id = %(contact)s AND a.kind = 'phone'
        AND (SELECT count(*) FROM people_address AS o
             WHERE o.kind = 'phone' AND o.value = a.value) <= %(many)s
), alike AS (
    SELECT contact_id AS id, 'email' AS why, value AS what FROM people_address
    WHERE kind = 'email' AND value = ANY(%(near)s)
    UNION ALL
    SELECT a.contact_id, 'phone', a.value FROM people_address AS a JOIN phones USING (value)
    WHERE a.kind = 'phone'
    UNION ALL
    SELECT c.id, 'name', o.name FROM me
    JOIN people_affiliation AS m ON m.contact_id = me.id
    JOIN people_affiliation AS a ON a.company_id = m.company_id AND a.contact_id <> me.id
    JOIN people_company AS o ON o.id = m.company_id AND o.deleted_at IS NULL
    JOIN people_contact AS c ON c.id = a.contact_id AND lower(c.name) = lower(me.name)
    WHERE me.name <> ''
)
SELECT DISTINCT ON (id, why) id, why, what FROM alike
WHERE id <> %(contact)s AND NOT EXISTS (
    SELECT FROM people_notthesame AS n
    WHERE n.one_id = least(alike.id, %(contact)s) AND n.other_id = greatest(alike.id, %(contact)s))
ORDER BY id, why, what
"""
