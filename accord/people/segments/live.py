"""Segments follow life: who changed is asked anew at once, who turns by time when that is.

Triggers note whose answers may have changed, in the transaction of the change. A batch takes
notes away and lets people in and out in one transaction: whatever dies in between, nobody is
forgotten and nothing is told twice. Persons are read after the notes, so a change that was not
seen has a note that was not taken; and people are judged as of a moment after the notes, however
long these were waited for, so nothing that made a note is still to come.

`now` is given where history is played again; without it, it is the moment of judging.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from accord.engine import segments as engine
from accord.engine.segments import BadRule, references, timely
from accord.engine.segments.language import AnyOf
from accord.engine.segments.person import Person
from accord.engine.segments.schema import Schema
from accord.people import families
from accord.people.models import Segment
from accord.people.segments import members, persons, tables, turning
from accord.people.segments.turning import Pair
from accord.platform.queue import work

BATCH = 500
MOST = 100_000  # notes; of more than these everybody is evaluated at once

_NOBODY = AnyOf(())

_WAITS = """
SELECT EXISTS (SELECT FROM people_changedperson WHERE due_at IS NULL)
    OR EXISTS (SELECT FROM people_changedperson WHERE due_at <= clock_timestamp())
    OR EXISTS (SELECT FROM people_membershipturn WHERE due_at <= clock_timestamp())
    OR EXISTS (SELECT FROM people_segment
        WHERE stale_at <= clock_timestamp() AND rule IS NOT NULL AND archived_at IS NULL)
"""
_MANY = """
SELECT count(*) FROM (SELECT FROM people_changedperson
    WHERE due_at IS NULL OR due_at <= %(now)s LIMIT %(most)s + 1) AS found
"""
# The newest first: behind a large import, life goes on. Some of the eldest with them: while more
# come than a batch takes, nobody waits for ever. The order changes no answer.
_NOTED = """
DELETE FROM people_changedperson WHERE id IN (
    (SELECT id FROM people_changedperson WHERE due_at IS NULL OR due_at <= %(now)s
        ORDER BY id DESC LIMIT %(limit)s)
    UNION
    (SELECT id FROM people_changedperson WHERE due_at IS NULL OR due_at <= %(now)s
        ORDER BY id LIMIT %(eldest)s))
RETURNING contact_id, what
"""
_DUE = """
SELECT contact_id, segment_id FROM people_membershipturn
WHERE due_at <= %(now)s ORDER BY due_at, contact_id LIMIT %(limit)s
"""
_FROZEN = f"SELECT id FROM ({turning.FROZEN}) AS frozen WHERE id = ANY(%(people)s)"
_GONE = """
SELECT segment_id, contact_id FROM people_membership AS member
JOIN people_segment AS segment ON segment.id = segment_id
WHERE contact_id = ANY(%(people)s) AND segment.rule IS NOT NULL AND segment.archived_at IS NULL
"""
_AGAIN = """
INSERT INTO people_membershipturn (segment_id, contact_id, due_at)
SELECT segment, contact, due
FROM unnest(%(segments)s::bigint[], %(contacts)s::bigint[], %(dues)s::timestamptz[])
    AS turn (segment, contact, due)
JOIN people_contact ON people_contact.id = contact
ON CONFLICT (segment_id, contact_id) DO UPDATE SET due_at = excluded.due_at
WHERE people_membershipturn.due_at <> excluded.due_at
"""
_NO_MORE = """
DELETE FROM people_membershipturn AS turn
USING unnest(%(segments)s::bigint[], %(contacts)s::bigint[]) AS pair (segment, contact)
WHERE turn.segment_id = pair.segment AND turn.contact_id = pair.contact
"""
_ALL_TURN = """
UPDATE people_membershipturn SET due_at = %(now)s WHERE due_at > %(now)s AND contact_id IN (
    SELECT contact_id FROM people_changedperson WHERE due_at IS NULL OR due_at <= %(now)s)
