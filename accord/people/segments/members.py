"""Who is in a segment: worked out by its rule, or put on a list by hand."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from accord.engine import segments as engine
from accord.engine.errors import Refused
from accord.engine.segments import BadRule, references, timely
from accord.engine.segments.times import Clock
from accord.people.models import Contact, Segment
from accord.people.models.contact import ContactQuerySet
from accord.people.segments import saving, tables, turning
from accord.platform.models import User
from accord.platform.queue import work
from accord.platform.trail import audit

logger = logging.getLogger(__name__)

WAIT = timedelta(seconds=10)


class ByRule(Refused):
    """A rule says who is in this segment. Change the rule, or make a list."""


_LISTED = "SELECT contact_id FROM people_membership WHERE segment_id = %(of_segment)s"
_ADDED = f"{_LISTED} UNION SELECT id FROM people_contact WHERE id = ANY(%(people)s)"
_REMOVED = f"{_LISTED} AND NOT contact_id = ANY(%(people)s)"


@transaction.atomic
def evaluate(segment: Segment, now: datetime | None = None) -> turning.Turnover:
    """Let everybody in or out as the rule says at this moment, and tell it as events.

    now: the moment meant where it is another one; without it, it is taken once nobody else lets
    people in or out, so that whoever came in meanwhile is seen.
    Segments the rule asks for count as they stand; those that ask for this one wait to be
    evaluated where somebody entered or left. An archived segment and a list stay as they are.
    Raises BadRule where the rule asks for what is no longer there.
    """
    turning.hold_memberships()
    now = now or timezone.now()
    again = None if nobody_overlooked() else now + WAIT
    there = {each.pk: each for each in saving.held() if each.rule is not None}
    held = there.get(segment.pk)
    if held is None:
        return turning.Turnover(0, 0)
    rule = engine.from_json(held.rule)
    query = compiled_rule(rule, now)
    turnover = turning.whole(held, query.sql, query.parameters, now, by=None)
    _ask_again(held, timely.may_turn(rule), now)
    Segment.objects.filter(pk=held.pk).update(evaluated_at=now, stale_at=again)
    if turnover != turning.Turnover(0, 0):
        users = saving.used_in(held, list(there.values()))
        Segment.objects.filter(pk__in=[each.pk for each in users]).update(stale_at=now)
    return turnover


def evaluate_alone(segment: Segment, now: datetime | None = None) -> None:
    """`evaluate` in a transaction of its own; a rule that asks for what is gone waits no more."""
    try:
        with transaction.atomic():
            work.heed()
            evaluate(segment, now)
            work.fence()  # not before: it holds the job's row, whose lease is extended meanwhile
    except BadRule as problem:
        Segment.objects.filter(pk=segment.pk).update(stale_at=None)
        seen = {"segment": segment.pk, "at": problem.path}
        logger.warning("segment not evaluated", extra=seen)


def in_order() -> list[Segment]:
    """Every segment by a rule that is in use, after those it asks for."""
    there = {each.pk: each for each in Segment.objects.current().dynamic()}
    rules = {id: engine.from_json(each.rule) for id, each in there.items()}
    return [there[id] for id in references.order(rules)]


def compiled(segment: Segment, now: datetime) -> Any:
    """The query for the people a segment's rule selects at this moment. Raises BadRule."""
    return compiled_rule(engine.from_json(segment.rule), now)


def selected(rule: engine.Rule, now: datetime) -> set[int]:
    """Everybody a rule selects at this moment. Raises BadRule."""
    with transaction.atomic():
        turning.make_room()
        return _ids(compiled_rule(rule, now))


def among(rule: engine.Rule, people: Iterable[int], now: datetime) -> set[int]:
    """Those of these people that a rule selects now. Raises BadRule."""
    return _ids(compiled_rule(rule, now, people))


def _ids(query: Any) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(query.sql, query.parameters)
        return {row[0] for row in cursor.fetchall()}


def nobody_overlooked() -> bool:
    """Whether no transaction still runs that noted nobody because there was no segment."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('people_changedperson'))")
        return bool(cursor.fetchone()[0])


@transaction.atomic
def add(segment: Segment, *, people: Iterable[int], by: User | None) -> int:
    """Put people on a list by id; gives how many were not on it. Raises Forbidden or ByRule.

    Only people `by` may read are added.
    """
    return _relist(segment, _ADDED, people, by).entered


@transaction.atomic
def remove(segment: Segment, *, people: Iterable[int], by: User | None) -> int:
    """Take people off a list by id; gives how many were on it. Raises Forbidden or ByRule."""
    return _relist(segment, _REMOVED, people, by).left


@transaction.atomic
def copy_static(segment: Segment, *, name: str, by: User | None) -> Segment:
    """Make a list of those who are in a segment now.

    Raises Forbidden, Archived, Unnamed or NameTaken.
    """
    segment.refresh_from_db()
    if segment.archived_at:
        raise saving.Archived
    made = saving.create(name=name, by=by)
    now, copied = timezone.now(), {"copied": segment.pk}
    turning.whole(made, _LISTED.replace("of_segment", "copied"), copied, now, by=by)
    return made


def people(segment: Segment) -> ContactQuerySet:
    """The contacts in a segment that are not deleted."""
    return Contact.objects.alive().filter(pk__in=segment.memberships.values("contact"))


def count(rule: engine.Rule, now: datetime) -> int:
    """How many people a rule selects at this moment. Raises BadRule."""
    query = compiled_rule(rule, now)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({query.sql}) AS wanted", query.parameters)
        return int(cursor.fetchone()[0])


def _relist(segment: Segment, sql: str, people: Iterable[int], by: User | None) -> turning.Turnover:
    saving.may_write(by)
    held = Segment.objects.current().select_for_update().filter(pk=segment.pk).first()
    if held is None:
        raise saving.Archived
    if held.kind == Segment.Kind.DYNAMIC:
        raise ByRule
    seen = Contact.objects.alive() if by is None else Contact.objects.visible_to(by)
    ids = list(seen.filter(pk__in=list(people)).values_list("pk", flat=True))
    turnover = turning.whole(held, sql, {"people": ids}, timezone.now(), by=by)
    verb = "segment.people_added" if sql == _ADDED else "segment.people_removed"
    audit.record(verb, held, by=by, people=turnover.entered + turnover.left)
    return turnover


def compiled_rule(rule: engine.Rule, now: datetime, people: Iterable[int] | None = None) -> Any:
    """The query for the people a rule selects now, of these where they are given."""
    from accord.engine.segments.sql import compile_rule  # loads SQLGlot

    clock = Clock(now, timezone.get_default_timezone())
    return compile_rule(rule, tables.operational(), clock, people=people)


def _ask_again(segment: Segment, whom: engine.Rule, now: datetime) -> None:
    """Have those whose answer time may turn asked one by one when that is."""
    query = compiled_rule(whom, now)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO people_membershipturn (segment_id, contact_id, due_at)"
            f" SELECT %(of_segment)s, id, %(as_of)s FROM ({query.sql}) AS wanted (id)"
            f" ON CONFLICT (segment_id, contact_id) DO NOTHING",
            {**query.parameters, "of_segment": segment.pk, "as_of": now},
        )
