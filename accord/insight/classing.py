"""The channels of past visits by the rules of today: first what would change, then the change.

Both go through the event log in steps that commit, so they can be killed and go on. A visit is
classed by what its page told then, its address and referrer; a page whose address is not kept
any more (an erased person's) stays as it was classed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from accord.engine.capture import landings, rules
from accord.engine.capture.rules import Rule
from accord.engine.errors import Refused
from accord.insight import attribution
from accord.insight.models import Classing, Credit
from accord.people.origins import channel_rules, channels
from accord.platform.access import permissions
from accord.platform.models import Event, User
from accord.platform.queue import work
from accord.platform.trail import audit, logbooks

JOB = "channels.class_past"
STEP = 2_000  # events
SAMPLES = 5  # of each change
State = Classing.State
_MOVED = (
    *("state", "reached", "looked", "changed", "credited", "changes"),
    *("first_at", "last_at", "finished_at"),
)

PAGES = """
SELECT id, happened_at, channel, properties ->> 'url', coalesce(properties ->> 'referrer', '')
FROM platform_event
WHERE id > %s AND id <= %s AND name = 'page.viewed' AND visitor_id IS NOT NULL
    AND actor <> 'bot' AND properties ->> 'url' <> ''
ORDER BY id LIMIT %s
"""
SET = """
UPDATE platform_event AS event SET channel = said.channel
FROM unnest(%s::bigint[], %s::timestamptz[], %s::text[], %s::text[]) AS said (id, at, was, channel)
WHERE event.id = said.id AND event.happened_at = said.at AND event.channel = said.was
"""


class UnderWay(Refused):
    """The past is being looked at or classed already. Wait until that has ended."""


class NotSeen(Refused):
    """Look first at what would change: this was not looked at, or is done already."""


class RulesChanged(Refused):
    """The rules changed since this was looked at. Look again at what would change."""


class _Said(TypedDict):
    part: str
    how: str
    words: list[str]
    channel: str


@dataclass(frozen=True)
class Change:
    """An event that the rules class otherwise."""

    event: int
    at: datetime
    was: str
    channel: str


@transaction.atomic
def look(*, by: User) -> Classing:
    """Ask the worker what the rules of today would change of the past. Raises Forbidden, UnderWay.

    Nothing of the past changes.
    """
    permissions.require(by, channel_rules.MAY)
    _alone()
    until = Event.objects.aggregate(last=Max("pk"))["last"] or 0
    run = Classing.objects.create(rules=_said(channel_rules.current()), until=until, by=by)
    work.enqueue(JOB, payload={"classing": run.pk}, key=f"{JOB}:{run.pk}")
    return run


@transaction.atomic
def start(run: Classing, *, by: User) -> None:
    """Ask the worker to set anew what was found. Raises Forbidden, UnderWay, NotSeen, RulesChanged.

    Run twice, the second time is refused.
    """
    permissions.require(by, channel_rules.MAY)
    _alone()
    if run.rules != _said(channel_rules.current()):
        raise RulesChanged
    seen = Classing.objects.filter(pk=run.pk, state=State.SEEN)
    if not seen.update(state=State.RUNNING, reached=0, looked=0, by=by):
        raise NotSeen
    audit.record("channels.past_classed", run, by=by, events=run.found)
    work.enqueue(JOB, payload={"classing": run.pk}, key=f"{JOB}:{run.pk}")


def work_off(pk: int) -> None:
    """Look, or set anew, as the run says, in steps that commit. Safe to call twice."""
    while True:
        with transaction.atomic():
            work.fence()
            if not _step(pk):
                return


def latest() -> Classing | None:
    """The last run, as far as it is."""
    return Classing.objects.order_by("-pk").first()


def _step(pk: int) -> bool:
    """The next events; False when none is left."""
    run = Classing.objects.select_for_update().get(pk=pk)
    if not run.is_under_way:
        return False
    with connection.cursor() as cursor:
        cursor.execute(PAGES, [run.reached, run.until, STEP])
        rows = cursor.fetchall()
    found = _classed(rows, _rules(run.rules))
    if run.state == State.RUNNING:
        run.changed += _set(found)
    else:
        _note(run, found)
    run.looked += len(rows)
    run.reached = rows[-1][0] if rows else run.until
    if len(rows) < STEP:
        _end(run)
    run.save(update_fields=list(_MOVED))
    return run.is_under_way


def _classed(
    rows: Sequence[tuple[int, datetime, str, str, str]], own: Sequence[Rule]
) -> list[Change]:
    found: list[Change] = []
    for event, at, was, url, referrer in rows:
        channel, _ = channels.came_by(landings.read(url, referrer), own)
        if channel != was:
            found.append(Change(event, at, was, channel))
    return found


def _set(found: Sequence[Change]) -> int:
    if not found:
        return 0
    columns = (
        [each.event for each in found],
        [each.at for each in found],
        [each.was for each in found],
        [each.channel for each in found],
    )
    with logbooks.classing(), connection.cursor() as cursor:
        cursor.execute(SET, columns)
        return int(cursor.rowcount)


def _note(run: Classing, found: Sequence[Change]) -> None:
    counted = {(was, channel): (count, ids) for was, channel, count, ids in run.changes}
    for each in found:
        count, ids = counted.get((each.was, each.channel), (0, []))
        some = [*ids, each.event] if len(ids) < SAMPLES else ids
        counted[each.was, each.channel] = (count + 1, some)
    most_first = sorted(counted.items(), key=lambda item: (-item[1][0], item[0]))
    run.changes = [[*pair, count, ids] for pair, (count, ids) in most_first]
    earned = Credit.objects.filter(event_id__in=[each.event for each in found])
    run.credited += earned.values("event_id").distinct().count()
    moments = [each.at for each in found] + [at for at in (run.first_at, run.last_at) if at]
    if moments:
        run.first_at, run.last_at = min(moments), max(moments)


def _end(run: Classing) -> None:
    run.finished_at = timezone.now()
    if run.state == State.RUNNING:
        run.state = State.DONE
        attribution.ask(afresh=True)
    else:
        run.state = State.SEEN


def _said(own: Sequence[Rule]) -> list[_Said]:
    return [
        _Said(part=each.part, how=each.how, words=list(each.words), channel=each.channel)
        for each in own
    ]


def _rules(said: Sequence[_Said]) -> list[Rule]:
    return [
        Rule(
            rules.Part(each["part"]),
            rules.How(each["how"]),
            tuple(each["words"]),
            each["channel"],
        )
        for each in said
    ]


def _alone() -> None:
    """Whoever else would look or start waits, and then finds this one under way."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('insight.classing'))")
    if Classing.objects.filter(state__in=[State.LOOKING, State.RUNNING]).exists():
        raise UnderWay