"""


_FORGET = "DELETE FROM people_changedperson WHERE due_at IS NULL OR due_at <= %(now)s"


@dataclass(frozen=True)
class Rules:
    """The rules in use that can be asked, each after those it asks for.

    users: which segments ask for one. timely: those whose answers time alone may turn.
    """

    by_id: Mapping[int, engine.Rule]
    topics: Mapping[int, frozenset[str]]
    users: Mapping[int, frozenset[int]]
    timely: frozenset[int]

    def concerned(self, what: str) -> Iterable[int]:
        """The segments a change of this kind may matter to."""
        if what == "contact":
            return self.by_id
        return (id for id, topics in self.topics.items() if what in topics)

    def reached(self, ids: Iterable[int]) -> set[int]:
        """These segments and all that ask for them, however far."""
        found = set(ids)
        for id in self.by_id:
            if id in found:
                found |= self.users.get(id, frozenset())
        return found


@dataclass
class Turns:
    """What a batch finds: who enters, who leaves, and when time turns each again (or never)."""

    entering: list[Pair] = field(default_factory=list)
    leaving: list[Pair] = field(default_factory=list)
    again: dict[Pair, datetime | None] = field(default_factory=dict)


Texts = tuple[tuple[int, str], ...]
_at_hand: list[tuple[Texts, Schema, Rules]] = []


def waits() -> bool:
    """Whether somebody waits to be asked."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITS)
        return bool(cursor.fetchone()[0])


def follow(now: datetime | None = None) -> bool:
    """Ask some of those who wait, and evaluate one segment that does; False where nobody did."""
    asked = _too_many(now) or batch(now)
    return _whole(now) or asked


def settle(now: datetime | None = None) -> None:
    """Ask everybody who waits at this moment, until nobody does."""
    while follow(now):
        pass


