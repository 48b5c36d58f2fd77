"""Which visit (session) an event belongs to, also when an earlier one arrives later."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import connection
from django.utils import timezone

from accord.engine.capture import sessions
from accord.engine.capture.sessions import Moment
from accord.platform.trail import logbooks

THERE = """
SELECT event.visitor_id, event.id, event.happened_at, event.campaign, event.session_id
FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[]) AS day (visitor, since, until)
JOIN platform_event AS event ON event.visitor_id = day.visitor
    AND event.happened_at >= day.since AND event.happened_at < day.until
WHERE event.happened_at >= %s AND event.happened_at < %s AND event.session_id IS NOT NULL
"""
MOVE = """
UPDATE platform_event AS event SET session_id = said.session
FROM unnest(%s::bigint[], %s::timestamptz[], %s::bigint[]) AS said (id, at, session)
WHERE event.id = said.id AND event.happened_at = said.at
"""


@dataclass(frozen=True)
class Step:
    """A new event of a visitor's device."""

    visitor: int
    at: datetime
    campaign: str


def sort(steps: Sequence[Step]) -> list[int]:
    """The session of each new event; those that are there move where a new one joins them.

    A session lies within one day of the company, so the days of the new events are cut afresh.
    """
    zone = timezone.get_current_timezone()
    days: dict[tuple[int, date], list[Moment]] = defaultdict(list)
    for n, step in enumerate(steps):
        day = (step.visitor, timezone.localdate(step.at, zone))
        days[day].append(Moment(-1 - n, step.at, step.campaign))
    was: dict[int, tuple[datetime, int]] = {}
    for visitor, pk, at, campaign, session in _there(days):
        days[visitor, timezone.localdate(at, zone)].append(Moment(pk, at, campaign))
        was[pk] = (at, session)
    now: dict[int, int] = {}
    for moments in days.values():
        now |= sessions.cut(moments, zone)
    _move({pk: (was[pk][0], now[pk]) for pk in was if was[pk][1] != now[pk]})
    return [now[-1 - n] for n in range(len(steps))]


def _there(days: Iterable[tuple[int, date]]) -> list[tuple[int, int, datetime, str, int]]:
    spans = [(visitor, _begin(day), _begin(day + timedelta(days=1))) for visitor, day in days]
    if not spans:
        return []
    first, last = min(each[1] for each in spans), max(each[2] for each in spans)
    with connection.cursor() as cursor:
        cursor.execute(THERE, [*map(list, zip(*spans, strict=True)), first, last])
        return list(cursor.fetchall())


def _begin(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def _move(moved: Mapping[int, tuple[datetime, int]]) -> None:
    if not moved:
        return
    with logbooks.following(), connection.cursor() as cursor:
        values = [list(each) for each in zip(*moved.values(), strict=True)]
        cursor.execute(MOVE, [list(moved), *values])
