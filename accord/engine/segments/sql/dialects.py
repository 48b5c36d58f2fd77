"""Where databases differ. One more dialect is one more of these: Spark's comes with its issue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from sqlglot import exp

from accord.engine.segments.values import DATE, NUMBER

E = exp.Expr
_DECIMAL = "DECIMAL(38, 6)"


class Dialect(Protocol):
    """What the compiler asks of a database beyond the SQL that SQLGlot writes for all.

    A path is the keys from the outside in, as expressions; a JSON value that is missing, null or
    of another type is NULL.
    """

    @property
    def name(self) -> str:
        """What SQLGlot calls it."""

    def path(self, keys: Sequence[str]) -> tuple[str, ...]:
        """The parameters that stand for a path of keys."""

    def text(self, json: E, path: Sequence[E]) -> E:
        """A JSON string as text."""

    def number(self, json: E, path: Sequence[E]) -> E:
        """A JSON number, or a string that is one, as a decimal of six places."""

    def date(self, json: E, path: Sequence[E]) -> E:
        """A JSON string YYYY-MM-DD as text, compared by its bytes."""

    def boolean(self, json: E, path: Sequence[E]) -> E:
        """A JSON boolean."""

    def overlaps(self, json: E, path: Sequence[E], texts: Sequence[E]) -> E:
        """Whether a JSON array holds one of the texts."""

    def contains(self, json: E, path: Sequence[E], texts: Sequence[E]) -> E:
        """Whether a JSON array holds all of the texts."""

    def filled(self, json: E, path: Sequence[E]) -> E:
        """Whether a JSON array holds anything."""

    def micros(self, moment: E) -> E:
        """Microseconds since 1970, exact."""

    def among(self, id: E, ids: E) -> E:
        """Whether an id is in an array."""


class PostgreSQL:
    name = "postgres"

    def path(self, keys: Sequence[str]) -> tuple[str, ...]:
        return tuple(keys)

    def text(self, json: E, path: Sequence[E]) -> E:
        return _if(self._is(json, path, "string"), self._read(json, path))

    def number(self, json: E, path: Sequence[E]) -> E:
        text = self._read(json, path)
        places = exp.Literal.number(6)
        return _if(_like(text, NUMBER), exp.Round(this=exp.cast(text, "DECIMAL"), decimals=places))

    def date(self, json: E, path: Sequence[E]) -> E:
        text = self._read(json, path)
        binary = exp.Collate(this=text, expression=exp.to_identifier("C", quoted=True))
        return _if(_like(text, DATE), binary)

    def boolean(self, json: E, path: Sequence[E]) -> E:
        yes = exp.EQ(this=self._read(json, path), expression=exp.Literal.string("true"))
        return _if(self._is(json, path, "boolean"), yes)

    def overlaps(self, json: E, path: Sequence[E], texts: Sequence[E]) -> E:
        found = exp.func("JSONB_EXISTS_ANY", _call("JSONB_EXTRACT_PATH", json, path), _texts(texts))
        return exp.and_(self._is(json, path, "array"), found)

    def contains(self, json: E, path: Sequence[E], texts: Sequence[E]) -> E:
        found = exp.func("JSONB_EXISTS_ALL", _call("JSONB_EXTRACT_PATH", json, path), _texts(texts))
        return exp.and_(self._is(json, path, "array"), found)

    def filled(self, json: E, path: Sequence[E]) -> E:
        none = exp.NEQ(this=self._read(json, path), expression=exp.Literal.string("[]"))
        return exp.and_(self._is(json, path, "array"), none)

    def micros(self, moment: E) -> E:
        seconds = exp.Extract(this=exp.var("EPOCH"), expression=moment)
        return exp.Mul(this=seconds, expression=exp.Literal.number(1_000_000))

    def among(self, id: E, ids: E) -> E:
        return exp.EQ(this=id, expression=exp.Any(this=exp.paren(ids)))

    def _read(self, json: E, path: Sequence[E]) -> E:
        return _call("JSONB_EXTRACT_PATH_TEXT", json, path)

    def _is(self, json: E, path: Sequence[E], type: str) -> E:
        found = exp.func("JSONB_TYPEOF", _call("JSONB_EXTRACT_PATH", json, path))
        return exp.EQ(this=found, expression=exp.Literal.string(type))


class DuckDB:
    name = "duckdb"

    def path(self, keys: Sequence[str]) -> tuple[str, ...]:
        return ("$" + "".join(f'."{key}"' for key in keys),)

    def text(self, json: E, path: Sequence[E]) -> E:
        return _if(self._is(json, path, "VARCHAR"), self._read(json, path))

    def number(self, json: E, path: Sequence[E]) -> E:
        text = self._read(json, path)
        return _if(_like(text, NUMBER), exp.TryCast(this=text, to=_type(_DECIMAL)))

    def date(self, json: E, path: Sequence[E]) -> E:
        text = self._read(json, path)
        return _if(_like(text, DATE), text)

    def boolean(self, json: E, path: Sequence[E]) -> E:
        yes = exp.EQ(this=self._read(json, path), expression=exp.Literal.string("true"))
        return _if(self._is(json, path, "BOOLEAN"), yes)

    def overlaps(self, json: E, path: Sequence[E], texts: Sequence[E]) -> E:
        return exp.ArrayOverlaps(this=self._array(json, path), expression=_texts(texts))

    def contains(self, json: E, path: Sequence[E], texts: Sequence[E]) -> E:
        return exp.ArrayContainsAll(this=self._array(json, path), expression=_texts(texts))

    def filled(self, json: E, path: Sequence[E]) -> E:
        size = exp.ArraySize(this=self._array(json, path))
        return exp.GT(this=size, expression=exp.Literal.number(0))

    def micros(self, moment: E) -> E:
        return exp.func("EPOCH_US", moment)

    def among(self, id: E, ids: E) -> E:
        return exp.func("LIST_CONTAINS", ids, id)

    def _read(self, json: E, path: Sequence[E]) -> E:
        return _call("JSON_EXTRACT_STRING", json, path)

    def _is(self, json: E, path: Sequence[E], type: str) -> E:
        found = _call("JSON_TYPE", json, path)
        return exp.EQ(this=found, expression=exp.Literal.string(type))

    def _array(self, json: E, path: Sequence[E]) -> E:
        return exp.TryCast(this=_call("JSON_EXTRACT", json, path), to=_type("TEXT[]"))


def _call(name: str, json: E, path: Sequence[E]) -> E:
    return exp.func(name, json.copy(), *(each.copy() for each in path))


def _if(condition: E, value: E) -> E:
    return exp.Case(ifs=[exp.If(this=condition, true=value)])


def _like(text: E, pattern: str) -> E:
    return exp.RegexpLike(this=text.copy(), expression=exp.Literal.string(pattern))


def _texts(texts: Sequence[E]) -> E:
    return exp.cast(exp.array(*texts), _type("TEXT[]"))


def _type(name: str) -> exp.DataType:
    return exp.DataType.build(name, dialect="postgres")


DIALECTS: dict[str, Dialect] = {each.name: each for each in (PostgreSQL(), DuckDB())}
