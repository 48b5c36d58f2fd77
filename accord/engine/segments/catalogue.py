"""What rules can speak of here, fields, events and lists; and a check that they do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from accord.engine.segments.language import (
    Consent,
    Did,
    InList,
    InSegment,
    Leaf,
    Milestone,
    Noun,
    Rule,
    Sequence,
    StageChanged,
    Trait,
    WasStage,
    conditions,
    joined,
    leaves,
)
from accord.engine.segments.terms import BadRule, Kind

Labels = Mapping[str, str]
Names = Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Field:
    """A field rules may ask about. choices: label by value; empty where any value may come."""

    label: str
    kind: Kind
    choices: Labels = field(default_factory=dict)


Fields = Mapping[str, Field]


@dataclass(frozen=True)
class Catalogue:
    """What there is, by name or id, with the words people know it by."""

    contact: Fields = field(default_factory=dict)
    company: Fields = field(default_factory=dict)
    deal: Fields = field(default_factory=dict)
    events: Labels = field(default_factory=dict)
    stages: Labels = field(default_factory=dict)
    colleagues: Names = field(default_factory=dict)
    companies: Names = field(default_factory=dict)
    purposes: Labels = field(default_factory=dict)
    channels: Labels = field(default_factory=dict)
    lists: Names = field(default_factory=dict)
    segments: Names = field(default_factory=dict)

    def fields(self, noun: Noun) -> Fields:
        return self.contact if noun is Noun.CONTACT else self.company


def check(rule: Rule, catalogue: Catalogue) -> None:
    """Refuse a rule that asks for what is not there. Raises BadRule with the place.

    A value that is no longer among the choices of a field is let pass: it selects nobody, and
    the sentence shows it.
    """
    for path, leaf in leaves(rule):
        _check(leaf, path, catalogue)
        if isinstance(leaf, Did | Milestone | Sequence):
            continue
        for place, each in conditions(leaf):
            _field(each.field, each.kind, catalogue.deal, joined(path, place))


def _check(leaf: Leaf, path: str, catalogue: Catalogue) -> None:
    match leaf:
        case Trait(noun, name, kind):
            _field(name, kind, catalogue.fields(noun), path)
        case Did(event) | Milestone(_, event):
            _known(event, catalogue.events, path, "event")
        case Sequence(first, then):
            _known(first.event, catalogue.events, joined(path, "sequence[0]"), "event")
            _known(then.event, catalogue.events, joined(path, "sequence[1]"), "event")
        case WasStage(stages) | StageChanged(stages):
            for stage in stages:
                _known(stage, catalogue.stages, path, "lifecycle stage")
        case _:
            _check_members(leaf, path, catalogue)


def _check_members(leaf: Leaf, path: str, catalogue: Catalogue) -> None:
    match leaf:
        case Consent(purpose, channel):
            _known(purpose, catalogue.purposes, path, "purpose")
            _known(channel, catalogue.channels, path, "channel")
        case InList(id):
            _known(id, catalogue.lists, path, "list")
        case InSegment(id):
            _known(id, catalogue.segments, path, "segment")
        case _:
            pass


def _field(name: str, kind: Kind, fields: Fields, path: str) -> None:
    if name not in fields:
        raise BadRule(path, f"There is no field “{name[:60]}” any more. Choose another field.")
    if fields[name].kind is not kind:
        raise BadRule(
            path, f"{fields[name].label} is a {fields[name].kind}, not a {kind}. Write that kind."
        )


def _known(name: str | int, there: Labels | Names, path: str, what: str) -> None:
    if name not in there:
        said = f"“{name}”" if isinstance(name, str) else name
        raise BadRule(path, f"There is no {what} {said}. Choose another {what}.")
