"""What a query is being built from, and the sub-selects it has asked for so far."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sqlglot import exp

from accord.engine.segments.schema import Column, Columns, Schema
from accord.engine.segments.sql.dialects import Dialect, E
from accord.engine.segments.sql.operands import Operand, Parameters, column
from accord.engine.segments.terms import BadRule, Kind
from accord.engine.segments.times import Clock

CONTACT = "contact"
PEOPLE = "c"


@dataclass
class Asking:
    """One query in the making. people: the ids it is narrowed to, None for everybody."""

    schema: Schema
    clock: Clock
    dialect: Dialect
    people: tuple[int, ...] | None = None
    parameters: Parameters = field(default_factory=Parameters)
    joins: list[tuple[E, str, E]] = field(default_factory=list)
    _aliases: dict[object, str] = field(default_factory=dict)

    def put(self, value: object) -> E:
        return self.parameters.put(value)

    def narrowed(self, contact: E) -> list[E]:
        """The condition that a column of contact ids is one of the people asked about."""
        if self.people is None:
            return []
        ids = self.parameters.array("people", self.people)
        return [self.dialect.among(contact.copy(), ids)]

    def operand(self, found: Column, alias: str) -> Operand:
        return Operand(found, alias, self.dialect, self.parameters)

    def selected(self, key: object, make: Callable[[], exp.Select]) -> exp.Column:
        """The contact's column of a joined sub-select: NULL for people it does not hold.

        key: equal lines share one sub-select.
        """
        if key not in self._aliases:
            select = make()
            alias = self._alias(key, "s")
            on = exp.EQ(
                this=column(CONTACT, alias), expression=column(self.schema.contacts.id, PEOPLE)
            )
            self.joins.append((select.subquery(alias), alias, on))
        return column(CONTACT, self._aliases[key])

    def joined(self, key: object, table: str, on: Callable[[str], E]) -> str:
        """The alias of a joined table, of which each contact has one row at most."""
        if key not in self._aliases:
            alias = self._alias(key, "t")
            self.joins.append((named(table, alias), alias, on(alias)))
        return self._aliases[key]

    def _alias(self, key: object, letter: str) -> str:
        self._aliases[key] = f"{letter}{len(self._aliases) + 1}"
        return self._aliases[key]


def field_of(columns: Columns, name: str, kind: Kind) -> Column:
    """The column of a field of this kind. Raises BadRule."""
    found = columns.get(name)
    if found is None:
        raise BadRule("", f"There is no field “{name[:60]}” any more. Choose another field.")
    if found.kind is not kind:
        raise BadRule("", f"The field “{name}” is a {found.kind}, not a {kind}. Write that kind.")
    return found


def named(table: str, alias: str) -> exp.Table:
    """A table under an alias."""
    return exp.Table(
        this=exp.to_identifier(table, quoted=True),
        alias=exp.TableAlias(this=exp.to_identifier(alias, quoted=True)),
    )
