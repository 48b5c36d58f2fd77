"""The sub-selects of what happened: a row a contact, each contact once, in a column "contact"."""

from __future__ import annotations

from collections.abc import Sequence as Several
from datetime import timedelta

from sqlglot import exp

from accord.engine.segments import times
from accord.engine.segments.language import (
    Action,
    Consent,
    Did,
    Milestone,
    Sequence,
    StageChanged,
    State,
    WasStage,
    Where,
    Which,
)
from accord.engine.segments.schema import Answers, Column, Entries, Events
from accord.engine.segments.sql.asking import CONTACT, Asking, field_of, named
from accord.engine.segments.sql.conditions import both, condition, either, one_of, within
from accord.engine.segments.sql.dialects import E
from accord.engine.segments.sql.operands import column
from accord.engine.segments.terms import PROPERTY_KINDS, BadRule, When
from accord.engine.segments.times import TICK

_E = "e"
_PLACE = "nth"
_BEFORE = "before"
_THEN = "then"


def did(rule: Did, asking: Asking, events: Events) -> exp.Select:
    """People with at least so many such events, and at most so many. At least one is asked."""
    conditions = _of(rule.event, rule.when, asking, events)
    conditions += [_property(each, asking, events) for each in rule.where]
    return _grouped(events.contact, events.table, conditions).having(*_often(rule, asking))


def milestone(rule: Milestone, asking: Asking, events: Events) -> exp.Select:
    """People whose first or last event of a name lies in the time and has the properties."""
    if rule.where:
        return _picked(rule, asking, events)
    extreme = exp.Min if rule.which is Which.FIRST else exp.Max
    begin, end = _bounds(rule.when, asking)
    lies = within(extreme(this=column(events.at, _E)), begin, end)
    found = _of(rule.event, None, asking, events)
    return _grouped(events.contact, events.table, found).having(*lies)


