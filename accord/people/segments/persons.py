"""People as the engine's rules see one: all that some rules ask of them, read in one statement.

One statement sees one state of the database: nobody is judged by half of a change.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from accord.engine import segments as engine
from accord.engine.money import Money
from accord.engine.segments import language, references, values
from accord.engine.segments.language import HasDeal, Outcome, Trait
from accord.engine.segments.person import (
    ConsentAnswer,
    Deal,
    Event,
    Person,
    Property,
    StageEntry,
    Value,
)
from accord.engine.segments.schema import Column, Schema, Table
from accord.engine.segments.terms import SETS, BadRule, Kind


@dataclass(frozen=True)
class Asked:
    """What rules ask of a person: fields by noun, events by name, and topics."""

    contact: tuple[str, ...]
    company: tuple[str, ...]
    deal: tuple[str, ...]
    events: tuple[str, ...]
    topics: frozenset[str]


def asked(rules: Iterable[engine.Rule]) -> Asked:
    """What must be read to decide these rules."""
    found: dict[str, set[str]] = {"contact": {"stage"}, "company": set(), "deal": set()}
    topics: set[str] = set()
    for rule in rules:
        topics |= references.topics(rule)
        for _, leaf in language.leaves(rule):
            if isinstance(leaf, Trait):
                found[leaf.noun].add(leaf.field)
            if isinstance(leaf, HasDeal):
                found["deal"] |= {each.field for each in leaf.where}
    names = sorted(each.partition(":")[2] for each in topics if each.startswith("event:"))
    contact, company, deal = (tuple(sorted(each)) for each in found.values())
    return Asked(contact, company, deal, tuple(names), frozenset(topics))


def load(people: Iterable[int], wanted: Asked, schema: Schema) -> dict[int, Person]:
    """These people, as far as they are there and not deleted, by id.

    Lists and segments are those they are members of now. Raises BadRule where a field is gone.
    """
    reading = _Reading(wanted, schema)
    with connection.cursor() as cursor:
        cursor.execute(reading.sql(), {"people": list(people), "names": list(wanted.events)})
        return {row[0]: reading.person(row) for row in cursor.fetchall()}


def check(wanted: Asked, schema: Schema) -> None:
    """Raise BadRule where a field that is asked for is gone."""
    _Reading(wanted, schema)


@dataclass(frozen=True)
class _Part:
    """A field that is read: its name, where it stands, and the SQL of its parts."""

    name: str
    column: Column
    parts: tuple[str, ...]

    def value(self, row: Iterator[Any]) -> Value:
        read = [next(row) for _ in self.parts]
        return _from_json(self.column, read[0]) if self.column.key else _stored(self.column, read)


class _Reading:
    def __init__(self, wanted: Asked, schema: Schema) -> None:
        self.wanted, self.schema = wanted, schema
        self.contact = _parts(schema.contacts, wanted.contact, "c")
        self.company = _parts(schema.companies, wanted.company, "co")
        self.deal = _parts(schema.deals, wanted.deal, "d")

    def sql(self) -> str:
        shown = ["c.id", *_shown(self.contact), *_shown(self.company)]
        shown += ["co.id IS NOT NULL" if self.company else "false"]
        shown += [self._events(), self._entries(), self._deals(), self._answers(), self._members()]
        contacts = self.schema.contacts
        return (
            f"SELECT {', '.join(shown)} FROM {contacts.name} AS c {self._employment()}"
            f" WHERE c.id = ANY(%(people)s) AND c.{contacts.deleted} IS NULL"
        )

    def person(self, row: Sequence[Any]) -> Person:
        cells = iter(row)
        id = next(cells)
        traits = {part.name: part.value(cells) for part in self.contact}
        company = {part.name: part.value(cells) for part in self.company}
        employed = next(cells)
        events, entries, deals, answers, members = (_rows(each) for each in cells)
        joined = frozenset(int(each) for each in members)
        return Person(
            id,
            traits=traits,
            company=company if employed else None,
            events=tuple(self._event(*each) for each in events),
            entries=tuple(StageEntry(s, p, datetime.fromisoformat(at)) for s, p, at in entries),
            deals=tuple(self._deal(*each) for each in deals),
            answers=tuple(_answer(*each) for each in answers),
            lists=joined,
            segments=joined,
        )

    def _employment(self) -> str:
        link, companies = self.schema.employments, self.schema.companies
        if not self.company or link is None or companies is None:
            return ""
        return (
            f"LEFT JOIN {link.table} AS l ON l.{link.contact} = c.id AND l.{link.only}"
            f" LEFT JOIN {companies.name} AS co ON co.id = l.{link.to}"
            f" AND co.{companies.deleted} IS NULL"
        )

    def _events(self) -> str:
        events = self.schema.events
        if events is None or not self.wanted.events:
            return "NULL"
        shown = [f"e.{events.id}", f"e.{events.name}", f"e.{events.at}"]
        shown += [f"e.{events.properties}::text", *(f"e.{each}" for each in events.fields)]
        return _gathered(
            shown,
            f"{events.table} AS e",
            f"e.{events.contact}",
            f"e.{events.name} = ANY(%(names)s)",
        )

    def _entries(self) -> str:
        entries = self.schema.entries
        if entries is None or "stage" not in self.wanted.topics:
            return "NULL"
        shown = [f"s.{entries.stage}", f"s.{entries.previous}", f"s.{entries.at}"]
        return _gathered(shown, f"{entries.table} AS s", f"s.{entries.contact}")

    def _deals(self) -> str:
        deals, link = self.schema.deals, self.schema.deal_people
        if deals is None or link is None or "deal" not in self.wanted.topics:
            return "NULL"
        shown = [f"d.{self.schema.outcome}", *_shown(self.deal)]
        source = f"{link.table} AS p JOIN {deals.name} AS d ON d.id = p.{link.to}"
        return _gathered(shown, source, f"p.{link.contact}", f"d.{deals.deleted} IS NULL")

    def _answers(self) -> str:
        answers = self.schema.answers
        if answers is None or "consent" not in self.wanted.topics:
            return "NULL"
        names = (answers.id, answers.purpose, answers.channel, answers.given)
        shown = [f"a.{each}" for each in (*names, answers.at, answers.expires)]
        return _gathered(shown, f"{answers.table} AS a", f"a.{answers.contact}")

    def _members(self) -> str:
        link = self.schema.segments
        if link is None:
            return "NULL"
        found = f"FROM {link.table} AS m WHERE m.{link.contact} = c.id"
        return f"(SELECT json_agg(m.{link.to})::text {found})"

    def _event(self, id: int, name: str, at: str, properties: str, *own: str) -> Event:
        events = self.schema.events
        held: dict[str, Property] = json.loads(properties)
        held |= dict(zip(events.fields if events else (), own, strict=True))
        return Event(id, name, datetime.fromisoformat(at), held)

    def _deal(self, outcome: str, *cells: Any) -> Deal:
        row = iter(cells)
        fields = {part.name: part.value(row) for part in self.deal}
        return Deal(Outcome(outcome or "open"), fields)


def _parts(table: Table | None, names: Iterable[str], alias: str) -> tuple[_Part, ...]:
    found = []
    for name in names:
        column = table.fields.get(name) if table else None
        if column is None:
            raise BadRule("", f"There is no field “{name[:60]}” any more. Choose another field.")
        found.append(_Part(name, column, tuple(_sql(column, alias))))
    return tuple(found)


def _sql(column: Column, alias: str) -> Iterator[str]:
    place = f"{alias}.{column.column}"
    if column.lookup:
        there = column.lookup
        place = (
            f"(SELECT t.{column.column} FROM {there.table} AS t"
            f" WHERE t.{there.id} = {alias}.{there.by})"
        )
    if column.key:
        # The name of a custom field is data: it may hold a quote.
        key = column.key.replace("'", "''").replace("%", "%%")
        yield f"({place} -> '{key}')::text"
    else:
        yield place
    if column.currency:
        yield f"{alias}.{column.currency}"


def _shown(parts: Iterable[_Part]) -> list[str]:
    return [sql for part in parts for sql in part.parts]


def _gathered(shown: Iterable[str], source: str, contact: str, where: str = "true") -> str:
    row = f"json_build_array({', '.join(shown)})"
    return f"(SELECT json_agg({row})::text FROM {source} WHERE {contact} = c.id AND {where})"


def _rows(found: Any) -> list[Any]:
    return [] if found is None else list(json.loads(found, parse_float=Decimal))


def _answer(
    id: int, purpose: str, channel: str, given: bool, *moments: str | None
) -> ConsentAnswer:
    at, ends = (datetime.fromisoformat(each) if each else None for each in moments)
    assert at is not None  # noqa: S101 - the ledger's column is never empty
    return ConsentAnswer(id, purpose, channel, given, at, ends)


def _stored(column: Column, read: Sequence[Any]) -> Value:
    """A value from a column of its own; in a row gathered as JSON, days and moments are text."""
    raw: Any = read[0]
    kind = column.kind
    if raw is None or raw == "":
        return None
    if column.whole:
        return str(raw)
    match kind:
        case Kind.MONEY:
            return Money(Decimal(str(raw)), read[1] if len(read) > 1 else "")
        case Kind.NUMBER:
            return Decimal(str(raw))
        case Kind.DATETIME:
            return _read(datetime, raw)
        case Kind.DATE:
            return _read(date, raw)
        case _:
            found: Value = tuple(raw) if kind in SETS else raw
            return found


def _from_json(column: Column, raw: Any) -> Value:
    """A custom field's value, by the rules the SQL reads it with."""
    raw = None if raw is None else json.loads(raw)
    held: Mapping[str, Any] = {"value": raw}
    match column.kind:
        case Kind.MONEY:
            return _money(raw) if isinstance(raw, dict) else None
        case Kind.NUMBER | Kind.BOOLEAN | Kind.DATE:
            return values.property_value(column.kind, held, "value")
        case Kind.PERSON | Kind.COMPANY:
            return raw if isinstance(raw, int) and not isinstance(raw, bool) else None
        case kind if kind in SETS:
            return (
                tuple(each for each in raw if isinstance(each, str))
                if isinstance(raw, list)
                else None
            )
        case _:
            return raw if isinstance(raw, str) else None


def _money(raw: Mapping[str, Any]) -> Money | None:
    amount = values.property_value(Kind.NUMBER, raw, "amount")
    currency = raw.get("currency")
    if not isinstance(amount, Decimal):
        return None
    return Money(amount, currency if isinstance(currency, str) else "")


def _read(type: type[date], raw: Any) -> date:
    found: date = type.fromisoformat(raw) if isinstance(raw, str) else raw
    return found