@transaction.atomic
def batch(now: datetime | None = None, *, limit: int = BATCH) -> bool:
    """Let so many of those who changed last, a quarter as many of those who wait longest, and so
    many of those whose time has come, in and out.
    """
    work.fence()
    turning.hold_memberships()
    until = now or timezone.now()
    noted = _rows(_NOTED, now=until, limit=limit, eldest=max(1, limit // 4))
    due = _rows(_DUE, now=until, limit=limit)
    if not noted and not due:
        return False
    schema = tables.operational()
    rules = in_use(schema)
    wanted: dict[int, set[int]] = defaultdict(set)
    now_as = families.roots([contact for contact, _ in noted])  # theirs count for who they are now
    for contact, what in noted:
        for each in {contact, now_as.get(contact, contact)}:
            wanted[each].update(rules.concerned(what))
    for contact, segment in due:
        wanted[contact].add(segment)
    moment = now or timezone.now()
    _apply(_judged(wanted, rules, schema, moment), moment)
    return True


def in_use(schema: Schema) -> Rules:
    """The rules of every segment in use, but for those that ask for what is gone.

    Kept at hand until a rule, or what can be asked for, is another one.
    """
    there = Segment.objects.current().dynamic().values_list("pk", "rule")
    texts = tuple(sorted((id, json.dumps(rule)) for id, rule in there))
    held = next(iter(_at_hand), None)
    if held is None or held[:2] != (texts, schema):
        held = (texts, schema, _understood(texts, schema))
        _at_hand[:] = [held]
    return held[2]


def _understood(texts: Texts, schema: Schema) -> Rules:
    rules = {id: _read(text) for id, text in texts}
    kept = {id: rules[id] for id in references.order(rules) if _readable(rules[id], schema)}
    users: dict[int, set[int]] = defaultdict(set)
    for id, rule in kept.items():
        for asked in references.segments(rule):
            users[asked].add(id)
    return Rules(
        by_id=kept,
        topics={id: references.topics(rule) for id, rule in kept.items()},
        users={id: frozenset(each) for id, each in users.items()},
        timely=frozenset(id for id, rule in kept.items() if timely.may_turn(rule) != _NOBODY),
    )


def _judged(wanted: Mapping[int, set[int]], rules: Rules, schema: Schema, now: datetime) -> Turns:
    """Decide each contact for the segments it is wanted for, and for those that follow."""
    concerned = rules.reached(id for each in wanted.values() for id in each)
    asked = [rule for id, rule in rules.by_id.items() if id in concerned]
    contacts = [contact for contact, each in wanted.items() if each]
    people = persons.load(contacts, persons.asked(asked), schema) if contacts else {}
    turns = Turns()
    gone = [contact for contact in contacts if contact not in people]
    turns.leaving += _pairs(_GONE, people=gone) if gone else []
    turns.again |= {(id, contact): None for contact in gone for id in wanted[contact]}
    for contact in contacts:
        for id in wanted[contact] - rules.by_id.keys():
            turns.again[id, contact] = None
    frozen = {id for (id,) in _rows(_FROZEN, people=contacts)} if contacts else set()
    turns.again |= {(id, contact): None for contact in frozen for id in wanted[contact]}
    for contact, person in people.items():
        if contact not in frozen:  # else asked again once it is lifted
            _judge(person, wanted[contact], rules, turns, now)
    return turns


def _judge(
    person: Person, wanted: Iterable[int], rules: Rules, turns: Turns, now: datetime
) -> None:
    zone, asked = timezone.get_default_timezone(), set(wanted)
    for id, rule in rules.by_id.items():
        if id not in asked:
            continue
        inside = engine.matches(rule, person, now, zone)
        if inside is not (id in person.segments):
            (turns.entering if inside else turns.leaving).append((id, person.id))
            person = replace(person, segments=person.segments ^ {id})
            asked |= rules.users.get(id, frozenset())
        if id in rules.timely:
            turns.again[id, person.id] = engine.turns_at(rule, person, now, zone)


def _apply(turns: Turns, now: datetime) -> None:
    turning.pairs(turns.entering, turns.leaving, now)
    never = [pair for pair, due in turns.again.items() if due is None]
    later = sorted((pair, due) for pair, due in turns.again.items() if due is not None)
    _execute(_NO_MORE, segments=[s for s, _ in never], contacts=[c for _, c in never])
    _execute(
        _AGAIN,
        segments=[segment for (segment, _), _ in later],
        contacts=[contact for (_, contact), _ in later],
        dues=[due for _, due in later],
    )


def _too_many(now: datetime | None) -> bool:
    """Of very many notes, evaluate everybody instead of one after the other."""
    if _rows(_MANY, now=now or timezone.now(), most=MOST)[0][0] <= MOST:
        return False
    with transaction.atomic():
        work.fence()
        turning.hold_memberships()
        moment = now or timezone.now()
        _execute(_ALL_TURN, now=moment)
        _execute(_FORGET, now=moment)
        Segment.objects.current().dynamic().update(stale_at=moment)
    return True


def _whole(now: datetime | None) -> bool:
    """Evaluate the first segment that waits for it, after those it asks for."""
    moment = now or timezone.now()
    if not Segment.objects.current().dynamic().filter(stale_at__lte=moment).exists():
        return False
    for segment in members.in_order():
        if segment.stale_at is not None and segment.stale_at <= moment:
            members.evaluate_alone(segment, now)
            return True
    return False


def _readable(rule: engine.Rule, schema: Schema) -> bool:
    try:
        persons.check(persons.asked([rule]), schema)
    except BadRule:
        return False
    return True


@lru_cache(maxsize=1_000)
def _read(text: str) -> engine.Rule:
    return engine.loads(text)


def _rows(sql: str, **given: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return list(cursor.fetchall())


def _pairs(sql: str, **given: Any) -> list[Pair]:
    return [(segment, contact) for segment, contact in _rows(sql, **given)]


def _execute(sql: str, **given: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
