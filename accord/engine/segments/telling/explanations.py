"""Why a person is in or out: a tick or a cross for every line, with what was seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import assert_never

from accord.engine.money import Money
from accord.engine.segments import meaning
from accord.engine.segments.catalogue import Catalogue, Field
from accord.engine.segments.language import (
    All,
    AnyOf,
    Bucket,
    Consent,
    Did,
    HasDeal,
    InList,
    InSegment,
    Milestone,
    Not,
    Rule,
    Sequence,
    StageChanged,
    Standing,
    Story,
    Trait,
    WasStage,
)
from accord.engine.segments.notation.questions import count_text
from accord.engine.segments.person import Event, Person, Value, bucket
from accord.engine.segments.telling import phrases
from accord.engine.segments.telling.sentences import phrase
from accord.engine.segments.terms import Kind
from accord.engine.segments.times import Clock


@dataclass(frozen=True, slots=True)
class Line:
    """One line or group of a rule, for one person.

    text:  the phrase of a line; of a group "all of", "any of" or "not".
    holds: tick or cross.
    seen:  of a line, the value or count that decided it; of a group, how many parts hold.
    """

    text: str
    holds: bool
    seen: str
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class _Case:
    person: Person
    clock: Clock
    catalogue: Catalogue


def explain(rule: Rule, person: Person, now: datetime, zone: tzinfo, catalogue: Catalogue) -> Line:
    """Every line of a rule, whether it holds for the person at that moment, and what was seen.

    The answer of the first line is that of `matches`.
    """
    return _line(rule, _Case(person, Clock(now, zone), catalogue))


def _line(rule: Rule, case: _Case) -> Line:
    holds = meaning.decided(rule, case.person, case.clock)
    match rule:
        case All(rules) | AnyOf(rules):
            lines = tuple(_line(part, case) for part in rules)
            kept = sum(line.holds for line in lines)
            word = "all of" if isinstance(rule, All) else "any of"
            return Line(word, holds, f"{kept} of {len(lines)} hold", lines)
        case Not(inner):
            line = _line(inner, case)
            return Line("not", holds, "it holds" if line.holds else "it does not hold", (line,))
        case Trait() | HasDeal() | InList() | InSegment() | Bucket():
            return Line(phrase(rule, case.catalogue), holds, _standing(rule, case))
        case _:
            return Line(phrase(rule, case.catalogue), holds, _story(rule, case))


def _standing(rule: Standing, case: _Case) -> str:
    person = case.person
    match rule:
        case Trait(noun, name, kind):
            if rule.noun != "contact" and person.company is None:
                return "no company"
            field = case.catalogue.fields(noun).get(name)
            return _value(meaning.trait_value(rule, person), kind, field, case)
        case HasDeal():
            found = sum(meaning.fits(rule, deal, case.clock) for deal in person.deals)
            return f"{found} of {count_text(len(person.deals), 'deal')}"
        case InList(id):
            return "on the list" if id in person.lists else "not on the list"
        case InSegment(id):
            return "in the segment" if id in person.segments else "not in the segment"
        case Bucket(salt):
            return f"at {bucket(salt, person.id) / 100:g} %"
        case _:
            assert_never(rule)


def _story(rule: Story, case: _Case) -> str:
    person, clock = case.person, case.clock
    match rule:
        case Did():
            found = meaning.counted(rule, person, clock)
            latest = f", the latest on {_moment(found[-1].at, clock)}" if found else ""
            return count_text(len(found), "time") + latest
        case Milestone():
            return _once(meaning.picked(rule, person, clock), clock)
        case Sequence():
            pair = meaning.pair(rule, person, clock)
            return " then ".join(_moment(each.at, clock) for each in pair) if pair else "no pair"
        case WasStage():
            held = dict.fromkeys(meaning.stages_held(person, clock))
            return ", ".join(case.catalogue.stages.get(s, s) for s in held) or "no stage"
        case StageChanged():
            fits = [e.at for e in person.entries if meaning.entered(rule, e, clock)]
            return f"on {_moment(max(fits), clock)}" if fits else "no such change"
        case Consent():
            answer = meaning.latest(rule, person, clock)
            since = f" since {_moment(answer.at, clock)}" if answer else ""
            return f"{meaning.state(answer, clock)}{since}"
        case _:
            assert_never(rule)


def _once(event: Event | None, clock: Clock) -> str:
    return f"on {_moment(event.at, clock)}" if event else "never"


def _value(value: Value, kind: Kind, field: Field | None, case: _Case) -> str:
    match value:
        case None | "" | ():
            return "empty"
        case bool():
            return "yes" if value else "no"
        case Money():
            return f"{phrases.number(value.amount)} {value.currency}"
        case Decimal():
            return phrases.number(value)
        case datetime():
            return _moment(value, case.clock)
        case date():
            return f"{value.day} {value:%b} {value.year}"
        case tuple():
            return ", ".join(phrases.value(each, kind, field, case.catalogue) for each in value)
        case _:
            return phrases.value(value, kind, field, case.catalogue)


def _moment(at: datetime, clock: Clock) -> str:
    local = at.astimezone(clock.zone)
    return f"{local.day} {local:%b} {local.year}, {local:%H:%M}"
