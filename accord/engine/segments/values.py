"""What a test says of one value: the null rules, case and comparison, in plain Python."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import assert_never

from accord.engine.money import Money
from accord.engine.segments import times
from accord.engine.segments.language import Where
from accord.engine.segments.person import Value, folded
from accord.engine.segments.terms import (
    SETS,
    TEXTS,
    After,
    Anniversary,
    Answer,
    Before,
    Between,
    Coming,
    Compare,
    Contains,
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
)
from accord.engine.segments.times import Clock

NUMBER = r"^-?[0-9]{1,15}(\.[0-9]+)?([eE]-[0-9]{1,3})?$"
DATE = (  # every day of the years 1000 to 2999, and no other text
    r"^([12][0-9]{3}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)"
    r"|02-(0[1-9]|1[0-9]|2[0-8]))"
    r"|([12][0-9](0[48]|[2468][048]|[13579][26])|(12|16|20|24|28)00)-02-29)$"
)
_SIX = Decimal("1e-6")
_COMPARE: Mapping[Op, Callable[[Decimal | int, Decimal], bool]] = {
    Op.BELOW: operator.lt,
    Op.AT_MOST: operator.le,
    Op.AT_LEAST: operator.ge,
    Op.ABOVE: operator.gt,
}


def positive(test: Test) -> tuple[Test, bool]:
    """The test that is false for an empty value, and whether the test is its opposite."""
    match test:
        case NoneOf(values):
            return OneOf(values), True
        case Lacks(text):
            return Contains(text), True
        case Empty():
            return Filled(), True
        case _:
            return test, False


def holds(kind: Kind, test: Test, value: Value, clock: Clock) -> bool:
    """Decide a test of a value. Never unknown.

    An empty value (None, "" or no choices) satisfies "is none of", "lacks" and "is empty", and
    nothing else; each of these is the exact opposite of its positive form.
    """
    asked, opposite = positive(test)
    return opposite is not (not empty(value) and _holds(kind, asked, value, clock))


def empty(value: Value) -> bool:
    return value is None or value in ("", ())


def property_value(kind: Kind, properties: Mapping[str, object], name: str) -> Value:
    """A property of an event as a kind of value; None where it is another kind of JSON.

    Text is a JSON string. A number is a JSON number, or a string that is one, below 10^15 and to
    six decimals. A date is a string YYYY-MM-DD. Yes or no is a JSON boolean. Several choices
    are an array, of which the strings count.
    """
    raw = properties.get(name)
    match kind:
        case Kind.NUMBER:
            return _number(raw)
        case Kind.BOOLEAN:
            return raw if isinstance(raw, bool) else None
        case Kind.DATE:
            return _date(raw)
        case _:
            return raw if isinstance(raw, str) else None


def all_hold(where: tuple[Where, ...], fields: Mapping[str, Value], clock: Clock) -> bool:
    """Whether every condition holds for the fields of a deal."""
    return all(holds(each.kind, each.test, fields.get(each.field), clock) for each in where)


def _holds(kind: Kind, test: Test, value: Value, clock: Clock) -> bool:
    match test:
        case OneOf(values) | NoneOf(values):
            return _one_of(kind, values, value)
        case EachOf(texts):
            return isinstance(value, tuple) and set(texts) <= set(value)
        case Contains() | Lacks() | StartsWith() | EndsWith():
            return isinstance(value, str) and _part(test, folded(value))
        case Compare() | Range():
            return _compares(test, value)
        case Answer(yes):
            return value is yes
        case Empty() | Filled():
            return True
        case Past() | Coming() | Before() | After() | Between() | Anniversary():
            return _in_time(test, value, clock)
        case _:
            assert_never(test)


def _one_of(kind: Kind, values: tuple[str | int | Decimal, ...], value: Value) -> bool:
    if kind in SETS:
        return isinstance(value, tuple) and not set(value).isdisjoint(str(v) for v in values)
    if kind in TEXTS:
        return isinstance(value, str) and folded(value) in {folded(str(v)) for v in values}
    return value in values


def _part(test: Contains | Lacks | StartsWith | EndsWith, text: str) -> bool:
    part = folded(test.text)
    match test:
        case Contains() | Lacks():
            return part in text
        case StartsWith():
            return text.startswith(part)
        case EndsWith():
            return text.endswith(part)


def _compares(test: Compare | Range, value: Value) -> bool:
    if isinstance(value, Money):
        if test.currency not in ("", value.currency):
            return False
        value = value.amount
    if not isinstance(value, Decimal | int):
        return False
    if isinstance(test, Range):
        return test.low <= value <= test.high
    return _COMPARE[test.op](value, test.than)


def _in_time(test: Temporal, value: Value, clock: Clock) -> bool:
    if not isinstance(value, date):
        return False
    if isinstance(test, Anniversary):
        return f"{value:%m-%d}" in times.anniversaries(test, clock.today)
    if isinstance(value, datetime):
        begin, end = times.bounds(test, clock)
        return (begin is None or begin <= value) and (end is None or value < end)
    first, last = times.days(test, clock)
    return (first is None or first <= value) and (last is None or value <= last)


def _number(raw: object) -> Decimal | None:
    text = raw if isinstance(raw, str) else repr(raw)
    if isinstance(raw, bool) or not re.fullmatch(NUMBER, text):
        return None
    return Decimal(text).quantize(_SIX, rounding=ROUND_HALF_UP)


def _date(raw: object) -> date | None:
    if isinstance(raw, str) and re.fullmatch(DATE, raw):
        return date.fromisoformat(raw)
    return None
