"""Evidence: what was said of visitors, and which contact has a key. Rows in, plain values out."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from accord.engine import identity as engine
from accord.engine.identity import Keys, Said
from accord.people.models import ErasedKey, Evidence, KeyChange, Visitor
from accord.platform.safekeeping import secrets

ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)  # the hour of all that is said of a server's person
OURS = 0  # no write key: a form of ours said it
LATER = timedelta(seconds=2)  # who adds a contact this very moment has ended by then
Words = tuple[int, str, str]  # visitor, address, id


@dataclass(frozen=True)
class Note:
    """One thing said of a visitor. email: clean or "". message: its id, as the client gave it."""

    visitor: Visitor
    email: str
    user_id: str
    is_known: bool
    at: datetime
    key_id: int
    message: str


def add(notes: Sequence[Note]) -> None:
    """Keep what was said; equal words within an hour are one row, whatever order they come in."""
    said = list(_without_the_erased(notes))
    if not said:
        return
    values: list[list[Any]] = [
        [each.visitor.pk for each in said],
        [each.email for each in said],
        [each.user_id for each in said],
        [_strength(each) for each in said],
        [_hour(each) for each in said],
        [each.at for each in said],
        [each.key_id for each in said],
        [each.message for each in said],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_ADD, [timezone.now(), *values])
        new = {(email, name) for email, name, made in cursor.fetchall() if made}
    _look_again(new)


def of(visitors: Collection[int]) -> list[Said]:
    """All that was said of these visitors and not rejected, with the moments at which something
    else was said than before: when the same was said again makes no difference.
    """
    with connection.cursor() as cursor:
        cursor.execute(_OF, [list(visitors)])
        return [_said(*row) for row in cursor.fetchall()]


def with_ids(user_ids: Collection[str]) -> list[Said]:
    """What was said of anybody with these ids and an address beside."""
    with connection.cursor() as cursor:
        cursor.execute(_PAIRS, [list(user_ids)])
        return [_said(*row) for row in cursor.fetchall()]


def keys(emails: Collection[str], user_ids: Collection[str]) -> Keys:
    """Who has these addresses and ids: whoever is there before whoever was deleted, and of a
    merged contact the one it is now.
    """
    with connection.cursor() as cursor:
        cursor.execute(_EMAILS, [list(emails)])
        by_email = dict(cursor.fetchall())
        cursor.execute(_USER_IDS, {"ids": list(user_ids)})
        by_id = dict(cursor.fetchall())
    return Keys(by_email, by_id)


def whole(visitors: Collection[int]) -> tuple[list[Said], set[Words]]:
    """All that was said of these visitors and not rejected, at every moment; and what was."""
    rows = list(Evidence.objects.filter(visitor__in=visitors))
    rejected = {_words(row) for row in rows if row.rejected_at}
    said = [
        Said(*_words(row), row.strength == Evidence.Strength.KNOWN, _moments(row))
        for row in rows
        if _words(row) not in rejected
    ]
    return said, rejected


def known_by(emails: Collection[str], user_ids: Collection[str], said: Iterable[Said] = ()) -> Keys:
    """Who has these keys, or whom an id that nobody has came with; also in what is said now."""
    pairs = [*with_ids(user_ids), *said]
    found = keys({*emails, *(each.email for each in pairs)}, user_ids)
    return engine.with_partners(found, pairs)


def touched(emails: Collection[str], user_ids: Collection[str]) -> list[int]:
    """The visitors for whom these keys matter, directly or by an id said with an address."""
    with connection.cursor() as cursor:
        cursor.execute(_TOUCHED, {"emails": list(emails), "ids": list(user_ids)})
        return [row[0] for row in cursor.fetchall()]


def forgotten(
    email: str, user_id: str, emails: Collection[str], ids: Collection[str], sign: str
) -> tuple[str, str]:
    """What stays of words once these addresses and ids are erased: see `engine.identity`."""
    row = Said(0, email, user_id, False, (ALWAYS,))
    gone = Keys(dict.fromkeys(emails, 0), dict.fromkeys(ids, 0))
    said = engine.forgotten(row, gone, sign)
    return said.email, said.user_id


def digest(key: str) -> str:
    """The keyed digest of an erased `email:` or `id:`."""
    secret = secrets.secret(settings.DATA, "suppression_key")
    return hmac.new(secret.encode(), f"identity:{key}".encode(), hashlib.sha256).hexdigest()


def _without_the_erased(notes: Sequence[Note]) -> Iterable[Note]:
    """The notes, those of people erased after they were said without their keys."""
    if not notes or not ErasedKey.objects.exists():
        return notes
    digests = {digest(f"email:{each.email}") for each in notes}
    digests |= {digest(f"id:{each.user_id}") for each in notes}
    gone = dict(ErasedKey.objects.filter(digest__in=digests).values_list("digest", "at"))

    def blank(note: Note) -> Note:
        emails = [note.email] if note.at <= gone.get(digest(f"email:{note.email}"), ALWAYS) else []
        ids = [note.user_id] if note.at <= gone.get(digest(f"id:{note.user_id}"), ALWAYS) else []
        sign = hashlib.sha256(f"{note.visitor.pk} {note.at} {note.message}".encode()).hexdigest()
        email, user_id = forgotten(note.email, note.user_id, emails, ids, sign[:16])
        return replace(note, email=email, user_id=user_id)

    return [said for note in notes if (said := blank(note)).email or said.user_id]


def _words(row: Evidence) -> Words:
    return row.visitor_id, row.email, row.user_id


def _moments(row: Evidence) -> tuple[datetime, ...]:
    return tuple(sorted({row.first_at, row.last_at, *row.moments}))


def _said(visitor: int, email: str, user_id: str, is_known: bool, moments: list[datetime]) -> Said:
    return Said(visitor, email, user_id, is_known, tuple(moments))


def _strength(note: Note) -> str:
    known = Evidence.Strength.KNOWN if note.is_known else Evidence.Strength.SAID
    return str(known)


def _hour(note: Note) -> datetime:
    return engine.hour(note.at) if note.visitor.by == Visitor.By.DEVICE else ALWAYS


def _look_again(new: Collection[tuple[str, str]]) -> None:
    """Have looked at in a moment: addresses nobody has (somebody may be adding the contact right
    now), and ids that now go with an address.
    """
    found = keys({email for email, _ in new if email}, {name for _, name in new if name})
    due = timezone.now() + LATER
    KeyChange.objects.bulk_create(
        KeyChange(email=email, user_id=name, due_at=due)
        for email, name in sorted(new)
        if (email and name) or not (email in found.emails or name in found.user_ids)
    )


# In order, and of those within one second the first and the last; none of a server's person, who
# is one at all times.
_MOMENTS = """ARRAY(SELECT DISTINCT unnest(ARRAY[min(moment), max(moment)])
    FROM unnest({moments}) AS moment WHERE {hour} > 'epoch'
    GROUP BY date_trunc('second', moment) ORDER BY 1)"""
_ADD = f"""
INSERT INTO people_evidence AS e (visitor_id, email, user_id, strength, hour, first_at, last_at,
                                  moments, key_id, message, recorded_at)
