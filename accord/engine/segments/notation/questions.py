"""What a value is asked, to and from the JSON form: one key a question."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from accord.engine.segments.notation.place import Place
from accord.engine.segments.terms import (
    KEYS,
    TESTS,
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
    Test,
    When,
)

Json = dict[str, Any]


def question(place: Place, kind: Kind) -> Test:
    """The one question of an object, for a value of this kind. Raises BadRule."""
    keys = [key for key in place.value if key in _READ]
    can = ", ".join(allowed(kind))
    if len(keys) != 1:
        raise place.bad(f"Ask exactly one thing of a {kind}. Write one of: {can}.")
    key = keys[0]
    test = _READ[key](Place(place.value[key], f"{place.path}.{key}".lstrip(".")), kind)
    if not isinstance(test, TESTS[kind]):
        raise place.bad(f"A {kind} cannot be asked “{key}”. Write one of: {can}.")
    return _with_currency(place, kind, test)


def allowed(kind: Kind) -> tuple[str, ...]:
    """The keys of the questions a kind can be asked."""
    return tuple(key for key, tests in _KEYS.items() if any(t in TESTS[kind] for t in tests))


def when(at: Mapping[str, Place]) -> When | None:
    """The time of an event: the object under "when", None where there is none."""
    if "when" not in at:
        return None
    place = at["when"]
    place.object(_TIMES)
    test = question(place, Kind.DATETIME)
    if not isinstance(test, Past | Before | After | Between):
        raise place.bad(f"Write one of: {', '.join(_TIMES)}.")
    return test


def written(test: Test) -> Json:
    """The question as JSON, as `question` reads it."""
    match test:
        case OneOf(values):
            return {"is": [_plain(each) for each in values]}
        case NoneOf(values):
            return {"is_not": [_plain(each) for each in values]}
        case EachOf(texts):
            return {"has_all": list(texts)}
        case Contains() | Lacks() | StartsWith() | EndsWith():
            return {_WORDS[type(test)]: test.text}
        case Compare() | Range():
            return _numbers(test)
        case Answer(yes):
            return {"answer": yes}
        case Empty() | Filled():
            return {_WORDS[type(test)]: True}
        case _:
            return _times(test)


def span_text(span: timedelta) -> str:
    """A span in its largest whole unit: "2 weeks" stays "14 days"."""
    minutes = int(span.total_seconds()) // 60
    for size, unit in ((1440, "day"), (60, "hour")):
        if minutes % size == 0:
            return count_text(minutes // size, unit)
    return count_text(minutes, "minute")


def count_text(count: int, unit: str) -> str:
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def day_text(day: Day) -> str:
    """A day as JSON writes it and `Place.day` reads it."""
    if isinstance(day, date):
        return day.isoformat()
    if day.count == 0:
        return "today"
    amount = count_text(abs(day.count), day.unit)
    return f"{amount} ago" if day.count > 0 else f"in {amount}"


def _times(test: Past | Coming | Before | After | Between | Anniversary) -> Json:
    match test:
        case Past(span):
            return {"within_last": span_text(span)}
        case Coming(span):
            return {"within_next": span_text(span)}
        case Before(day):
            return {"before": day_text(day)}
        case After(day):
            return {"after": day_text(day)}
        case Between(first, last):
            return {"between": [day_text(first), day_text(last)]}
        case Anniversary(days):
            return {"anniversary_within": days}


def _numbers(test: Compare | Range) -> Json:
    currency = {"currency": test.currency} if test.currency else {}
    if isinstance(test, Range):
        return {"between": [_plain(test.low), _plain(test.high)], **currency}
    return {test.op.value: _plain(test.than), **currency}


def _plain(value: str | int | Decimal) -> str | int | float:
    """A number as JSON number where that is exact, else as text."""
    if not isinstance(value, Decimal):
        return value
    if value == value.to_integral_value():
        return int(value)
    near = float(value)
    return near if Decimal(repr(near)) == value else f"{value:f}"


def _values(place: Place, kind: Kind) -> tuple[str | int | Decimal, ...]:
    one = place if isinstance(place.value, list) else Place([place.value], place.path)
    return tuple(_value(each, kind) for each in one.items(least=1))


def _value(place: Place, kind: Kind) -> str | int | Decimal:
    if kind in KEYS:
        return place.whole(1, 2**63 - 1)
    return place.number() if kind is Kind.NUMBER else place.text()


def _between(place: Place, kind: Kind) -> Range | Between:
    low, high = place.items(2, 2)
    if kind in (Kind.NUMBER, Kind.MONEY):
        span = Range(low.number(), high.number())
        if span.high < span.low:
            raise place.bad("The second number is below the first. Swap them.")
        return span
    first, last = low.day(), high.day()
    if isinstance(first, date) and isinstance(last, date) and last < first:
        raise place.bad("The second day is before the first. Swap them.")
    return Between(first, last)


def _span(place: Place, kind: Kind) -> timedelta:
    span = place.span()
    if kind is Kind.DATE and span % timedelta(days=1):
        raise place.bad("A date has no hours. Write whole days, like “30 days”.")
    return span


def _on(place: Place, kind: Kind) -> Between:
    day: Day = place.day()
    return Between(day, day)


def _compare(op: Op) -> Callable[[Place, Kind], Test]:
    return lambda place, kind: Compare(op, place.number())


def _empty(place: Place, kind: Kind) -> Test:
    place.flag()
    return Empty()


def _filled(place: Place, kind: Kind) -> Test:
    place.flag()
    return Filled()


def _with_currency(place: Place, kind: Kind, test: Test) -> Test:
    if "currency" not in place.value:
        return test
    at = Place(place.value["currency"], f"{place.path}.currency".lstrip("."))
    if kind is not Kind.MONEY or not isinstance(test, Compare | Range):
        raise at.bad("Only an amount of money has a currency. Remove it.")
    if isinstance(test, Range):
        return Range(test.low, test.high, at.currency())
    return Compare(test.op, test.than, at.currency())


_READ: Mapping[str, Callable[[Place, Kind], Test]] = {
    "is": lambda place, kind: OneOf(_values(place, kind)),
    "is_not": lambda place, kind: NoneOf(_values(place, kind)),
    "has_all": lambda place, kind: EachOf(tuple(p.text() for p in place.items(least=1))),
    "contains": lambda place, kind: Contains(place.text()),
    "lacks": lambda place, kind: Lacks(place.text()),
    "starts_with": lambda place, kind: StartsWith(place.text()),
    "ends_with": lambda place, kind: EndsWith(place.text()),
    **{op.value: _compare(op) for op in Op},
    "between": _between,
    "answer": lambda place, kind: Answer(place.yes()),
    "empty": _empty,
    "filled": _filled,
    "within_last": lambda place, kind: Past(_span(place, kind)),
    "within_next": lambda place, kind: Coming(_span(place, kind)),
    "before": lambda place, kind: Before(place.day()),
    "after": lambda place, kind: After(place.day()),
    "on": _on,
    "anniversary_within": lambda place, kind: Anniversary(place.whole(1, 366)),
}
_KEYS: Mapping[str, tuple[type[Test], ...]] = {
    "is": (OneOf,),
    "is_not": (NoneOf,),
    "has_all": (EachOf,),
    "contains": (Contains,),
    "lacks": (Lacks,),
    "starts_with": (StartsWith,),
    "ends_with": (EndsWith,),
    **{op.value: (Compare,) for op in Op},
    "between": (Range, Between),
    "answer": (Answer,),
    "empty": (Empty,),
    "filled": (Filled,),
    "within_last": (Past,),
    "within_next": (Coming,),
    "before": (Before,),
    "after": (After,),
    "on": (Between,),
    "anniversary_within": (Anniversary,),
}
_WORDS: Mapping[type[Test], str] = {tests[0]: key for key, tests in _KEYS.items()}
_TIMES = ("within_last", "before", "after", "between", "on")

QUESTIONS: tuple[str, ...] = (*_READ, "currency")
"""Every key that asks something of a value."""
