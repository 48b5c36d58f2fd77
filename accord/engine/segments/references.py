"""What rules refer to: other segments, which must not lead back, and what else is used where."""

from __future__ import annotations

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter

from accord.engine.segments.language import (
    Action,
    Consent,
    Did,
    HasDeal,
    InList,
    InSegment,
    Milestone,
    Noun,
    Rule,
    Sequence,
    StageChanged,
    Trait,
    WasStage,
    leaves,
)
from accord.engine.segments.terms import BadRule


def segments(rule: Rule) -> frozenset[int]:
    """The segments a rule asks for."""
    return frozenset(leaf.id for _, leaf in leaves(rule) if isinstance(leaf, InSegment))


def lists(rule: Rule) -> frozenset[int]:
    """The static lists a rule asks for."""
    return frozenset(leaf.id for _, leaf in leaves(rule) if isinstance(leaf, InList))


def purposes(rule: Rule) -> frozenset[str]:
    """The purposes of consent a rule asks for."""
    return frozenset(leaf.purpose for _, leaf in leaves(rule) if isinstance(leaf, Consent))


def events(rule: Rule) -> frozenset[str]:
    """The names of the events a rule asks for: only these can change its answer."""
    found: set[str] = set()
    for _, leaf in leaves(rule):
        match leaf:
            case Did(event) | Milestone(_, event):
                found.add(event)
            case Sequence(Action(first), Action(then)):
                found |= {first, then}
            case _:
                pass
    return frozenset(found)


def topics(rule: Rule) -> frozenset[str]:
    """What else than the contact's own row a change can be of that may change the answer.

    "company", "deal", "stage", "consent", "list", and "event:NAME" for each event.
    """
    found = {f"event:{name}" for name in events(rule)}
    for _, leaf in leaves(rule):
        match leaf:
            case Trait(Noun.COMPANY):
                found.add("company")
            case HasDeal():
                found.add("deal")
            case WasStage() | StageChanged():
                found.add("stage")
            case Consent():
                found.add("consent")
            case InList():
                found.add("list")
            case _:
                pass
    return frozenset(found)


def order(rules: Mapping[int, Rule]) -> tuple[int, ...]:
    """The segments so that each comes after those it asks for. Raises BadRule on a circle.

    rules: the rule of each segment by its id. Segments that are not among them are left out.
    """
    graph = {id: segments(rule) & rules.keys() for id, rule in rules.items()}
    try:
        return tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        circle = " > ".join(str(id) for id in reversed(error.args[1]))
        raise BadRule(
            "segment", f"These segments ask for each other in a circle: {circle}. Take one out."
        ) from None