SELECT visitor, email, user_id, strength, hour, min(at), max(at),
    {_MOMENTS.format(moments="array_agg(at)", hour="hour")},
    (array_agg(key ORDER BY at, message))[1], (array_agg(message ORDER BY at, message))[1], %s
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::timestamptz[],
    %s::timestamptz[], %s::bigint[], %s::text[])
    AS said (visitor, email, user_id, strength, hour, at, key, message)
GROUP BY visitor, email, user_id, strength, hour
ORDER BY visitor, email, user_id, strength, hour
ON CONFLICT (visitor_id, email, user_id, strength, hour) DO UPDATE SET
    first_at = least(e.first_at, excluded.first_at),
    last_at = greatest(e.last_at, excluded.last_at),
    moments = {_MOMENTS.format(moments="_THERE || excluded.moments", hour="e.hour")},
    recorded_at = CASE WHEN e.email = '{engine.UNNAMED}' || e.visitor_id
        THEN excluded.recorded_at ELSE e.recorded_at END,
    (key_id, message) = (SELECT
        CASE WHEN (excluded.first_at, excluded.message) < (e.first_at, e.message)
             THEN excluded.key_id ELSE e.key_id END,
        CASE WHEN (excluded.first_at, excluded.message) < (e.first_at, e.message)
             THEN excluded.message ELSE e.message END)
WHERE excluded.last_at > e.last_at
    OR (excluded.first_at, excluded.message) < (e.first_at, e.message)
    OR NOT excluded.moments <@ (_THERE)
