"""Rules in English: one sentence for a rule, one phrase for a line."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from accord.engine.segments.catalogue import Catalogue
from accord.engine.segments.language import (
    MOST_BUCKETS,
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
    Standing,
    State,
    Story,
    Times,
    Trait,
    WasStage,
    Where,
)
from accord.engine.segments.notation.questions import span_text
from accord.engine.segments.telling import phrases
from accord.engine.segments.terms import Kind

_STATES = {
    State.GIVEN: "has given consent to {}",
    State.WITHDRAWN: "has withdrawn consent to {}",
    State.EXPIRED: "has an expired consent to {}",
    State.NEVER: "was never asked for consent to {}",
}
_DEALS = {
    Outcome.OPEN: "has an open deal",
    Outcome.WON: "has a won deal",
    Outcome.LOST: "has a lost deal",
    Outcome.ANY: "has a deal",
}

_DENIALS = (
    ("is on list", "is not on list"),
    ("is in segment", "is not in segment"),
    ("is in the random share", "is not in the random share"),
    ("has given consent", "has not given consent"),
    ("has withdrawn consent", "has not withdrawn consent"),
    ("has an open deal", "has no open deal"),
    ("has a won deal", "has no won deal"),
    ("has a lost deal", "has no lost deal"),
    ("has a deal", "has no deal"),
)


def describe(rule: Rule, catalogue: Catalogue) -> str:
    """The rule as one sentence; groups within groups stand in brackets.

    "City is Bonn or Berlin, and (viewed a page at least 3 times in the last 30 days, or is on
    list Fair)." What the catalogue does not know is shown by its name, in quotes.
    """
    text = _said(rule, catalogue, top=True)
    return f"{text[:1].upper()}{text[1:]}."


def phrase(leaf: Leaf, catalogue: Catalogue) -> str:
    """One line as a phrase that follows "who": "viewed a page at least 3 times"."""
    if isinstance(leaf, Trait | HasDeal | InList | InSegment | Bucket):
        return _standing(leaf, catalogue)
    return _story(leaf, catalogue)


def _said(rule: Rule, catalogue: Catalogue, *, top: bool = False) -> str:
    match rule:
        case All(()):
            return "everybody"
        case AnyOf(()):
            return "nobody"
        case All((only,)) | AnyOf((only,)):
            return _said(only, catalogue, top=top)
        case All(rules) | AnyOf(rules):
            word = ", and " if isinstance(rule, All) else ", or "
            text = word.join(_said(part, catalogue) for part in rules)
            return text if top else f"({text})"
        case Not(Did(times=Times(at_least=1, at_most=None)) as once):
            return phrase(replace(once, times=Times(0, 0)), catalogue)
        case Not(inner):
            return _denied(_said(inner, catalogue))
        case _:
            return phrase(rule, catalogue)


def _standing(leaf: Standing, catalogue: Catalogue) -> str:
    match leaf:
        case Trait(noun, name, kind, test):
            fields = catalogue.fields(noun)
            label = fields[name].label if name in fields else f"“{name}”"
            itself = noun is Noun.CONTACT or (kind is Kind.COMPANY and name == "id")
            whose = "" if itself else "company’s "
            asked = phrases.asked(kind, test, fields.get(name), catalogue)
            return f"{whose}{phrases.lower(label)} {asked}"
        case HasDeal(outcome, where):
            return _DEALS[outcome] + _whose(where, catalogue)
        case InList(id):
            return f"is on list {catalogue.lists.get(id, f'“{id}”')}"
        case InSegment(id):
            return f"is in segment {catalogue.segments.get(id, f'“{id}”')}"
        case Bucket(salt, first, below):
            low, high = (f"{100 * place / MOST_BUCKETS:g}" for place in (first, below))
            return f"is in the random share {low} % to {high} % of “{salt}”"
        case _:
            assert_never(leaf)


def _story(leaf: Story, catalogue: Catalogue) -> str:
    match leaf:
        case Did(event, times, when, where):
            never, often = phrases.times(times)
            parts = (never, _event(event, catalogue), often, phrases.in_time(when))
            return phrases.joined(parts) + _with(where, catalogue)
        case Milestone(which, event, when, where):
            done = (which, _event(event, catalogue), phrases.in_time(when))
            return phrases.joined(done) + _with(where, catalogue)
        case Sequence(first, then, within, when):
            one = _event(first.event, catalogue) + _with(first.where, catalogue)
            two = _event(then.event, catalogue) + _with(then.where, catalogue)
            near = f" within {span_text(within)}" if within else ""
            return phrases.joined((f"{one}, then {two}{near}", phrases.in_time(when)))
        case WasStage(stages):
            return f"is or was {phrases.any_of(catalogue.stages.get(s, f'“{s}”') for s in stages)}"
        case StageChanged():
            return _changed(leaf, catalogue)
        case Consent(purpose, channel, state):
            what = catalogue.purposes.get(purpose, f"“{purpose}”")
            by = catalogue.channels.get(channel, f"“{channel}”")
            return _STATES[state].format(f"{what} by {phrases.lower(by)}")
        case _:
            assert_never(leaf)


def _changed(leaf: StageChanged, catalogue: Catalogue) -> str:
    to, previous = (
        phrases.any_of(catalogue.stages.get(stage, f"“{stage}”") for stage in stages)
        for stages in (leaf.to, leaf.previous)
    )
    became = f"became {to}" if to else "changed lifecycle stage"
    came = f"from {previous}" if previous else ""
    return phrases.joined((became, came, phrases.in_time(leaf.when)))


def _with(where: tuple[Where, ...], catalogue: Catalogue) -> str:
    """Conditions on the properties of an event."""
    said = (f"{w.field} {phrases.asked(w.kind, w.test, None, catalogue)}" for w in where)
    return f" where {' and '.join(said)}" if where else ""


def _whose(where: tuple[Where, ...], catalogue: Catalogue) -> str:
    """Conditions on the fields of a deal."""
    said = []
    for each in where:
        field = catalogue.deal.get(each.field)
        label = phrases.lower(field.label) if field else f"“{each.field}”"
        said.append(f"{label} {phrases.asked(each.kind, each.test, field, catalogue)}")
    return f" whose {' and '.join(said)}" if said else ""


def _denied(said: str) -> str:
    """The opposite of a phrase: with a word where one is enough, else in brackets."""
    for phrase, denial in _DENIALS:
        if said.startswith(phrase):
            return f"{denial}{said.removeprefix(phrase)}"
    return f"not {said}" if said.startswith("(") else f"not ({said})"


def _event(name: str, catalogue: Catalogue) -> str:
    return phrases.deed(catalogue.events.get(name, f"“{name}”"))
