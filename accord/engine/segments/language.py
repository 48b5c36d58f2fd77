"""The segment language: what a rule can say about a person.

A rule is data: frozen dataclasses, matched with `match` and closed with `assert_never`.
`meaning.matches` says what each means; everything else (sentences, turns, SQL) follows it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from accord.engine.segments.terms import Kind, Test, When

MOST_BUCKETS = 10_000


class Noun(StrEnum):
    """Whose field a trait is: the person's, or that of the person's primary company."""

    CONTACT = "contact"
    COMPANY = "company"


@dataclass(frozen=True, slots=True)
class Where:
    """A condition on one field of a deal, or on one property of an event."""

    field: str
    kind: Kind
    test: Test


@dataclass(frozen=True, slots=True)
class Trait:
    """A field of the person or of the person's primary company."""

    noun: Noun
    field: str
    kind: Kind
    test: Test


@dataclass(frozen=True, slots=True)
class Times:
    """How often, both bounds included; None is open."""

    at_least: int = 1
    at_most: int | None = None


@dataclass(frozen=True, slots=True)
class Did:
    """Did something so often, in a time, with properties. Never: Times(0, 0)."""

    event: str
    times: Times = Times()
    when: When | None = None
    where: tuple[Where, ...] = ()


class Which(StrEnum):
    FIRST = "first"
    LAST = "last"


@dataclass(frozen=True, slots=True)
class Milestone:
    """The first or the last time of all that the person did it was in a time, with properties.

    The event is picked by its name alone; the conditions are asked of the one picked.
    """

    which: Which
    event: str
    when: When | None = None
    where: tuple[Where, ...] = ()


@dataclass(frozen=True, slots=True)
class Action:
    """A step of a sequence."""

    event: str
    where: tuple[Where, ...] = ()


@dataclass(frozen=True, slots=True)
class Sequence:
    """Did one thing and then another, at most `within` later, both in a time.

    Of two events at the same instant the one recorded first (the lower id) came first.
    """

    first: Action
    then: Action
    within: timedelta | None = None
    when: When | None = None


@dataclass(frozen=True, slots=True)
class WasStage:
    """Is, or ever was, in one of these lifecycle stages."""

    stages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StageChanged:
    """Entered a stage (one of `to`, from one of `previous`; empty is any) in a time."""

    to: tuple[str, ...] = ()
    previous: tuple[str, ...] = ()
    when: When | None = None


class Outcome(StrEnum):
    OPEN = "open"
    WON = "won"
    LOST = "lost"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class HasDeal:
    """Is on a deal for which every condition holds."""

    outcome: Outcome = Outcome.ANY
    where: tuple[Where, ...] = ()


class State(StrEnum):
    """What the latest answer for a purpose and channel says; exactly one holds."""

    GIVEN = "given"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Consent:
    purpose: str
    channel: str
    state: State = State.GIVEN


@dataclass(frozen=True, slots=True)
class InList:
    id: int


@dataclass(frozen=True, slots=True)
class InSegment:
    """Is in another segment, as its membership stands."""

    id: int


@dataclass(frozen=True, slots=True)
class Bucket:
    """A stable random share: the person's bucket, 0 to 9,999, is in [first, below).

    The same salt gives the same person the same bucket everywhere and for good.
    """

    salt: str
    first: int
    below: int


@dataclass(frozen=True, slots=True)
class All:
    """Every rule holds; none at all hold too."""

    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one rule holds; of none at all, none does."""

    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Not:
    rule: Rule


Standing = Trait | HasDeal | InList | InSegment | Bucket
"""What is asked of the person as the person stands."""

Story = Did | Milestone | Sequence | WasStage | StageChanged | Consent
"""What is asked of what happened, up to now."""

Leaf = Standing | Story
Rule = All | AnyOf | Not | Leaf


def leaves(rule: Rule, path: str = "") -> Iterator[tuple[str, Leaf]]:
    """Every line of the rule that is no group, with its path in the JSON form."""
    match rule:
        case All(rules):
            for place, part in enumerate(rules):
                yield from leaves(part, joined(path, f"all[{place}]"))
        case AnyOf(rules):
            for place, part in enumerate(rules):
                yield from leaves(part, joined(path, f"any[{place}]"))
        case Not(inner):
            yield from leaves(inner, joined(path, "not"))
        case _:
            yield path, rule


def conditions(leaf: Leaf) -> Iterator[tuple[str, Where]]:
    """The conditions on deals and event properties within a line, with their paths."""
    match leaf:
        case Did() | Milestone() | HasDeal():
            groups: tuple[tuple[str, tuple[Where, ...]], ...] = (("where", leaf.where),)
        case Sequence():
            groups = (
                ("sequence[0].where", leaf.first.where),
                ("sequence[1].where", leaf.then.where),
            )
        case _:
            groups = ()
    for path, group in groups:
        for place, each in enumerate(group):
            yield f"{path}[{place}]", each


def joined(path: str, step: str) -> str:
    return f"{path}.{step}" if path else step
