"""What can be imported: each folder offers its own. A target has slots, rules and ways to write."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Mapping as Mapped
from dataclasses import dataclass
from typing import Any, Protocol

from django.db.models import F, GeneratedField, Model

from accord.engine.errors import Refused
from accord.platform.models import User
from accord.platform.transfer.mapping import Mapping


class UnknownTarget(Refused):
    """This cannot be imported. Choose what the rows of the file are."""


@dataclass(frozen=True)
class Choice:
    value: str
    label: str


@dataclass(frozen=True)
class Slot:
    """Something a column can fill.

    kind:   how a cell is read (see `cells.READERS`) and staged.
    column: the column of the target's table it lands in; "" where the target writes it itself.
    custom: it lands in the record's `custom` values instead.
    merged: SQL for the value a record `c` that is there gets from a staged row `s`; "" takes
            the staged one.
    most:   how many characters fit, or the largest whole number.
    listed: the values it knows, for proposals.
    taken_from, taken: where no column fills it, it is read from what fills that other slot.

    Of kind "reference" the name is staged as it is, and the target puts the id of what is
    meant beside it, in `<name>_id`, when it relates.
    """

    name: str
    label: str
    kind: str
    group: str = ""
    column: str = ""
    currency_column: str = ""
    custom: bool = False
    merged: str = ""
    most: int = 0
    choices: tuple[Choice, ...] = ()
    listed: Callable[[], Iterable[str]] | None = None
    taken_from: str = ""
    taken: Callable[[str], object] | None = None

    @property
    def staged(self) -> str:
        """The staged column that holds what is written."""
        return f"{self.name}_id" if self.kind == "reference" else self.name


@dataclass(frozen=True)
class Rule:
    """A way to recognise a record that is there already.

    slots:  all must be filled in a row for the rule to be asked.
    sql:    an expression over the staged row `s` that gives the id of the record, or null.
    unique: two records can never share it, so that a row that would is refused.
    own:    a record has one of these: two that differ in it are two, whatever else they share.
    """

    name: str
    label: str
    slots: tuple[str, ...]
    sql: str
    unique: str = ""
    own: bool = False


class Statements(Protocol):
    """What a target's own steps run their SQL with."""

    values: dict[str, Any]

    @property
    def by(self) -> User | None: ...

    def run(self, sql: str, **values: Any) -> int:
        """Run a statement; answers how many rows it touched.

        It may use {stage} and {change} for the staged rows and the changes of records, {new}
        and {found} for conditions on staged rows `s` that are new or were there already, and
        the values %(import_id)s, %(by)s, %(now)s and %(wave)s.
        """

    def ask(self, sql: str, **values: Any) -> list[tuple[Any, ...]]:
        """Run a query in the same terms; answers its rows."""


class Batch(Statements, Protocol):
    """One wave of one chunk, in one transaction."""

    @property
    def mapping(self) -> Mapping: ...

    def has(self, *slots: str) -> bool:
        """Whether the mapping fills any of these."""


Step = Callable[[Batch], None]


@dataclass(frozen=True)
class Pair:
    """Two records one row means: `kept` by the first rule that finds one, `gone` by another."""

    number: int
    kept: int
    gone: int


@dataclass(frozen=True)
class Merged(Pair):
    """Two that were merged; ids alone, so that no name stays here. taken: fields it took over."""

    taken: tuple[str, ...]


def unmerge(job: int, by: User | None) -> int:
    """The way back of a target that merges nothing."""
    return 0


def untold(job: int, by: User | None) -> None:
    """What a target takes back whose rows say nothing of people."""


def unresolved(plan: Any, lines: list[Any], book: Any) -> None:
    """What a target does that names nothing but colleagues."""


def nothing(batch: Statements) -> None:
    """A step a target does without."""


