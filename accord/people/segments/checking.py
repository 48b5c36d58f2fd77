"""Whether live membership is what a full evaluation finds at the same instant."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from accord.engine import segments as engine
from accord.engine.segments import BadRule
from accord.people.models import Segment
from accord.people.segments import members, turning
from accord.platform import doctor
from accord.platform.doctor import Finding
from accord.platform.lake import snapshots
from accord.platform.queue import work

logger = logging.getLogger(__name__)

# Those that wait to be asked do not count: their answer is not in yet. Nor do the restricted.
_APART = """
WITH wanted (id) AS MATERIALIZED ({wanted}),
waiting (id) AS ({waiting}),
there (id) AS (
    SELECT contact_id FROM people_membership WHERE segment_id = %(of_segment)s
),
missing AS (SELECT id FROM wanted EXCEPT SELECT id FROM there EXCEPT SELECT id FROM waiting),
too_many AS (SELECT id FROM there EXCEPT SELECT id FROM wanted EXCEPT SELECT id FROM waiting)
SELECT (SELECT count(*) FROM missing), (SELECT count(*) FROM too_many)
"""


_WAITING = f"""
SELECT contact_id FROM people_changedperson WHERE due_at IS NULL OR due_at <= %(as_of)s
UNION SELECT contact_id FROM people_membershipturn
WHERE segment_id = %(of_segment)s AND due_at <= %(as_of)s
UNION ({turning.FROZEN})
"""
Select = Callable[[engine.Rule, datetime], set[int]]
Lake = Callable[[], AbstractContextManager[Select]]
_lakes: list[Lake] = []


@dataclass(frozen=True)
class Difference:
    """How many should be in a segment and are not, and the other way round."""

    segment: Segment
    missing: int
    too_many: int

    @property
    def differed(self) -> int:
        return self.missing + self.too_many


def check() -> list[Difference]:
    """Evaluate every segment in full and compare, all in one snapshot; changes nothing.

    Segments that wait to be evaluated, and those whose rule asks for what is gone, are left out.
    """
    with snapshots.snapshot():
        there = _settled()
        return _differences(there, timezone.now())  # not before: who turned until then is seen


def check_at(now: datetime) -> list[Difference]:
    """`check` in the caller's transaction, as of an instant nothing was evaluated after."""
    return _differences(_settled(), now)


def check_lake() -> list[Difference]:
    """`check`, with everybody asked of the lake, all in one snapshot."""
    found = []
    with _lakes[0]() as select:
        there = _settled()
        now = timezone.now()  # not before: who turned until then is seen
        for segment in there:
            with contextlib.suppress(BadRule):
                wanted = select(engine.from_json(segment.rule), now)
                found.append(_apart(segment, wanted, now))
    return found


def nightly(now: datetime) -> None:
    """Compare, keep what was found for the doctor, and evaluate anew what differed.

    now: when it was checked, for the record; what is compared is of the moment it is read.
    """
    for found in check_lake() if _lakes else check():
        with transaction.atomic():
            work.fence()
            turning.hold_memberships()
            turning.recount(found.segment, now)
            kept = Segment.objects.filter(pk=found.segment.pk)
            kept.update(checked_at=now, differed=found.differed)
            if found.differed:
                kept.update(stale_at=now)
                seen = {"segment": found.segment.pk, "missing": found.missing}
                logger.error("segment differs", extra={**seen, "too_many": found.too_many})


def alarms() -> Iterable[Segment]:
    """The segments whose last check found a difference."""
    return Segment.objects.current().filter(differed__gt=0).order_by("name")


def finding() -> Finding:
    """Live membership was what a full evaluation found, when it was checked last."""
    apart = list(alarms())
    if not apart:
        return Finding("segments", True, "Members of segments are those their rules select.")
    names = ", ".join(f"{each.name} ({each.differed:,})" for each in apart[:5])
    advice = "They were evaluated anew. Look with: accord segment check. Please report it."
    return Finding("segments", False, f"The last check found wrong members in {names}.", advice)


def register(lake: Lake) -> None:
    """Have the doctor tell it. lake: how everybody is asked of the lake, in one snapshot."""
    doctor.offer(finding)
    _lakes[:] = [lake]


def _settled() -> list[Segment]:
    return [each for each in members.in_order() if each.stale_at is None]


def _differences(segments: Iterable[Segment], now: datetime) -> list[Difference]:
    return [found for segment in segments if (found := _compare(segment, now))]


def _compare(segment: Segment, now: datetime) -> Difference | None:
    try:
        query = members.compiled(segment, now)
    except BadRule:
        return None
    given = {**query.parameters, "of_segment": segment.pk, "as_of": now}
    with connection.cursor() as cursor:
        cursor.execute(_APART.format(wanted=query.sql, waiting=_WAITING), given)
        missing, too_many = cursor.fetchone()
    return Difference(segment, missing, too_many)


def _apart(segment: Segment, wanted: set[int], now: datetime) -> Difference:
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, {"of_segment": segment.pk, "as_of": now})
        waiting = {row[0] for row in cursor.fetchall()}
    there = set(segment.memberships.values_list("contact", flat=True))
    return Difference(segment, len(wanted - there - waiting), len(there - wanted - waiting))
