"""Rules from their JSON form. What comes in may be hostile: sizes and depth are bounded."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from accord.engine.segments.language import (
    MOST_BUCKETS,
    Action,
    All,
    AnyOf,
    Bucket,
    Consent,
    Did,
    HasDeal,
    InList,
    InSegment,
    Leaf,
    Milestone,
    Not,
    Noun,
    Outcome,
    Rule,
    Sequence,
    StageChanged,
    State,
    Times,
    Trait,
    WasStage,
    Where,
    Which,
)
from accord.engine.segments.notation.place import MOST_ID, Place, shown
from accord.engine.segments.notation.questions import QUESTIONS, question, when
from accord.engine.segments.terms import PROPERTY_KINDS, BadRule, Kind

MOST_CHARACTERS = 200_000
MOST_DEPTH = 30
MOST_LINES = 300
MOST_CONDITIONS = 20


def loads(text: str) -> Rule:
    """Read a rule from JSON text. Raises BadRule with the place and what to do."""
    if len(text) > MOST_CHARACTERS:
        raise BadRule("", f"This rule is too long. Keep it under {MOST_CHARACTERS:,} characters.")
    try:
        return from_json(json.loads(text))
    except (json.JSONDecodeError, RecursionError, UnicodeError) as error:
        raise BadRule("", "This is no JSON. Check commas, quotes and brackets.") from error
    except BadRule:
        raise
    except ValueError as error:  # a number of thousands of digits
        raise BadRule("", "This rule holds a number that is too large. Shorten it.") from error


def from_json(data: Any) -> Rule:
    """Read a rule from what JSON gave. Raises BadRule with the place and what to do."""
    return _Reader().rule(Place(data), 0)


@dataclass
class _Reader:
    """Counts the lines of one rule while it is read."""

    lines: int = 0

    def rule(self, place: Place, depth: int) -> Rule:
        if not isinstance(place.value, dict):
            raise place.bad(f"Write a rule here: an object, not {shown(place.value)}.")
        if depth > MOST_DEPTH:
            raise place.bad(f"Groups may stand {MOST_DEPTH} deep. Take some apart.")
        self.lines += 1
        if self.lines > MOST_LINES:
            raise place.bad(f"A rule has at most {MOST_LINES} lines. Split it into segments.")
        found = [key for key in _GROUPS if key in place.value]
        return self._group(place, found[0], depth) if found else _leaf(place)

    def _group(self, place: Place, key: str, depth: int) -> Rule:
        inner = place.object([key])[key]
        if key == "not":
            return Not(self.rule(inner, depth + 1))
        parts = tuple(self.rule(each, depth + 1) for each in inner.items(MOST_LINES))
        return All(parts) if key == "all" else AnyOf(parts)


_GROUPS = ("all", "any", "not")


def _leaf(place: Place) -> Leaf:
    for key, read in _LEAVES.items():
        if key in place.value:
            return read(place)
    can = ", ".join((*_GROUPS, *_LEAVES))
    raise place.bad(f"This is no rule. Begin it with one of: {can}.")


def _trait(noun: Noun) -> Callable[[Place], Trait]:
    def read(place: Place) -> Trait:
        at = place.object(QUESTIONS, (noun, "kind"))
        kind = at["kind"].choice(Kind)
        return Trait(noun, at[noun].text(60), kind, question(place, kind))

    return read


def _did(place: Place) -> Did:
    at = place.object(("times", "when", "where"), ("event",))
    times = _times(at["times"]) if "times" in at else Times()
    return Did(at["event"].text(80), times, when(at), _where(at, "property"))


def _times(place: Place) -> Times:
    at = place.object(("at_least", "at_most", "exactly"))
    if "exactly" in at:
        if len(at) > 1:
            raise place.bad("Write either “exactly” alone, or “at_least” and “at_most”.")
        count = at["exactly"].whole()
        return Times(count, count)
    if not at:
        raise place.bad("Write “at_least”, “at_most” or “exactly” here.")
    least = at["at_least"].whole() if "at_least" in at else 0
    most = at["at_most"].whole() if "at_most" in at else None
    if most is not None and most < least:
        raise place.bad("“at_most” is below “at_least”. Swap them.")
    return Times(least, most)


def _milestone(which: Which) -> Callable[[Place], Milestone]:
    def read(place: Place) -> Milestone:
        at = place.object(("when", "where"), (which,))
        return Milestone(which, at[which].text(80), when(at), _where(at, "property"))

    return read


def _sequence(place: Place) -> Sequence:
    at = place.object(("within", "when"), ("sequence",))
    first, then = (_action(step) for step in at["sequence"].items(2, 2))
    within = at["within"].span() if "within" in at else None
    return Sequence(first, then, within, when(at))


def _action(place: Place) -> Action:
    at = place.object(("where",), ("event",))
    return Action(at["event"].text(80), _where(at, "property"))


def _lifecycle(place: Place) -> WasStage | StageChanged:
    if place.value.get("lifecycle") == "was":
        at = place.object((), ("lifecycle", "stages"))
        return WasStage(_texts(at, "stages", least=1))
    at = place.object(("to", "from", "when"), ("lifecycle",))
    if at["lifecycle"].value != "changed":
        raise at["lifecycle"].bad("Write “was” or “changed” here.")
    return StageChanged(_texts(at, "to"), _texts(at, "from"), when(at))


def _deal(place: Place) -> HasDeal:
    at = place.object(("where",), ("deal",))
    return HasDeal(at["deal"].choice(Outcome), _where(at, "field"))


def _consent(place: Place) -> Consent:
    at = place.object((), ("consent", "channel", "state"))
    return Consent(at["consent"].text(80), at["channel"].text(40), at["state"].choice(State))


def _in_list(place: Place) -> InList:
    return InList(place.object((), ("list",))["list"].whole(1, MOST_ID))


def _in_segment(place: Place) -> InSegment:
    return InSegment(place.object((), ("segment",))["segment"].whole(1, MOST_ID))


def _bucket(place: Place) -> Bucket:
    at = place.object((), ("bucket", "from", "below"))
    first, below = (at[key].whole(0, MOST_BUCKETS) for key in ("from", "below"))
    if below < first:
        raise place.bad("“below” is less than “from”. Swap them.")
    return Bucket(at["bucket"].text(80), first, below)


def _where(at: Mapping[str, Place], name: str) -> tuple[Where, ...]:
    if "where" not in at:
        return ()
    return tuple(_condition(each, name) for each in at["where"].items(MOST_CONDITIONS))


def _condition(place: Place, name: str) -> Where:
    at = place.object(QUESTIONS, (name, "kind"))
    kind = at["kind"].choice(Kind)
    if name == "property":
        if kind not in PROPERTY_KINDS:
            can = ", ".join(sorted(PROPERTY_KINDS))
            raise at["kind"].bad(f"A property cannot be a {kind}. Write one of: {can}.")
        if set('"\\') & set(at[name].text(100)):
            raise at[name].bad("A property's name has no quotes and no backslash. Rename it.")
    return Where(at[name].text(100), kind, question(place, kind))


def _texts(at: Mapping[str, Place], key: str, least: int = 0) -> tuple[str, ...]:
    return tuple(each.text() for each in at[key].items(least=least)) if key in at else ()


_LEAVES: Mapping[str, Callable[[Place], Leaf]] = {
    "contact": _trait(Noun.CONTACT),
    "company": _trait(Noun.COMPANY),
    "event": _did,
    "first": _milestone(Which.FIRST),
    "last": _milestone(Which.LAST),
    "sequence": _sequence,
    "lifecycle": _lifecycle,
    "deal": _deal,
    "consent": _consent,
    "list": _in_list,
    "segment": _in_segment,
    "bucket": _bucket,
}
