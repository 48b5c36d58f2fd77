"""Where the compiler finds things: names of tables and columns, for one database.

The same shape describes the operational tables (custom values in a JSON column, properties as
JSON) and the typed views of the lake. Names stand in SQL as they are, so they may only be what
a catalogue says, and only small letters, digits and underscores.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from accord.engine.segments.terms import Kind

_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")


@dataclass(frozen=True, slots=True)
class Lookup:
    """A row another column leads to: the owner's row, for the owner's team."""

    table: str
    id: str
    by: str

    def __post_init__(self) -> None:
        _names(self.table, self.id, self.by)


@dataclass(frozen=True, slots=True)
class Column:
    """Where a field's value stands.

    column:   the column, or with `key` the JSON object it is a key of. Moments need a column.
    currency: of money in columns of its own, the column of its currency.
    whole:    the values are whole numbers that rules write as text (ids of stages, of teams).
    lookup:   the column is of the row this leads to.
    """

    kind: Kind
    column: str
    key: str = ""
    currency: str = ""
    whole: bool = False
    lookup: Lookup | None = None

    def __post_init__(self) -> None:
        _names(self.column, *filter(None, [self.currency]))
        if self.key and self.kind is Kind.DATETIME:
            raise ValueError(f"a {self.kind} needs a column of its own")
        if set(self.key) & set('"\\'):
            raise ValueError(f"{self.key} cannot be a key")


Columns = Mapping[str, Column]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of records with fields. deleted: the column that is filled in deleted ones."""

    name: str
    fields: Columns = field(default_factory=dict)
    id: str = "id"
    deleted: str = ""

    def __post_init__(self) -> None:
        _names(self.name, self.id, *filter(None, [self.deleted]))


@dataclass(frozen=True, slots=True)
class Link:
    """A table that leads from a contact to something: a company, a deal, a list, a segment.

    only: a yes-or-no column that must be yes ("is_primary": at most one row of a contact).
    """

    table: str
    to: str
    contact: str = "contact_id"
    only: str = ""

    def __post_init__(self) -> None:
        _names(self.table, self.to, self.contact, *filter(None, [self.only]))


@dataclass(frozen=True, slots=True)
class Events:
    """What happened. fields: properties that have columns of their own (text)."""

    table: str
    fields: Columns = field(default_factory=dict)
    id: str = "id"
    contact: str = "contact_id"
    name: str = "name"
    at: str = "happened_at"
    properties: str = "properties"

    def __post_init__(self) -> None:
        _names(self.table, self.id, self.contact, self.name, self.at, self.properties)


@dataclass(frozen=True, slots=True)
class Entries:
    """Entries into lifecycle stages; `stage` of the contacts' table is the present one."""

    table: str
    contact: str = "contact_id"
    stage: str = "stage"
    previous: str = "previous"
    at: str = "at"

    def __post_init__(self) -> None:
        _names(self.table, self.contact, self.stage, self.previous, self.at)


@dataclass(frozen=True, slots=True)
class Answers:
    """The consent ledger: a row an answer, the latest (by moment, then id) is in force.

    given: yes or no. expires: the moment it ends by itself, empty where it does not.
    """

    table: str
    id: str = "id"
    contact: str = "contact_id"
    purpose: str = "purpose"
    channel: str = "channel"
    given: str = "given"
    at: str = "happened_at"
    expires: str = "expires_at"

    def __post_init__(self) -> None:
        _names(self.table, self.id, self.contact, self.purpose, self.channel)
        _names(self.given, self.at, self.expires)


@dataclass(frozen=True, slots=True)
class Schema:
    """All tables rules are asked of. What is None cannot be asked for.

    outcome: of the deals' table, the column with "", "won" or "lost"; "" is open.
    """

    contacts: Table
    companies: Table | None = None
    employments: Link | None = None
    events: Events | None = None
    entries: Entries | None = None
    deals: Table | None = None
    deal_people: Link | None = None
    outcome: str = "outcome"
    answers: Answers | None = None
    lists: Link | None = None
    segments: Link | None = None

    def __post_init__(self) -> None:
        _names(self.outcome)


def _names(*names: str) -> None:
    for name in names:
        if not _NAME.fullmatch(name):
            raise ValueError(f"“{name}” is no name of a table or column")