RETURNING email, user_id, xmax = 0
""".replace("_THERE", "e.moments || e.first_at || e.last_at")
# Of those said in one instant any may count: all of them are kept, and what comes next.
_OF = """
WITH mine AS (
    SELECT * FROM people_evidence AS e WHERE visitor_id = ANY(%s) AND NOT EXISTS (
        SELECT FROM people_evidence AS r WHERE r.visitor_id = e.visitor_id
            AND r.email = e.email AND r.user_id = e.user_id AND r.rejected_at IS NOT NULL)
), several AS (
    SELECT visitor_id FROM mine GROUP BY visitor_id HAVING count(DISTINCT (email, user_id)) > 1
), said AS (
    SELECT DISTINCT visitor_id, email, user_id, strength, moment
    FROM mine, unnest(moments || first_at || last_at) AS moment
    WHERE visitor_id IN (TABLE several)
), counted AS (
    SELECT *, count(*) OVER (PARTITION BY visitor_id, moment) > 1 AS at_once FROM said
), turns AS (
    SELECT *, at_once OR lag(at_once, 1, true) OVER told
        OR (lag(email) OVER told, lag(user_id) OVER told, lag(strength) OVER told)
            IS DISTINCT FROM (email, user_id, strength) AS counts
    FROM counted
    WINDOW told AS (PARTITION BY visitor_id ORDER BY moment, email, user_id, strength)
)
SELECT visitor_id, email, user_id, strength = 'known', array_agg(moment)
FROM turns WHERE counts GROUP BY visitor_id, email, user_id, strength
UNION ALL
SELECT visitor_id, email, user_id, strength = 'known', ARRAY[min(first_at)]
FROM mine WHERE visitor_id NOT IN (TABLE several)
GROUP BY visitor_id, email, user_id, strength
"""
_PAIRS = """
SELECT 0, email, user_id, strength = 'known', ARRAY[min(first_at)]
FROM people_evidence AS e WHERE user_id = ANY(%s) AND user_id <> '' AND email <> ''
    AND NOT EXISTS (
        SELECT FROM people_evidence AS r WHERE r.visitor_id = e.visitor_id
            AND r.email = e.email AND r.user_id = e.user_id AND r.rejected_at IS NOT NULL)
GROUP BY email, user_id, strength
"""
_NOW = """, way AS (
    SELECT key, id, merged_into_id FROM had
    UNION ALL
    SELECT way.key, c.id, c.merged_into_id
    FROM way JOIN people_contact AS c ON c.id = way.merged_into_id
) SELECT key, id FROM way WHERE merged_into_id IS NULL"""
_EMAILS = f"""
WITH RECURSIVE had AS (
    SELECT DISTINCT ON (a.value) a.value AS key, c.id, c.merged_into_id
    FROM people_address AS a JOIN people_contact AS c ON c.id = a.contact_id
    WHERE a.kind = 'email' AND a.value = ANY(%s)
    ORDER BY a.value, c.deleted_at IS NULL DESC, a.is_primary DESC, c.id
){_NOW}
"""
_OF_ID = "SELECT external_id AS key, id, merged_into_id, deleted_at FROM people_contact WHERE "
_USER_IDS = f"""
WITH RECURSIVE had AS (
    SELECT DISTINCT ON (key) key, id, merged_into_id FROM (
        {_OF_ID} external_id = ANY(%(ids)s) AND external_id <> '' AND deleted_at IS NULL
        UNION ALL
        {_OF_ID} external_id = ANY(%(ids)s) AND external_id <> '' AND deleted_at IS NOT NULL
    ) AS c ORDER BY key, deleted_at IS NULL DESC, id
){_NOW}
"""
_TOUCHED = """
WITH named AS (
    SELECT unnest(%(ids)s::text[]) AS user_id
    UNION SELECT user_id FROM people_evidence WHERE email = ANY(%(emails)s) AND email <> ''
), keyed AS (SELECT user_id FROM named WHERE user_id <> '')
SELECT visitor_id FROM people_evidence WHERE email = ANY(%(emails)s) AND email <> ''
UNION SELECT e.visitor_id FROM people_evidence AS e JOIN keyed USING (user_id)
    WHERE e.user_id <> ''
ORDER BY 1
"""
