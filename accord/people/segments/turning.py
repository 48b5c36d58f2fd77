"""Letting people in and out: the membership, its event and the size, in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from accord.people.models import Segment
from accord.platform.events import names, partitions
from accord.platform.models import User

names.declare("segment.entered", "Entered a segment", team="marketing", icon="chart-pie")
names.declare("segment.left", "Left a segment", team="marketing", icon="chart-pie")

Pair = tuple[int, int]  # a segment's id and a contact's


_ROOM = """SELECT set_config('max_parallel_workers_per_gather', '0', true), set_config('work_mem',
greatest(pg_size_bytes('64MB'), pg_size_bytes(current_setting('work_mem'))) / 1024 || 'kB', true)"""


@dataclass(frozen=True)
class Turnover:
    """How many entered and left a segment in one go."""

    entered: int
    left: int


# Whose record is restricted, itself or by one that was merged into it: rules leave them where
# they are (GDPR article 18).
FROZEN = """
WITH RECURSIVE way (id) AS (
    SELECT contact_id FROM people_restriction WHERE lifted_at IS NULL
    UNION SELECT contact.merged_into_id FROM way JOIN people_contact AS contact USING (id)
    WHERE contact.merged_into_id IS NOT NULL
)
SELECT id FROM way JOIN people_contact USING (id) WHERE deleted_at IS NULL
"""
_NOBODY = "SELECT NULL::bigint WHERE false"
# Who entered and who is gone is told as events. One row a segment: how many of each.
_TOLD = """
turned AS (
    SELECT 'segment.entered' AS name, segment_id, contact_id FROM entered
    UNION ALL
    SELECT 'segment.left', segment_id, contact_id FROM gone
),
told AS (
    INSERT INTO platform_event (name, happened_at, recorded_at, team, contact_id, user_id,
        properties)
    SELECT name, %(as_of)s, clock_timestamp(), 'marketing', contact_id, %(by_user)s::bigint,
        jsonb_build_object('segment', segment_id)
    FROM turned
)
SELECT segment_id, count(*) FILTER (WHERE name = 'segment.entered'),
    count(*) FILTER (WHERE name = 'segment.left')
FROM turned GROUP BY segment_id
"""
# `wanted` holds the ids of those who shall be members, `frozen` of those who stay as they are.
_WHOLE = f"""
WITH wanted (id) AS MATERIALIZED ({{wanted}}),
frozen (id) AS MATERIALIZED ({{frozen}}),
entered AS (
    INSERT INTO people_membership (segment_id, contact_id, since)
    SELECT %(of_segment)s, id, %(as_of)s FROM wanted
    WHERE id NOT IN (SELECT id FROM frozen)
    ON CONFLICT (segment_id, contact_id) DO NOTHING
    RETURNING segment_id, contact_id
),
gone AS (
    DELETE FROM people_membership AS member
    WHERE segment_id = %(of_segment)s
        AND NOT EXISTS (SELECT FROM wanted WHERE id = member.contact_id)
        AND contact_id NOT IN (SELECT id FROM frozen)
    RETURNING segment_id, contact_id
),
{_TOLD}
"""
# Pairs of segment and contact; a contact that was deleted just now stays out.
_PAIRS = f"""
WITH there AS (
    SELECT id FROM people_contact WHERE id = ANY(%(in_contacts)s) FOR KEY SHARE
),
entered AS (
    INSERT INTO people_membership (segment_id, contact_id, since)
    SELECT segment, contact, %(as_of)s
    FROM unnest(%(in_segments)s::bigint[], %(in_contacts)s::bigint[]) AS pair (segment, contact)
    WHERE contact IN (SELECT id FROM there)
    ON CONFLICT (segment_id, contact_id) DO NOTHING
    RETURNING segment_id, contact_id
),
gone AS (
    DELETE FROM people_membership AS member
    USING unnest(%(out_segments)s::bigint[], %(out_contacts)s::bigint[]) AS pair (segment, contact)
    WHERE member.segment_id = pair.segment AND member.contact_id = pair.contact
    RETURNING member.segment_id, member.contact_id
),
{_TOLD}
"""
_SIZE = """
WITH sized AS (
    UPDATE people_segment SET size = CASE WHEN %(counted)s THEN
            (SELECT count(*) FROM people_membership WHERE segment_id = %(segment)s)
        ELSE greatest(0, size + %(entered)s - %(left)s) END
    WHERE id = %(segment)s RETURNING size
)
INSERT INTO people_segmentsize AS known (segment_id, day, size, entered, "left")
SELECT %(segment)s, %(day)s, size, %(entered)s, %(left)s FROM sized
ON CONFLICT (segment_id, day) DO UPDATE SET size = excluded.size,
    entered = known.entered + excluded.entered, "left" = known."left" + excluded."left"
"""


def hold_memberships() -> None:
    """Nobody else evaluates or changes a rule until the transaction ends. Before any segment."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('people_membership'))")


def make_room() -> None:
    """Let this transaction group what a large company did in memory.

    What two processes grouped, and no longer fits into memory where it is put together, PostgreSQL
    takes apart again and again: minutes, not seconds. One process gets it done with spilling too.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ROOM)


def whole(
    segment: Segment, sql: str, parameters: Mapping[str, Any], now: datetime, *, by: User | None
) -> Turnover:
    """Make those the query selects the members of a segment, nobody else.

    Where a rule selects, the restricted stay in or out; lists are filled by hand.
    """
    make_room()
    given: dict[str, Any] = {"of_segment": segment.pk, **_given(now, by)}
    frozen = _NOBODY if segment.rule is None else FROZEN
    found = _turn(_WHOLE.format(wanted=sql, frozen=frozen), {**parameters, **given}, now)
    turnover = found.get(segment.pk, Turnover(0, 0))
    _size(segment.pk, turnover, now, counted=True)
    return turnover


def pairs(entering: Iterable[Pair], leaving: Iterable[Pair], now: datetime) -> None:
    """Let each of the one in and each of the other out. Who is in or out already stays so."""
    goes_in, goes_out = sorted(entering), sorted(leaving)
    if not goes_in and not goes_out:
        return
    given = _given(now, None)
    given |= {"in_segments": [s for s, _ in goes_in], "in_contacts": [c for _, c in goes_in]}
    given |= {"out_segments": [s for s, _ in goes_out], "out_contacts": [c for _, c in goes_out]}
    for segment, turnover in sorted(_turn(_PAIRS, given, now).items()):
        _size(segment, turnover, now, counted=False)


def recount(segment: Segment, now: datetime) -> None:
    """Count the members: deleted records leave without a word."""
    _size(segment.pk, Turnover(0, 0), now, counted=True)


def _given(now: datetime, by: User | None) -> dict[str, Any]:
    return {"as_of": now, "by_user": by.pk if by else None}


def _turn(sql: str, given: Mapping[str, Any], now: datetime) -> dict[int, Turnover]:
    partitions.ensure([now.date()])
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return {segment: Turnover(*counts) for segment, *counts in cursor.fetchall()}


def _size(segment: int, turnover: Turnover, now: datetime, *, counted: bool) -> None:
    given = {"segment": segment, "entered": turnover.entered, "left": turnover.left}
    day = timezone.localtime(now).date()
    with connection.cursor() as cursor:
        cursor.execute(_SIZE, {**given, "day": day, "counted": counted})
