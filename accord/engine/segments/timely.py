"""Whose answers time alone may turn: a wider rule that is quick to ask of everybody at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from accord.engine.segments import times
from accord.engine.segments.language import (
    AnyOf,
    Consent,
    Did,
    HasDeal,
    Milestone,
    Not,
    Rule,
    Sequence,
    StageChanged,
    State,
    Times,
    Trait,
    Where,
    leaves,
)
from accord.engine.segments.terms import (
    Coming,
    Filled,
    Past,
    When,
)

_FAR = timedelta(days=36_500)


def may_turn(rule: Rule) -> Rule:
    """A rule that holds for everybody whose answer to `rule` time alone may change later.

    It holds for others too. Only rows that have happened count: whoever has an event, a stage
    entry or an answer of a later moment must be asked again at that moment.
    """
    lines = dict.fromkeys(wide for _, leaf in leaves(rule) for wide in _widened(leaf))
    return AnyOf(tuple(lines))


def _widened(leaf: Rule) -> Iterator[Rule]:
    match leaf:
        case Trait():
            yield from _trait(leaf)
        case HasDeal(outcome, where) if _moving(where):
            yield HasDeal(outcome)
        case Consent(purpose, channel, _):
            yield Not(Consent(purpose, channel, State.NEVER))
        case _:
            yield from _happened(leaf)


def _trait(leaf: Trait) -> Iterator[Rule]:
    if isinstance(leaf.test, Past):
        yield leaf
        yield replace(leaf, test=Coming(_FAR))
    elif times.relative(leaf.test):
        yield replace(leaf, test=Filled())


def _happened(leaf: Rule) -> Iterator[Rule]:
    match leaf:
        case Did(event, _, when, where) | Milestone(_, event, when, where):
            if _moving(where) or times.relative(when):
                yield Did(event, Times(), when if _falls(when, where) else None)
        case Sequence(first, then, _, when):
            if _moving(first.where) or _moving(then.where) or times.relative(when):
                yield Did(then.event, Times(), when if _falls(when, then.where) else None)
        case StageChanged(to, previous, when) if times.relative(when):
            yield StageChanged(to, previous, when if isinstance(when, Past) else None)
        case _:
            pass


def _falls(when: When | None, where: tuple[Where, ...]) -> bool:
    """Whether time can only let an event fall out of the time asked for."""
    return isinstance(when, Past) and not _moving(where)


def _moving(where: tuple[Where, ...]) -> bool:
    return any(times.relative(each.test) for each in where)