def sequence(rule: Sequence, asking: Asking, events: Events) -> exp.Select:
    """People with a second step whose latest first step before it is near enough."""
    names = [asking.put(name) for name in dict.fromkeys((rule.first.event, rule.then.event))]
    shared = _window(rule.when, asking, events)
    shared.append(one_of(column(events.name, _E), names))
    moment = asking.dialect.micros(column(events.at, _E))
    steps = exp.select(
        exp.alias_(column(events.contact, _E), CONTACT, quoted=True),
        exp.alias_(moment, _PLACE, quoted=True),
        exp.alias_(_step(rule.then, asking, events), _THEN, quoted=True),
        exp.alias_(_latest_before(rule.first, asking, events), _BEFORE, quoted=True),
    )
    inner = steps.from_(named(events.table, _E)).where(*shared).subquery(_E)
    before = column(_BEFORE, _E)
    near: list[E] = [column(_THEN, _E), exp.not_(exp.Is(this=before, expression=exp.Null()))]
    if rule.within is not None:
        gap = exp.Sub(this=column(_PLACE, _E), expression=before.copy())
        near.append(exp.LTE(this=gap, expression=asking.put(rule.within // timedelta.resolution)))
    return _once(CONTACT, exp.select().from_(inner).where(*near))


def was_stage(rule: WasStage, asking: Asking, entries: Entries) -> exp.Select:
    """People who entered or left one of the stages."""
    stages = [asking.put(stage) for stage in rule.stages]
    held = either([one_of(column(name, _E), stages) for name in (entries.stage, entries.previous)])
    at = column(entries.at, _E)
    past = within(at, None, asking.put(asking.clock.now + TICK))
    narrowed = asking.narrowed(column(entries.contact, _E))
    return _grouped(entries.contact, entries.table, [*past, held, *narrowed])


def stage_changed(rule: StageChanged, asking: Asking, entries: Entries) -> exp.Select:
    """People with such an entry in the time."""
    found = within(column(entries.at, _E), *_past(rule.when, asking))
    for name, stages in ((entries.stage, rule.to), (entries.previous, rule.previous)):
        if stages:
            found.append(one_of(column(name, _E), [asking.put(stage) for stage in stages]))
    found += asking.narrowed(column(entries.contact, _E))
    return _grouped(entries.contact, entries.table, found)


def consent(rule: Consent, asking: Asking, answers: Answers) -> exp.Select:
    """People whose latest answer is in the state; of "never": people with any answer at all."""
    asked: list[E] = [
        exp.EQ(this=column(answers.purpose, _E), expression=asking.put(rule.purpose)),
        exp.EQ(this=column(answers.channel, _E), expression=asking.put(rule.channel)),
        *within(column(answers.at, _E), None, asking.put(asking.clock.now + TICK)),
        *asking.narrowed(column(answers.contact, _E)),
    ]
    if rule.state is State.NEVER:
        return _grouped(answers.contact, answers.table, asked)
    order = (column(answers.at, _E), column(answers.id, _E))
    inner = _ranked(answers.contact, answers.table, asked, order, down=True)
    return _first(answers.contact, inner, [_in_force(rule.state, asking, answers)])


def _in_force(state: State, asking: Asking, answers: Answers) -> E:
    given, expires = column(answers.given, _E), column(answers.expires, _E)
    if state is State.WITHDRAWN:
        return exp.not_(given)
    ended = exp.LTE(this=expires, expression=asking.put(asking.clock.now))
    if state is State.EXPIRED:
        return exp.and_(given, ended)
    endless = exp.Is(this=expires.copy(), expression=exp.Null())
    return exp.and_(given, exp.or_(endless, exp.not_(ended)))


def _picked(rule: Milestone, asking: Asking, events: Events) -> exp.Select:
    order = (column(events.at, _E), column(events.id, _E))
    found = _of(rule.event, None, asking, events)
    down = rule.which is Which.LAST
    inner = _ranked(events.contact, events.table, found, order, down=down)
    asked = within(column(events.at, _E), *_bounds(rule.when, asking))
    asked += [_property(each, asking, events) for each in rule.where]
    return _first(events.contact, inner, asked)


def _often(rule: Did, asking: Asking) -> list[E]:
    least, most = rule.times.at_least, rule.times.at_most
    found: list[E] = []
    if least > 1:
        found.append(exp.GTE(this=exp.Count(this=exp.Star()), expression=asking.put(least)))
    if most is not None:
        found.append(exp.LTE(this=exp.Count(this=exp.Star()), expression=asking.put(most)))
    return found


def _of(name: str, when: When | None, asking: Asking, events: Events) -> list[E]:
    """The conditions of being such an event of somebody, up to now, in the time."""
    is_it = exp.EQ(this=column(events.name, _E), expression=asking.put(name))
    return [is_it, *_window(when, asking, events)]


def _window(when: When | None, asking: Asking, events: Events) -> list[E]:
    contact = column(events.contact, _E)
    known = exp.not_(exp.Is(this=contact, expression=exp.Null()))
    lies = within(column(events.at, _E), *_past(when, asking))
    return [*lies, known, *asking.narrowed(contact)]


def _past(when: When | None, asking: Asking) -> tuple[E | None, E]:
    """The bounds of a time, cut off after now."""
    begin, end = times.bounds(when, asking.clock) if when else (None, None)
    now = asking.clock.now + TICK
    return asking.put(begin) if begin else None, asking.put(min(end, now) if end else now)


def _bounds(when: When | None, asking: Asking) -> tuple[E | None, E | None]:
    begin, end = times.bounds(when, asking.clock) if when else (None, None)
    return asking.put(begin) if begin else None, asking.put(end) if end else None


def _property(where: Where, asking: Asking, events: Events) -> E:
    if where.kind not in PROPERTY_KINDS:
        raise BadRule("", f"A property cannot be a {where.kind}. Write another kind.")
    if where.field in events.fields:
        found = field_of(events.fields, where.field, where.kind)
    else:
        found = Column(where.kind, events.properties, key=where.field)
    return condition(where.test, asking.operand(found, _E), asking.clock)


def _step(action: Action, asking: Asking, events: Events) -> E:
    is_it = exp.EQ(this=column(events.name, _E), expression=asking.put(action.event))
    return both([is_it, *(_property(each, asking, events) for each in action.where)])


def _latest_before(first: Action, asking: Asking, events: Events) -> E:
    """The moment of the latest first step among the rows before this one."""
    moment = asking.dialect.micros(column(events.at, _E))
    step = exp.Case(ifs=[exp.If(this=_step(first, asking, events), true=moment)])
    order = (column(events.at, _E), column(events.id, _E))
    return exp.Window(
        this=exp.Max(this=step),
        partition_by=[column(events.contact, _E)],
        order=_ordered(order, down=False),
        spec=exp.WindowSpec(
            kind="ROWS",
            start="UNBOUNDED",
            start_side="PRECEDING",
            end=exp.Literal.number(1),
            end_side="PRECEDING",
        ),
    )


def _ranked(
    contact: str, table: str, conditions: Several[E], order: Several[E], *, down: bool
) -> exp.Subquery:
    """The rows, numbered within each contact."""
    place = exp.Window(
        this=exp.RowNumber(),
        partition_by=[column(contact, _E)],
        order=_ordered(order, down=down),
    )
    rows = exp.select(exp.Column(this=exp.Star(), table=exp.to_identifier(_E, quoted=True)))
    numbered = rows.select(exp.alias_(place, _PLACE, quoted=True))
    return numbered.from_(named(table, _E)).where(*conditions).subquery(_E)


def _first(contact: str, ranked: exp.Subquery, conditions: Several[E]) -> exp.Select:
    """The contacts whose row number one meets the conditions."""
    one = exp.EQ(this=column(_PLACE, _E), expression=exp.Literal.number(1))
    return _once(contact, exp.select().from_(ranked).where(one, *conditions))


def _grouped(contact: str, table: str, conditions: Several[E]) -> exp.Select:
    return _once(contact, exp.select().from_(named(table, _E)).where(*conditions))


def _once(contact: str, select: exp.Select) -> exp.Select:
    """Each contact once."""
    id = column(contact, _E)
    return select.select(exp.alias_(id, CONTACT, quoted=True)).group_by(id.copy())


def _ordered(columns: Several[E], *, down: bool) -> exp.Order:
    parts = [exp.Ordered(this=c.copy(), desc=down, nulls_first=down) for c in columns]
    return exp.Order(expressions=parts)
