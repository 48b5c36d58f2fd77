"""A field's value as SQL: a column, or a key of a JSON column, read as the kind it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlglot import exp

from accord.engine.segments.schema import Column
from accord.engine.segments.sql.dialects import Dialect, E
from accord.engine.segments.terms import BadRule, Kind


@dataclass
class Parameters:
    """Every value a rule brings, kept out of the SQL text. Equal values share a name."""

    values: dict[str, Any] = field(default_factory=dict)
    _names: dict[tuple[type, object], str] = field(default_factory=dict)

    def put(self, value: object) -> E:
        """A placeholder for a value."""
        name = self._names.setdefault((type(value), value), f"p{len(self._names) + 1}")
        self.values[name] = value
        return exp.Placeholder(this=name)

    def array(self, name: str, value: Sequence[int]) -> E:
        """A placeholder for a whole array, under a name of its own."""
        self.values[name] = list(value)
        return exp.Placeholder(this=name)


@dataclass(frozen=True)
class Operand:
    """A column of a table in the query, with the ways to read it."""

    column: Column
    alias: str
    dialect: Dialect
    parameters: Parameters

    @property
    def json(self) -> bool:
        return bool(self.column.key)

    def text(self) -> E:
        """As text; a kind of JSON other than a string is NULL."""
        return self.dialect.text(self._column(), self._path()) if self.json else self._column()

    def number(self) -> E:
        """As a number; of money, the amount."""
        if not self.json:
            return self._column()
        keys = ("amount",) if self.column.kind is Kind.MONEY else ()
        return self.dialect.number(self._column(), self._path(*keys))

    def key(self) -> E:
        """As the id of a colleague or company."""
        return self.number() if self.json else self._column()

    def currency(self) -> E:
        """Of money, the currency. Raises BadRule where the amounts are all in one."""
        if self.json:
            return self.dialect.text(self._column(), self._path("currency"))
        if not self.column.currency:
            raise BadRule("", "This amount is in the reporting currency. Leave the currency out.")
        return column(self.column.currency, self.alias)

    def boolean(self) -> E:
        return self.dialect.boolean(self._column(), self._path()) if self.json else self._column()

    def date(self) -> E:
        """As a date; in JSON, as text that compares like one."""
        return self.dialect.date(self._column(), self._path()) if self.json else self._column()

    def month_and_day(self) -> E:
        """As "MM-DD"."""
        if self.json:
            start, length = exp.Literal.number(6), exp.Literal.number(5)
            return exp.Substring(this=self.date(), start=start, length=length)
        return exp.TimeToStr(this=self._column(), format=exp.Literal.string("%m-%d"))

    def moment(self) -> E:
        return self._column()

    def overlaps(self, texts: Sequence[E]) -> E:
        """Whether one of the texts is among the choices."""
        if self.json:
            return self.dialect.overlaps(self._column(), self._path(), texts)
        return exp.ArrayOverlaps(this=self._column(), expression=_array(texts))

    def contains(self, texts: Sequence[E]) -> E:
        """Whether all of the texts are among the choices."""
        if self.json:
            return self.dialect.contains(self._column(), self._path(), texts)
        return exp.ArrayContainsAll(this=self._column(), expression=_array(texts))

    def has_choices(self) -> E:
        if self.json:
            return self.dialect.filled(self._column(), self._path())
        size = exp.ArraySize(this=self._column())
        return exp.GT(this=size, expression=exp.Literal.number(0))

    def _column(self) -> E:
        return column(self.column.column, self.alias)

    def _path(self, *more: str) -> tuple[E, ...]:
        keys = self.dialect.path((self.column.key, *more))
        return tuple(self.parameters.put(key) for key in keys)


def column(name: str, alias: str) -> exp.Column:
    """A column of a table in the query, in quotes: names may be words of SQL."""
    return exp.column(name, alias, quoted=True)


def _array(texts: Sequence[E]) -> E:
    kind = exp.DataType.build("VARCHAR[]", dialect="postgres")
    return exp.cast(exp.array(*texts), kind)
