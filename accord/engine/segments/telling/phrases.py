"""The small words of a rule's sentence: values, days, spans, how often."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import assert_never

from accord.engine.segments.catalogue import Catalogue, Field
from accord.engine.segments.language import Times
from accord.engine.segments.notation.questions import count_text, day_text, span_text
from accord.engine.segments.terms import (
    KEYS,
    SETS,
    After,
    Anniversary,
    Answer,
    Before,
    Between,
    Coming,
    Compare,
    Contains,
    Day,
    EachOf,
    Empty,
    EndsWith,
    Filled,
    Kind,
    Lacks,
    NoneOf,
    OneOf,
    Op,
    Past,
    Range,
    StartsWith,
    Temporal,
    Test,
    When,
)

_BOUNDS = {
    Op.BELOW: "is less than",
    Op.AT_MOST: "is at most",
    Op.AT_LEAST: "is at least",
    Op.ABOVE: "is more than",
}
_PARTS: Mapping[type[Test], str] = {
    Contains: "contains",
    Lacks: "does not contain",
    StartsWith: "starts with",
    EndsWith: "ends with",
}

_PAST = {"came", "did", "left", "said", "was", "withdrew"}  # how events begin, beside words in -ed


def asked(kind: Kind, test: Test, field: Field | None, catalogue: Catalogue) -> str:
    """What is asked of a value: "is Bonn or Berlin", "is in the last 30 days"."""
    match test:
        case OneOf(values) | NoneOf(values) | EachOf(values):
            shown = [value(each, kind, field, catalogue) for each in values]
            last = "and" if isinstance(test, EachOf) else "or"
            return f"{_verb(kind, test)} {_several(shown, last)}"
        case Contains(text) | Lacks(text) | StartsWith(text) | EndsWith(text):
            return f"{_PARTS[type(test)]} “{text}”"
        case Compare(op, than, currency):
            return joined((_BOUNDS[op], number(than), currency))
        case Range(low, high, currency):
            return joined((f"is from {number(low)} to {number(high)}", currency))
        case Answer(yes):
            return "is yes" if yes else "is no"
        case Empty() | Filled():
            return "is empty" if isinstance(test, Empty) else "is filled"
        case _:
            return f"is {_timed(test)}" if not isinstance(test, Anniversary) else _yearly(test)


def value(one: object, kind: Kind, field: Field | None, catalogue: Catalogue) -> str:
    """A value as people know it: a choice by its label, a colleague by name."""
    if isinstance(one, Decimal):
        return number(one)
    if isinstance(one, int) and kind in KEYS:
        names = catalogue.colleagues if kind is Kind.PERSON else catalogue.companies
        return names.get(one, f"“{one}”")
    text = str(one)
    return field.choices.get(text, f"“{text}”") if field and field.choices else f"“{text}”"


def deed(label: str) -> str:
    """An event by its label, as what somebody did: "viewed a page", 'had the event “Deal lost”'."""
    first = label.partition(" ")[0].lower()
    if first.endswith("ed") or first in _PAST:
        return lower(label)
    return f"had the event {label}" if label.startswith("“") else f"had the event “{label}”"


def times(wanted: Times) -> tuple[str, str]:
    """What goes before the deed and after it: ("", "at least 3 times"), ("never", "")."""
    least, most = wanted.at_least, wanted.at_most
    if most is None:
        return "", "" if least == 1 else f"at least {count_text(least, 'time')}"
    if most == 0:
        return "never", ""
    if least == most:
        return "", f"exactly {count_text(most, 'time')}"
    if least == 0:
        return "", f"at most {count_text(most, 'time')}"
    return "", f"{least} to {count_text(most, 'time')}"


def in_time(when: When | None) -> str:
    """When: "in the last 30 days", "" where it does not matter."""
    return _timed(when) if when else ""


def number(amount: Decimal) -> str:
    return f"{amount:,f}"


def any_of(words: Iterable[str]) -> str:
    return _several(list(words), "or")


def lower(label: str) -> str:
    """A label within a sentence: "Job title" is "job title", "URL" stays."""
    return label if label[1:2].isupper() else f"{label[:1].lower()}{label[1:]}"


def joined(parts: Iterable[str]) -> str:
    return " ".join(part for part in parts if part)


def _timed(test: Temporal) -> str:
    match test:
        case Past(span):
            return f"in the last {_span(span_text(span))}"
        case Coming(span):
            return f"in the next {_span(span_text(span))}"
        case Before(day):
            return f"before {_day(day)}"
        case After(day):
            return f"after {_day(day)}"
        case Between(first, last):
            if first != last:
                return f"from {_day(first)} to {_day(last)}"
            return f"on {_day(first)}" if isinstance(first, date) else _day(first)
        case Anniversary():
            return _yearly(test)
        case _:
            assert_never(test)


def _yearly(test: Anniversary) -> str:
    if test.days == 1:
        return "has its anniversary today"
    return f"has its anniversary in the next {count_text(test.days, 'day')}"


def _day(day: Day) -> str:
    return f"{day.day} {day:%b} {day.year}" if isinstance(day, date) else day_text(day)


def _span(text: str) -> str:
    """One of a unit goes without its number: "in the last day"."""
    return text.removeprefix("1 ")


def _verb(kind: Kind, test: OneOf | NoneOf | EachOf) -> str:
    if kind in SETS:
        return "does not include" if isinstance(test, NoneOf) else "includes"
    return "is not" if isinstance(test, NoneOf) else "is"


def _several(words: list[str], last: str) -> str:
    if len(words) < 2:
        return "".join(words)
    if len(words) > 12:
        return f"{', '.join(words[:10])} {last} {len(words) - 10} more"
    return f"{', '.join(words[:-1])} {last} {words[-1]}"
