"""What a rule means: decided for one person, in plain Python.

Every rule is true or false, never unknown:

* An empty value (none, "", no choices, no company) satisfies "is none of", "lacks" and "is
  empty" and nothing else.
* "Not" is the exact opposite. All of nothing holds, any of nothing does not.
* What happened after `now` has not happened yet: such events, stage entries and consent answers
  do not count. Fields, deals and memberships are as they are.
* Text compares without regard to case, with accents; choices, tags and stages exactly.
* "Within the last 30 days" of a moment is 720 hours, its far edge left out, now included. Of a
  date, and for before, after and between, days are calendar days of the instance's zone.
"""

from __future__ import annotations

from datetime import datetime, tzinfo
from operator import attrgetter
from typing import assert_never

from accord.engine.segments import times, values
from accord.engine.segments.language import (
    Action,
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
    Noun,
    Outcome,
    Rule,
    Sequence,
    StageChanged,
    Standing,
    State,
    Story,
    Times,
    Trait,
    WasStage,
    Where,
    Which,
)
from accord.engine.segments.person import (
    ConsentAnswer,
    Deal,
    Event,
    Person,
    StageEntry,
    Value,
    bucket,
)
from accord.engine.segments.terms import When
from accord.engine.segments.times import Clock

_order = attrgetter("at", "id")


def matches(rule: Rule, person: Person, now: datetime, zone: tzinfo) -> bool:
    """Decide a rule for one person at a moment, with days counted in a zone.

    This is the meaning every engine is tested against. The module's docstring gives the rules
    for empty values and for time. Memberships in other segments are those of `person.segments`.
    """
    return decided(rule, person, Clock(now, zone))


def decided(rule: Rule, person: Person, clock: Clock) -> bool:
    """`matches`, by a clock."""
    match rule:
        case All(rules):
            return all(decided(part, person, clock) for part in rules)
        case AnyOf(rules):
            return any(decided(part, person, clock) for part in rules)
        case Not(inner):
            return not decided(inner, person, clock)
        case Trait() | HasDeal() | InList() | InSegment() | Bucket():
            return _standing(rule, person, clock)
        case _:
            return _story(rule, person, clock)


def trait_value(trait: Trait, person: Person) -> Value:
    """What the person holds in the field a trait asks about."""
    fields = person.traits if trait.noun is Noun.CONTACT else person.company or {}
    return fields.get(trait.field)


def past(event: str, person: Person, clock: Clock) -> list[Event]:
    """The person's events of a name up to now, in order."""
    found = (each for each in person.events if each.name == event and each.at <= clock.now)
    return sorted(found, key=_order)


def counts(event: Event, when: When | None, where: tuple[Where, ...], clock: Clock) -> bool:
    """Whether an event lies in the time and has the properties."""
    return _in_time(event.at, when, clock) and all(
        values.holds(
            each.kind,
            each.test,
            values.property_value(each.kind, event.properties, each.field),
            clock,
        )
        for each in where
    )


def counted(rule: Did, person: Person, clock: Clock) -> list[Event]:
    """The events a `Did` counts now, in order."""
    found = past(rule.event, person, clock)
    return [each for each in found if counts(each, rule.when, rule.where, clock)]


def picked(rule: Milestone, person: Person, clock: Clock) -> Event | None:
    """The event a milestone speaks of: the first or the last of its name so far."""
    found = past(rule.event, person, clock)
    if not found:
        return None
    return found[0] if rule.which is Which.FIRST else found[-1]


def fits(rule: HasDeal, deal: Deal, clock: Clock) -> bool:
    """Whether a deal has the outcome and every condition holds for it."""
    wanted = rule.outcome in (Outcome.ANY, deal.outcome)
    return wanted and values.all_hold(rule.where, deal.fields, clock)


def latest(rule: Consent, person: Person, clock: Clock) -> ConsentAnswer | None:
    """The newest consent answer so far for the rule's purpose and channel."""
    asked = (
        each
        for each in person.answers
        if (each.purpose, each.channel) == (rule.purpose, rule.channel) and each.at <= clock.now
    )
    return max(asked, key=_order, default=None)


def state(answer: ConsentAnswer | None, clock: Clock) -> State:
    """What a latest answer amounts to now. An expiry ends at its moment."""
    if answer is None:
        return State.NEVER
    if not answer.given:
        return State.WITHDRAWN
    ended = answer.expires_at is not None and answer.expires_at <= clock.now
    return State.EXPIRED if ended else State.GIVEN


def pair(rule: Sequence, person: Person, clock: Clock) -> tuple[Event, Event] | None:
    """The first two events that make a sequence, None where nothing does."""
    before: Event | None = None
    for event in sorted(person.events, key=_order):
        if event.at > clock.now:
            return None
        near = before and (rule.within is None or event.at - before.at <= rule.within)
        if before and near and done(event, rule.then, rule.when, clock):
            return before, event
        if done(event, rule.first, rule.when, clock):
            before = event
    return None


def done(event: Event, action: Action, when: When | None, clock: Clock) -> bool:
    """Whether an event is the step of a sequence."""
    return event.name == action.event and counts(event, when, action.where, clock)


def _standing(rule: Standing, person: Person, clock: Clock) -> bool:
    match rule:
        case Trait():
            return values.holds(rule.kind, rule.test, trait_value(rule, person), clock)
        case HasDeal():
            return any(fits(rule, deal, clock) for deal in person.deals)
        case InList(id):
            return id in person.lists
        case InSegment(id):
            return id in person.segments
        case Bucket(salt, first, below):
            return first <= bucket(salt, person.id) < below
        case _:
            assert_never(rule)


def _story(rule: Story, person: Person, clock: Clock) -> bool:
    match rule:
        case Did(_, times_):
            return often(times_, len(counted(rule, person, clock)))
        case Milestone():
            event = picked(rule, person, clock)
            return event is not None and counts(event, rule.when, rule.where, clock)
        case Sequence():
            return pair(rule, person, clock) is not None
        case WasStage(stages):
            return any(stage in stages for stage in stages_held(person, clock))
        case StageChanged():
            return any(entered(rule, each, clock) for each in person.entries)
        case Consent():
            return state(latest(rule, person, clock), clock) is rule.state
        case _:
            assert_never(rule)


def often(wanted: Times, times: int) -> bool:
    """Whether something happened as often as wanted."""
    return wanted.at_least <= times and (wanted.at_most is None or times <= wanted.at_most)


def stages_held(person: Person, clock: Clock) -> list[str]:
    """The lifecycle stages the person is or was in, empty ones left out."""
    now = person.traits.get("stage")
    held = [now] if isinstance(now, str) else []
    for each in person.entries:
        if each.at <= clock.now:
            held += [each.stage, each.previous]
    return [stage for stage in held if stage]


def entered(rule: StageChanged, entry: StageEntry, clock: Clock) -> bool:
    """Whether an entry is one that the rule asks for, and has happened."""
    return (
        entry.at <= clock.now
        and (not rule.to or entry.stage in rule.to)
        and (not rule.previous or entry.previous in rule.previous)
        and _in_time(entry.at, rule.when, clock)
    )


def _in_time(at: datetime, when: When | None, clock: Clock) -> bool:
    if when is None:
        return True
    begin, end = times.bounds(when, clock)
    return (begin is None or begin <= at) and (end is None or at < end)
