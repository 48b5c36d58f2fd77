"""Small tables that every page needs and that seldom change: read at once, kept while they last.

One query reads all of them. After that one asks only whether something changed since, whoever
changed it and in whichever process: at the first look of every request, and after two seconds
elsewhere (a worker, a command).
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Generic, TypeVar

from django.db import connection, transaction
from django.db.models import Model

T = TypeVar("T")
M = TypeVar("M", bound=Model)

FRESH_SECONDS = 2.0


class Table(Generic[M]):
    """A small table of which some fields are kept, in the order of its model.

    Its rows are shared by everybody who asks: read them, change those of the database.
    """

    def __init__(self, model: type[M], *fields: str) -> None:
        self.model = model
        self.fields = tuple(
            each for each in model._meta.concrete_fields if each.primary_key or each.name in fields
        )
        self.columns = tuple(each.attname for each in self.fields)
        _tables.append(self)

    def rows(self) -> tuple[M, ...]:
        """The rows as they are now."""
        seen = _look()
        if self not in seen.rows:
            forget_everything()  # its folder was loaded after the others were read
            seen = _look()
        return seen.rows[self]

    def made(self, row: Mapping[str, Any]) -> M:
        """A record of the model; what is not kept of it is read when it is asked for."""
        values = [each.to_python(row[each.attname]) for each in self.fields]
        return self.model.from_db("default", self.columns, values)


class Memory(Generic[T]):
    """What `make` makes of rows of these tables; made again only where one of them changed."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._kept: tuple[_Seen, T] | None = None

    def get(self) -> T:
        seen, kept = _look(), self._kept
        if kept is None or kept[0] is not seen:
            kept = self._kept = (seen, self._make())
        return kept[1]

    def forget(self) -> None:
        """Make it again, of the rows there are."""
        self._kept = None


def look_again() -> None:
    """Have the next look ask the database whether something changed: a request begins."""
    _shared.looks += 1
    _shared.due, _mine.seen = 0.0, None


def forget_everything() -> None:
    """Read everything again next time, and once more after the transaction at hand has ended.

    Until then only this thread sees what it changed.
    """
    _mine.seen, _mine.changed = None, connection.in_atomic_block
    _drop()
    if _mine.changed:
        transaction.on_commit(_drop)


@dataclass(frozen=True, eq=False)
class _Seen:
    """Rows of every table. mark: tells whether they are the ones the database has."""

    mark: object
    rows: Mapping[Table[Any], tuple[Any, ...]]


class _Mine(threading.local):
    """What this thread sees while a transaction of its own has changed one of the tables."""

    seen: _Seen | None = None
    changed = False


@dataclass
class _Shared:
    """What all threads see. due: until when nobody need ask; drops: how often it was thrown away;
    looks: how many requests began."""

    seen: _Seen | None = None
    due: float = 0.0
    drops: int = 0
    looks: int = 0
    asking: threading.Lock = field(default_factory=threading.Lock)


_mine = _Mine()
_shared = _Shared()
_tables: list[Table[Any]] = []


def _drop() -> None:
    _shared.seen, _shared.drops = None, _shared.drops + 1


def _look() -> _Seen:
    if _mine.changed and connection.in_atomic_block:
        _mine.seen = _mine.seen or _read(None)
        return _mine.seen
    _mine.changed = False
    return _fresh() or _ask()


def _fresh() -> _Seen | None:
    return _shared.seen if time.monotonic() < _shared.due else None


def _ask() -> _Seen:
    """What the database has now. Whoever comes meanwhile waits; who came before that needs no
    answer of their own."""
    with _shared.asking:
        while (known := _fresh()) is None:
            before, due = (_shared.drops, _shared.looks), time.monotonic() + FRESH_SECONDS
            found = _read(_shared.seen)
            if before[0] != _shared.drops:
                continue
            _shared.seen = found
            if before[1] != _shared.looks:
                return found  # a request that began since asks again
            _shared.due = due
        return known


def _read(known: _Seen | None) -> _Seen:
    tables = tuple(_tables)
    with connection.cursor() as cursor:
        if known is not None:
            cursor.execute(_mark(tables))
            if cursor.fetchone()[0] == known.mark:
                return known
        every = ", ".join(map(_rows, tables))
        cursor.execute(f"{_mark(tables)}, json_build_array({every})::text")
        mark, text = cursor.fetchone()
    found = json.loads(text, parse_float=Decimal)
    rows = [tuple(map(table.made, each)) for table, each in zip(tables, found, strict=True)]
    # What a transaction reads after it wrote has no mark: it may write more.
    return _Seen(mark or object(), dict(zip(tables, rows, strict=True)))


def _mark(tables: tuple[Table[Any], ...]) -> str:
    """A query for one text that changes whenever one of the tables does.

    A row's xmin is the transaction that wrote it. Later ones are higher: between two looks, the
    number of rows and the sum of these stay the same only where nothing was written.
    """
    marks = " || ' ' || ".join(
        f"(SELECT count(*) || ':' || coalesce(sum(xmin::text::bigint), 0) FROM {_name(table)})"
        for table in tables
    )
    return f"SELECT CASE WHEN pg_current_xact_id_if_assigned() IS NULL THEN {marks} END"


def _rows(table: Table[Any]) -> str:
    rows = table.model._default_manager.values(*table.columns).query
    return f"(SELECT coalesce(json_agg(kept), '[]') FROM ({rows}) AS kept)"


def _name(table: Table[Any]) -> str:
    return connection.ops.quote_name(table.model._meta.db_table)
