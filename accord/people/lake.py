"""People in the lake: their tables with typed custom fields, and rules asked of everybody."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import Any

from django.db.models import Model
from django.utils import timezone

from accord.engine.segments import Rule, schema
from accord.engine.segments.schema import Schema
from accord.engine.segments.terms import Kind
from accord.engine.segments.times import Clock
from accord.people import fields
from accord.people.fields import Field
from accord.people.models import (
    Affiliation,
    Company,
    ConsentRecord,
    Contact,
    LifecycleChange,
    Membership,
    Purpose,
)
from accord.people.segments import tables as segment_tables
from accord.platform.lake import reading, tables
from accord.platform.lake.reading import Reader
from accord.platform.lake.tables import Column, Table

_CUSTOM = "custom"
_OF_CONSENT = (  # what was answered; its proof stays in the database
    "id",
    "contact_id",
    "what",
    "purpose",
    "channel",
    "at",
    "recorded_at",
    "source",
    "opt_out_offered",
    "confirms_id",
)
_TYPES = {
    Kind.NUMBER: "DECIMAL(38, 6)",
    Kind.MONEY: "DECIMAL(38, 6)",
    Kind.DATE: "DATE",
    Kind.BOOLEAN: "BOOLEAN",
    Kind.CHOICES: "VARCHAR[]",
    Kind.PERSON: "BIGINT",
    Kind.COMPANY: "BIGINT",
}
_READ = {
    Kind.NUMBER: "number",
    Kind.PERSON: "number",
    Kind.COMPANY: "number",
    Kind.DATE: "date",
    Kind.BOOLEAN: "boolean",
}


def register() -> None:
    """Offer the tables of this folder."""
    offer(Contact, "contact", contact="id")
    offer(Company, "company")
    for model in (Affiliation, LifecycleChange, Membership):
        offer_rows(model)
    offer_rows(ConsentRecord, _OF_CONSENT)
    tables.offer_small(Purpose._meta.db_table, lambda: tables.of(Purpose))
    family, consents = "people_family", (ConsentRecord._meta.db_table, Purpose._meta.db_table)
    tables.offer_view(family, over=[Contact._meta.db_table])
    tables.offer_view("people_consentanswer", over=(*consents, family))
    tables.offer_view("people_stageentry", over=(LifecycleChange._meta.db_table, family))


def offer(model: type[Model], noun: str, *, contact: str = "") -> None:
    """Have the records of a noun in the lake, each custom field in use as a typed column."""

    def describe() -> Table:
        more = custom_columns(noun)
        return tables.of(model, opened=_CUSTOM, more=more, contact=contact)

    tables.offer(model._meta.db_table, describe)


def offer_rows(model: type[Model], columns: Iterable[str] = ()) -> None:
    """Have rows that belong to contacts in the lake: all of their columns unless these."""
    kept = tuple(columns)

    def describe() -> Table:
        order = ("contact_id", "id")
        return tables.of(model, columns=kept, order=order, contact="contact_id")

    tables.offer(model._meta.db_table, describe)


def evaluate(rule: Rule, *, now: datetime, zone: tzinfo | None = None) -> set[int]:
    """The ids of everybody a rule selects, asked of the lake and of what changed since, as one.

    zone: in which days begin; the company's where it is not given. Raises BadRule where the rule
    asks for what is not there, and Damaged.
    """
    with reading.reading() as reader:
        return selected(reader, rule, Clock(now, zone or timezone.get_default_timezone()))


@contextmanager
def everybody() -> Iterator[Callable[[Rule, datetime], set[int]]]:
    """Within this block everybody a rule selects at a moment is asked of one snapshot."""
    with reading.reading() as reader:
        zone = timezone.get_default_timezone()
        yield lambda rule, now: selected(reader, rule, Clock(now, zone))


def selected(reader: Reader, rule: Rule, clock: Clock) -> set[int]:
    """What `evaluate` answers, within a reading: all that is asked there is of one snapshot."""
    from accord.engine.segments.sql import compile_rule  # loads SQLGlot

    typed = in_lake(segment_tables.operational())
    query = compile_rule(rule, typed, clock, dialect="duckdb")
    return {id for (id,) in reader.ask(query.sql, query.parameters)}


def in_lake(operational: Schema) -> Schema:
    """The same tables as the lake has them: custom fields in columns of their own."""
    deals, companies = operational.deals, operational.companies
    return replace(
        operational,
        contacts=_typed(operational.contacts),
        companies=companies and _typed(companies),
        deals=deals and _typed(deals),
    )


def custom_columns(noun: str) -> Iterator[Column]:
    """A column for each custom field in use, read from the JSON as rules read it."""
    for field in fields.catalogue(noun).values():
        if field.custom:
            yield from _columns(field)


def column_name(name: str) -> str:
    """The column of a custom field: its name, cut where it is long, never another's."""
    if len(name) > 45:
        name = f"{name[:36]}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"
    return f"custom_{name}"


def _columns(field: Field) -> Iterator[Column]:
    kind, name = Kind(field.kind.value), column_name(field.name)
    type = _TYPES.get(kind, "VARCHAR")
    if kind is Kind.MONEY:
        yield Column(name, type, _read("number", field.name, "amount"))
        yield Column(f"{name}_currency", "VARCHAR", _read("text", field.name, "currency"))
    elif kind is Kind.CHOICES:
        path = f"'$.\"{field.name}\"'"
        made = f'from_json(json_extract("{_CUSTOM}", {path}), \'["VARCHAR"]\')'
        yield Column(name, type, made)
    else:
        yield Column(name, type, _read(_READ.get(kind, "text"), field.name))


def _read(how: str, *path: str) -> str:
    """The expression by which a rule reads a custom value."""
    from sqlglot import exp

    from accord.engine.segments.sql.dialects import DIALECTS

    duckdb: Any = DIALECTS["duckdb"]
    keys = [exp.Literal.string(key) for key in duckdb.path(path)]
    made: exp.Expr = getattr(duckdb, how)(exp.column(_CUSTOM, quoted=True), keys)
    return made.sql(dialect="duckdb")


def _typed(table: schema.Table) -> schema.Table:
    return replace(table, fields=dict(_each_typed(table.fields.items())))


def _each_typed(
    found: Iterable[tuple[str, schema.Column]],
) -> Iterator[tuple[str, schema.Column]]:
    for name, column in found:
        if not column.key:
            yield name, column
            continue
        own = column_name(name)
        currency = f"{own}_currency" if column.kind is Kind.MONEY else ""
        yield name, schema.Column(column.kind, own, currency=currency)
