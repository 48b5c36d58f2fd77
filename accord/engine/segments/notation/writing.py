"""Rules to their JSON form, as `reading` reads it."""

from __future__ import annotations

import json
from typing import assert_never

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
    Rule,
    Sequence,
    StageChanged,
    Standing,
    Story,
    Times,
    Trait,
    WasStage,
    Where,
)
from accord.engine.segments.notation.questions import Json, span_text, written
from accord.engine.segments.terms import When


def dumps(rule: Rule) -> str:
    """The rule as JSON text; equal rules give equal text."""
    return json.dumps(to_json(rule), ensure_ascii=False, separators=(",", ":"))


def to_json(rule: Rule) -> Json:
    """The rule as JSON holds it: `from_json` gives an equal one."""
    match rule:
        case All(rules):
            return {"all": [to_json(part) for part in rules]}
        case AnyOf(rules):
            return {"any": [to_json(part) for part in rules]}
        case Not(inner):
            return {"not": to_json(inner)}
        case Trait() | HasDeal() | InList() | InSegment() | Bucket():
            return _standing(rule)
        case _:
            return _story(rule)


def _standing(rule: Standing) -> Json:
    match rule:
        case Trait(noun, field, kind, test):
            return {noun.value: field, "kind": kind.value, **written(test)}
        case HasDeal(outcome, where):
            return {"deal": outcome.value, **_where(where, "field")}
        case InList(id):
            return {"list": id}
        case InSegment(id):
            return {"segment": id}
        case Bucket(salt, first, below):
            return {"bucket": salt, "from": first, "below": below}
        case _:
            assert_never(rule)


def _story(rule: Story) -> Json:
    match rule:
        case Did(event, times, when, where):
            often = {} if times == Times() else {"times": _times(times)}
            return {"event": event, **often, **_when(when), **_where(where, "property")}
        case Milestone(which, event, when, where):
            return {which.value: event, **_when(when), **_where(where, "property")}
        case Sequence(first, then, within, when):
            near = {} if within is None else {"within": span_text(within)}
            return {"sequence": [_action(first), _action(then)], **near, **_when(when)}
        case WasStage(stages):
            return {"lifecycle": "was", "stages": list(stages)}
        case StageChanged(to, previous, when):
            ends = {"to": list(to)} if to else {}
            begins = {"from": list(previous)} if previous else {}
            return {"lifecycle": "changed", **ends, **begins, **_when(when)}
        case Consent(purpose, channel, state):
            return {"consent": purpose, "channel": channel, "state": state.value}
        case _:
            assert_never(rule)


def _times(times: Times) -> Json:
    if times.at_least == times.at_most:
        return {"exactly": times.at_least}
    if times.at_most is None:
        return {"at_least": times.at_least}
    least = {"at_least": times.at_least} if times.at_least else {}
    return {**least, "at_most": times.at_most}


def _when(when: When | None) -> Json:
    return {} if when is None else {"when": written(when)}


def _where(where: tuple[Where, ...], name: str) -> Json:
    if not where:
        return {}
    conditions = [{name: w.field, "kind": w.kind.value, **written(w.test)} for w in where]
    return {"where": conditions}


def _action(action: Action) -> Json:
    return {"event": action.event, **_where(action.where, "property")}
