"""What a test says of one value, as a condition in SQL.

A condition that is asked for is true, or else false or NULL, which WHERE takes alike. Its
opposite is written as NOT COALESCE(condition, FALSE): exact, whatever is empty.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import assert_never

from sqlglot import exp

from accord.engine.segments import times
from accord.engine.segments.person import folded
from accord.engine.segments.sql.dialects import E
from accord.engine.segments.sql.operands import Operand
from accord.engine.segments.terms import (
    CODES,
    KEYS,
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
from accord.engine.segments.values import positive

_COMPARE: dict[Op, type[exp.Binary]] = {
    Op.BELOW: exp.LT,
    Op.AT_MOST: exp.LTE,
    Op.AT_LEAST: exp.GTE,
    Op.ABOVE: exp.GT,
}


def condition(test: Test, operand: Operand, clock: Clock, *, denied: bool = False) -> E:
    """The condition that the test holds for the operand, or with `denied` that it does not."""
    asked, opposite = positive(test)
    found = _asked(asked, operand, clock)
    return opposed(found) if opposite is not denied else found


def opposed(condition: E) -> E:
    """True where the condition is false or NULL."""
    return exp.not_(exp.Coalesce(this=exp.paren(condition), expressions=[exp.false()]))


def within(value: E, low: E | None, high: E | None, *, last: type[exp.Binary] = exp.LT) -> list[E]:
    """The conditions of lying from a bound (included) to another (`last`: left out)."""
    found: list[E] = []
    if low is not None:
        found.append(exp.GTE(this=value.copy(), expression=low))
    if high is not None:
        found.append(last(this=value.copy(), expression=high))
    return found


def both(conditions: Sequence[E]) -> E:
    """All of the conditions; TRUE where there are none."""
    return exp.and_(*conditions) if conditions else exp.true()


def either(conditions: Sequence[E]) -> E:
    """One of the conditions; FALSE where there are none."""
    return exp.or_(*conditions) if conditions else exp.false()


def one_of(value: E, values: Sequence[E]) -> E:
    return exp.In(this=value, expressions=list(values)) if values else exp.false()


def _asked(test: Test, operand: Operand, clock: Clock) -> E:
    put = operand.parameters.put
    match test:
        case OneOf(values) | NoneOf(values):
            return _one_of(values, operand)
        case EachOf(texts):
            return operand.contains([put(text) for text in texts])
        case Contains() | Lacks() | StartsWith() | EndsWith():
            return _part(test, operand)
        case Compare() | Range():
            return _compares(test, operand)
        case Answer(yes):
            return exp.EQ(this=operand.boolean(), expression=exp.Boolean(this=yes))
        case Empty() | Filled():
            return _filled(operand)
        case Past() | Coming() | Before() | After() | Between() | Anniversary():
            return _in_time(test, operand, clock)
        case _:
            assert_never(test)


def _one_of(values: Sequence[str | int | Decimal], operand: Operand) -> E:
    kind, put = operand.column.kind, operand.parameters.put
    if kind in SETS:
        return operand.overlaps([put(str(each)) for each in values])
    if kind in TEXTS:
        texts = dict.fromkeys(folded(str(each)) for each in values if each != "")
        return one_of(exp.Lower(this=operand.text()), [put(text) for text in texts])
    if operand.column.whole:
        ids = [int(each) for each in values if str(each).isascii() and str(each).isdigit()]
        return one_of(operand.key(), [put(id) for id in ids if id < 2**63])
    if kind in KEYS:
        return one_of(operand.key(), [put(each) for each in values])
    read = operand.number() if kind is Kind.NUMBER else operand.text()
    return one_of(read, [put(each) for each in values if each != ""])


def _part(test: Contains | Lacks | StartsWith | EndsWith, operand: Operand) -> E:
    text, part = exp.Lower(this=operand.text()), folded(test.text)
    wanted = operand.parameters.put(part)
    match test:
        case Contains() | Lacks():
            place = exp.StrPosition(this=text, substr=wanted)
            return exp.GT(this=place, expression=exp.Literal.number(0))
        case StartsWith():
            return exp.StartsWith(this=text, expression=wanted)
        case EndsWith():
            end = exp.Right(this=text, expression=exp.Literal.number(len(part)))
            return exp.EQ(this=end, expression=wanted)


def _compares(test: Compare | Range, operand: Operand) -> E:
    put, number = operand.parameters.put, operand.number()
    if isinstance(test, Range):
        found = within(number, put(test.low), put(test.high), last=exp.LTE)
    else:
        found = [_COMPARE[test.op](this=number, expression=put(test.than))]
    if test.currency:
        found.append(exp.EQ(this=operand.currency(), expression=put(test.currency)))
    return both(found)


def _filled(operand: Operand) -> E:
    kind = operand.column.kind
    if kind in SETS:
        return operand.has_choices()
    if kind in TEXTS or (kind in CODES and not operand.column.whole):
        return exp.NEQ(this=operand.text(), expression=exp.Literal.string(""))
    return exp.not_(exp.Is(this=_plain(operand), expression=exp.Null()))


def _plain(operand: Operand) -> E:
    match operand.column.kind:
        case Kind.NUMBER | Kind.MONEY:
            return operand.number()
        case Kind.BOOLEAN:
            return operand.boolean()
        case Kind.DATE:
            return operand.date()
        case Kind.DATETIME:
            return operand.moment()
        case _:
            return operand.key()


def _in_time(test: Temporal, operand: Operand, clock: Clock) -> E:
    put = operand.parameters.put
    if isinstance(test, Anniversary):
        days = times.anniversaries(test, clock.today)
        return one_of(operand.month_and_day(), [put(day) for day in days])
    if operand.column.kind is Kind.DATETIME:
        begin, end = (put(each) if each else None for each in times.bounds(test, clock))
        return both(within(operand.moment(), begin, end))
    first, last = (_day(each, operand) for each in times.days(test, clock))
    return both(within(operand.date(), first, last, last=exp.LTE))


def _day(day: date | None, operand: Operand) -> E | None:
    if day is None:
        return None
    return operand.parameters.put(day.isoformat() if operand.json else day)
