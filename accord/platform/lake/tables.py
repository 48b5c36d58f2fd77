"""The tables of the lake: which columns, how they are read and kept. Folders offer their own."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.contrib.postgres.fields import ArrayField
from django.db import models

from accord.engine.errors import Refused
from accord.platform.models import Event, User


class NoTable(Refused):
    """The lake has no table of this name."""


@dataclass(frozen=True)
class Carried:
    """A column as it leaves PostgreSQL. sql: of the row `r`; type: DuckDB's."""

    name: str
    type: str
    sql: str


@dataclass(frozen=True)
class Column:
    """A column of the lake. made: DuckDB's expression over the carried columns."""

    name: str
    type: str
    made: str


@dataclass(frozen=True)
class Table:
    """A table, called in the lake as in the database. Every row has a number "id".

    order:   the columns its files are sorted by.
    contact: the column that says whose a row is, "" where rows are nobody's; so is visitor.
    moment:  the column by whose month (UTC) the rows are kept apart, "" for one folder of all.
    """

    name: str
    carried: tuple[Carried, ...]
    columns: tuple[Column, ...]
    order: tuple[str, ...] = ("id",)
    contact: str = ""
    visitor: str = ""
    moment: str = ""

    @property
    def shape(self) -> str:
        """A digest of all that decides what a file holds."""
        return hashlib.sha256(repr((self.carried, self.columns)).encode()).hexdigest()

    @property
    def names(self) -> str:
        return ", ".join(f'"{each.name}"' for each in self.columns)

    @property
    def sorted(self) -> str:
        return ", ".join(f'"{each}"' for each in self.order)


Describe = Callable[[], Table]
_offered: dict[str, Describe] = {}
_small: dict[str, Describe] = {}
_views: dict[str, tuple[str, ...]] = {}


def offer(name: str, describe: Describe) -> None:
    """Have a table in the lake. A migration has called accord_lake_follow on it."""
    _offered[name] = describe


def offer_small(name: str, describe: Describe) -> None:
    """Have a table at hand for questions that is so small that each reads it from the database."""
    _small[name] = describe


def offer_view(name: str, *, over: Iterable[str]) -> None:
    """Have a view of the database at hand: it means in the lake what it means there.

    over: the tables it reads, offered too.
    """
    _views[name] = tuple(over)


def found() -> list[Table]:
    """Every table the lake keeps, as its columns are now."""
    return [describe() for describe in _offered.values()]


def named(name: str) -> Table:
    """Raises NoTable."""
    if name not in _offered:
        raise NoTable(f"There is no table {name} in the lake; there are {', '.join(_offered)}.")
    return _offered[name]()


def names() -> list[str]:
    """The tables the lake keeps."""
    return list(_offered)


def small(name: str) -> Table | None:
    """A table that is read from the database each time, if it is one."""
    return _small[name]() if name in _small else None


def under(view: str) -> tuple[str, ...]:
    """The tables a view reads; none where it is no view."""
    return _views.get(view, ())


def of(
    model: type[models.Model],
    *,
    columns: Iterable[str] = (),
    opened: str = "",
    more: Iterable[Column] = (),
    order: tuple[str, ...] = ("id",),
    contact: str = "",
) -> Table:
    """A model's table: its own columns (or these), without what is made for searching alone.

    opened: a JSON column that is not kept but cut into `more`, which read it as text.
    """
    wanted = tuple(columns)
    kept = [
        each
        for each in model._meta.concrete_fields
        if each.column not in (opened, "search_text") and (not wanted or each.column in wanted)
    ]
    pairs = [_column(each) for each in kept]
    carried = [carried for carried, _ in pairs]
    if opened:
        carried.append(Carried(opened, "VARCHAR", f'r."{opened}"::text'))
    made = [column for _, column in pairs]
    return Table(model._meta.db_table, tuple(carried), (*made, *more), order, contact)


def events() -> Table:
    """What happened, month by month, a contact's events side by side."""
    pairs = [_column(each) for each in Event._meta.concrete_fields]
    return Table(
        Event._meta.db_table,
        tuple(carried for carried, _ in pairs),
        tuple(column for _, column in pairs),
        order=("contact_id", "happened_at", "id"),
        contact="contact_id",
        visitor="visitor_id",
        moment="happened_at",
    )


def colleagues() -> Table:
    """Who is in which team, and nothing else of them."""
    return of(User, columns=("id", "team_id"))


def _column(field: models.Field[object, object]) -> tuple[Carried, Column]:
    name = str(field.column)
    plain = f'r."{name}"'
    if isinstance(field, ArrayField):
        made = f'from_json("{name}", \'["VARCHAR"]\')'
        return Carried(name, "VARCHAR", f"to_json({plain})::text"), Column(name, "VARCHAR[]", made)
    if isinstance(field, models.JSONField):
        return Carried(name, "VARCHAR", f"{plain}::text"), Column(name, "JSON", f'"{name}"::JSON')
    type = _type(field)
    return Carried(name, type, plain), Column(name, type, f'"{name}"')


def _type(field: models.Field[object, object]) -> str:
    if isinstance(field, models.ForeignKey):
        return _type(field.target_field)
    if isinstance(field, models.GeneratedField) and field.output_field is not None:
        return _type(field.output_field)
    if isinstance(field, models.DecimalField):
        return f"DECIMAL({field.max_digits}, {field.decimal_places})"
    for kind, type in _TYPES.items():
        if isinstance(field, kind):
            return type
    raise TypeError(f"the lake has no type for {field}")


_TYPES: dict[type[models.Field[object, object]], str] = {
    models.DateTimeField: "TIMESTAMPTZ",
    models.DateField: "DATE",
    models.BooleanField: "BOOLEAN",
    models.IntegerField: "BIGINT",
    models.AutoField: "BIGINT",
    models.FloatField: "DOUBLE",
    models.CharField: "VARCHAR",
    models.TextField: "VARCHAR",
}

offer(Event._meta.db_table, events)
offer(User._meta.db_table, colleagues)