@dataclass(frozen=True)
class Target:
    """One noun that can be imported.

    model:   whose rows the records are; slots with a `column` are columns of it.
    write:   the permission that decides, record by record, whether it may be made or changed.
    needs:   a new record needs all slots of one of these.
    prepare: make what the mapping declares (fields, pipelines) before the first row.
    resolve: turn names into ids in the lines of a chunk, in its transaction (plan, lines, book).
    check:   after matching: refuse rows the trade forbids, by giving them a `reason`.
    relate:  once it is known which rows are new: ids of references, changes in other tables.
    made:    SQL for columns of a new row that no slot fills, by column.
    kept:    SQL for what the kept row of a record that was there holds, for `finish`.
    after:   beside new and changed rows: addresses, history, events.
    merge:   merge two records a row means; answers the labels of the fields that the kept one
             took over. None: such rows are refused.
    unmerge: in an undo of an import, once values are put back: undo its merges; answers how many
             stay.
    retract: take back what the import said of people, before an undo does the rest.
    finish:  once after the last row, with no staged rows left.
    follows: SQL for columns that follow from others, by column, in new and in changed rows and
             in an undo. {name} in it is what the column of that name becomes.
    back:    SQL for more columns an undo puts back, by column, over the record `c` and its old
             values by field in `h.f`.
    restore: in an undo, after columns were put back: what `after` wrote beside them.
    parts:   models whose rows belong to a record and go with it.
    together: fields an undo puts back together or not at all.
    also_changed: targets whose records an import may change beside its own.
    derived: slots `resolve` fills, whether or not a column does.
    also_made: models whose rows an import may make beside its own.
    staged:  slots the target's own SQL reads, staged empty where nothing fills them.
    people:  its rows are people: it is asked what they may be written to on, see `origins`.
    places:  what they may be written to about and how, as purpose/channel, in words.
    """

    name: str
    noun: str
    label: str
    model: type[Model]
    write: str
    needs: tuple[tuple[str, ...], ...]
    nameless: str
    rules: Callable[[], tuple[Rule, ...]]
    slots: Callable[[Mapping], Iterable[Slot]]
    permission: str = "import.run"
    sections: tuple[str, ...] = ()
    prepare: Callable[[Mapping, User | None], None] | None = None
    resolve: Callable[[Any, list[Any], Any], None] = unresolved
    check: Step = nothing
    relate: Step = nothing
    made: Callable[[Batch], dict[str, str]] = lambda batch: {}
    kept: str = "'{}'"
    after: Step = nothing
    merge: Callable[[Batch, Pair], tuple[str, ...]] | None = None
    unmerge: Callable[[int, User | None], int] = unmerge
    retract: Callable[[int, User | None], None] = untold
    finish: Step = nothing
    follows: Callable[[], dict[str, str]] = dict
    back: Callable[[], dict[str, str]] = dict
    restore: Callable[[Statements], None] = nothing
    parts: tuple[type[Model], ...] = ()
    also_made: tuple[type[Model], ...] = ()
    also_changed: tuple[str, ...] = ()
    together: tuple[str, ...] = ()
    derived: tuple[str, ...] = ()
    staged: tuple[str, ...] = ()
    people: bool = False
    places: Callable[[], Mapped[str, str]] = dict


_PLACE = re.compile(r"\{(\w+)\}")


def following(target: Target, becomes: Mapped[str, str], *, of: str) -> dict[str, str]:
    """What `target.follows` says, where the columns become this; `of` names the record as it is,
    whose columns stay where `becomes` lacks them."""

    def meant(place: re.Match[str]) -> str:
        return f"({becomes.get(place[1], f'{of}.{place[1]}')})"

    return {name: _PLACE.sub(meant, sql) for name, sql in target.follows().items()}


def touched(target: Target, becomes: Mapped[str, str], *, of: str) -> dict[str, str]:
    """A column that others are computed from, set to what it is, where `becomes` sets none.

    PostgreSQL (17, 18) prepares computed columns anew for each row of an UPDATE that leaves them
    all as they are, which costs more than computing them: 15 of 54 µs for a contact.
    """
    fields = target.model._meta.concrete_fields
    computed: list[Any] = [field for field in fields if isinstance(field, GeneratedField)]
    sources = {name for field in computed for name in _named_in(field.expression)}
    if not sources or sources & becomes.keys():
        return {}
    return {min(sources): f"{of}.{min(sources)}"}


def _named_in(expression: Any) -> Iterator[str]:
    """The columns an expression is computed from."""
    if isinstance(expression, F):
        yield expression.name  # type: ignore[attr-defined]
    else:
        for part in expression.get_source_expressions():
            yield from _named_in(part)


_targets: dict[str, Callable[[], Target]] = {}


def offer(name: str, target: Callable[[], Target]) -> None:
    """Make a noun importable. Called when the app of its folder is ready."""
    _targets[name] = target


def named(name: str) -> Target:
    """The target of this name. Raises UnknownTarget."""
    if name not in _targets:
        known = ", ".join(_targets)
        raise UnknownTarget(f"“{name[:40]}” cannot be imported. Choose one of {known}.")
    return _targets[name]()


def names() -> tuple[str, ...]:
    """What can be imported, in the order it was offered."""
    return tuple(_targets)
