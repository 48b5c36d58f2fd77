"""When a rule's answer changes by time alone: a step function of now for every line.

Each line becomes its answer now and the moments after now at which the answer flips; groups
count those of their parts. A line that asks for anniversaries flips for ever, so it is followed
for ten years only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from itertools import pairwise
from typing import assert_never

from accord.engine.segments import language, meaning, times, values
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
    StageChanged,
    Story,
    Trait,
    WasStage,
    Where,
    Which,
)
from accord.engine.segments.person import Deal, Event, Person, Value
from accord.engine.segments.terms import (
    After,
    Anniversary,
    Before,
    Between,
    Coming,
    Kind,
    Past,
    Test,
    When,
)
from accord.engine.segments.times import NEVER, Clock, Period

YEARS_FOLLOWED = 10


def turns_at(rule: Rule, person: Person, now: datetime, zone: tzinfo) -> datetime | None:
    """The next moment, in UTC, at which time alone can change the answer; None if none.

    Up to that moment the answer stays as it is now; from that moment on it is the opposite. The
    one exception: a rule that asks for anniversaries and does not turn within ten years gives
    the end of those, so that it is asked again.
    """
    clock = Clock(now, zone)
    flips = _rule(rule, person, clock).flips
    if not _asks_anniversaries(rule):
        return flips[0] if flips else None
    return min((_horizon(clock), *flips[:1]))


@dataclass(frozen=True, slots=True)
class Steps:
    """The answer now, and the moments after now at which it becomes the opposite, in order."""

    now: bool
    flips: tuple[datetime, ...] = ()


def _rule(rule: Rule, person: Person, clock: Clock) -> Steps:
    match rule:
        case All(rules):
            return _all(_rule(part, person, clock) for part in rules)
        case AnyOf(rules):
            return _any(_rule(part, person, clock) for part in rules)
        case Not(inner):
            steps = _rule(inner, person, clock)
            return Steps(not steps.now, steps.flips)
        case Trait():
            value = meaning.trait_value(rule, person)
            return _test(rule.kind, rule.test, value, clock)
        case HasDeal():
            return _any(_deal(rule, deal, clock) for deal in person.deals)
        case InList() | InSegment() | Bucket():
            return Steps(meaning.decided(rule, person, clock))
        case _:
            return _story(rule, person, clock)


def _story(rule: Story, person: Person, clock: Clock) -> Steps:
    match rule:
        case Did():
            found = [e for e in person.events if e.name == rule.event]
            steps = [_event(e, rule.when, rule.where, clock) for e in found]
            return _counted(steps, lambda n: meaning.often(rule.times, n))
        case Milestone():
            return _milestone(rule, person, clock)
        case language.Sequence():
            return _sequence(rule, person, clock)
        case WasStage() | Consent():
            return _sampled(rule, person, clock)
        case StageChanged():
            return _any(
                _during(_visible(entry.at, rule.when, clock), clock)
                for entry in person.entries
                if meaning.entered(replace(rule, when=None), entry, Clock(NEVER, clock.zone))
            )
        case _:
            assert_never(rule)


def _milestone(rule: Milestone, person: Person, clock: Clock) -> Steps:
    """Each event has its turn as the first or last of its name: until a later one happens."""
    found = sorted((e for e in person.events if e.name == rule.event), key=lambda e: (e.at, e.id))
    if rule.which is Which.FIRST:
        return _any(_event(e, rule.when, rule.where, clock) for e in found[:1])
    ends = [e.at for e in found[1:]] + [NEVER]
    turns = [
        _all([_during((e.at, end), clock), _event(e, rule.when, rule.where, clock)])
        for e, end in zip(found, ends, strict=False)  # where there are none, one end is left
        if end > clock.now
    ]
    return _any(turns)


def _sequence(rule: language.Sequence, person: Person, clock: Clock) -> Steps:
    """Every pair near enough; of firsts that stay what they are, the latest one stands for all."""
    fixed = not any(times.relative(each.test) for each in rule.first.where)
    firsts: list[Event] = []
    found: list[Steps] = []
    for event in sorted(person.events, key=lambda e: (e.at, e.id)):
        if event.name == rule.then.event:
            then = _event(event, rule.when, rule.then.where, clock)
            found += (
                _all([_event(first, rule.when, rule.first.where, clock), then])
                for first in firsts
                if rule.within is None or event.at - first.at <= rule.within
            )
        if event.name != rule.first.event:
            continue
        if not fixed:
            firsts.append(event)
        elif _properties(event, rule.first.where, clock).now:
            firsts = [event]
    return _any(found)


def _sampled(rule: WasStage | Consent, person: Person, clock: Clock) -> Steps:
    """A line that can change only at a few known moments, asked at each."""
    moments = {entry.at for entry in person.entries} if isinstance(rule, WasStage) else set()
    if isinstance(rule, Consent):
        moments |= {answer.at for answer in person.answers}
        moments |= {a.expires_at for a in person.answers if a.expires_at is not None}
    points = [clock.now, *sorted(m for m in moments if m > clock.now)]
    answers = [meaning.decided(rule, person, Clock(point, clock.zone)) for point in points]
    flips = [p for p, (a, b) in zip(points[1:], pairwise(answers), strict=True) if a is not b]
    return Steps(answers[0], tuple(flips))


def _event(event: Event, when: When | None, where: tuple[Where, ...], clock: Clock) -> Steps:
    visible = _during(_visible(event.at, when, clock), clock)
    return _all([visible, _properties(event, where, clock)]) if where else visible


def _properties(event: Event, where: tuple[Where, ...], clock: Clock) -> Steps:
    return _all(
        _test(
            each.kind,
            each.test,
            values.property_value(each.kind, event.properties, each.field),
            clock,
        )
        for each in where
    )


def _deal(rule: HasDeal, deal: Deal, clock: Clock) -> Steps:
    if not meaning.fits(replace(rule, where=()), deal, clock):
        return Steps(False)
    fields = deal.fields
    return _all(_test(w.kind, w.test, fields.get(w.field), clock) for w in rule.where)


def _test(kind: Kind, test: Test, value: Value, clock: Clock) -> Steps:
    match test:
        case Past() | Coming() | Before() | After() | Between() if isinstance(value, date):
            if isinstance(value, datetime):
                return _during(times.moment_period(test, value, clock.zone), clock)
            return _during(times.day_period(test, value, clock.zone), clock)
        case Anniversary() if isinstance(value, date):
            return _yearly(test, value, clock)
        case _:
            return Steps(values.holds(kind, test, value, clock))


def _yearly(test: Anniversary, day: date, clock: Clock) -> Steps:
    """The days before and on each anniversary of the next ten years."""
    periods = []
    for year in range(clock.today.year - 1, clock.today.year + YEARS_FOLLOWED + 2):
        kept = date(year, 3, 1) - timedelta(1) if (day.month, day.day) == (2, 29) else None
        on = kept or date(year, day.month, day.day)
        periods.append(
            (clock.start(times.later(on, 1 - test.days)), clock.start(times.later(on, 1)))
        )
    steps = _any(_during(period, clock) for period in periods)
    return Steps(steps.now, tuple(flip for flip in steps.flips if flip < _horizon(clock)))


def _visible(at: datetime, when: When | None, clock: Clock) -> Period:
    """While which values of now a moment has happened and lies in the time."""
    if when is None:
        return at, NEVER
    begin, end = times.moment_period(when, at, clock.zone)
    return max(begin, at), end


def _during(period: Period, clock: Clock) -> Steps:
    begin, end = period
    if begin >= end:
        return Steps(False)
    return Steps(
        begin <= clock.now < end,
        tuple(moment for moment in period if clock.now < moment < NEVER),
    )


def _all(parts: Iterable[Steps]) -> Steps:
    steps = list(parts)
    return _counted(steps, lambda n: n == len(steps))


def _any(parts: Iterable[Steps]) -> Steps:
    return _counted(list(parts), lambda n: n > 0)


def _counted(parts: Sequence[Steps], wanted: Callable[[int], bool]) -> Steps:
    """The steps of: as many parts hold as wanted."""
    changes: Counter[datetime] = Counter()
    for part in parts:
        holds = part.now
        for flip in part.flips:
            holds = not holds
            changes[flip] += 1 if holds else -1
    count = sum(part.now for part in parts)
    now = holds = wanted(count)
    flips = []
    for moment in sorted(changes):
        count += changes[moment]
        if wanted(count) is not holds:
            holds = not holds
            flips.append(moment)
    return Steps(now, tuple(flips))


def _asks_anniversaries(rule: Rule) -> bool:
    return any(
        (isinstance(leaf, Trait) and isinstance(leaf.test, Anniversary))
        or any(isinstance(each.test, Anniversary) for _, each in language.conditions(leaf))
        for _, leaf in language.leaves(rule)
    )


def _horizon(clock: Clock) -> datetime:
    day = clock.today
    return clock.start(date(day.year + YEARS_FOLLOWED, day.month, min(day.day, 28)))
