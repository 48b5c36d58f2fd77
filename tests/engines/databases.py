"""The drawn people in the product's own PostgreSQL tables, and in DuckDB as the lake has them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace

import duckdb
from django.db import connection, models

from accord.engine.money import Money
from accord.engine.segments.language import Outcome
from accord.engine.segments.person import Person
from accord.engine.segments.schema import Answers, Column, Link, Schema, Table
from accord.engine.segments.sql import Query
from accord.people import fields, lifecycle
from accord.people.models import Affiliation, Company, Contact, CustomField, LifecycleChange
from accord.people.segments import tables
from accord.platform.events import partitions
from accord.platform.models import Event, Team, User
from accord.sales.models import CloseReason, Deal, DealContact, Pipeline, Stage
from tests.engines.drawing import Firm, House
from tests.engines.rules import CUSTOM

ANSWERS = Answers("drawn_consent")
LISTS = Link("drawn_list_member", to="list_id")
SEGMENTS = Link("drawn_segment_member", to="segment_id")
ADDED = """
CREATE TABLE drawn_consent (id bigint, contact_id bigint, purpose text, channel text,
    given boolean, happened_at timestamptz, expires_at timestamptz);
CREATE TABLE drawn_list_member (contact_id bigint, list_id bigint);
CREATE TABLE drawn_segment_member (contact_id bigint, segment_id bigint);
"""


def furnish() -> House:
    """Colleagues, pipelines and custom fields for the people to refer to."""
    lifecycle.ensure()
    teams = [Team.objects.create(name=name) for name in ("North", "South")]
    users = [
        User.objects.create(name="Ben", team=teams[0]),
        User.objects.create(name="Lars", team=teams[1]),
        User.objects.create(name="Olga"),
    ]
    stages = []
    for name in ("New", "Existing"):
        pipeline = Pipeline.objects.create(name=name)
        for place, label in enumerate(("Talk", "Offer")):
            stages.append(
                Stage.objects.create(
                    pipeline=pipeline, name=label, probability="0.5", position=place
                )
            )
    for noun in ("contact", "company", "deal"):
        for name, kind in CUSTOM.items():
            CustomField.objects.create(noun=noun, name=name, label=name, kind=kind.value)
    fields.forget()
    return House(
        colleagues=tuple(user.pk for user in users),
        team_of={user.pk: str(user.team_id) for user in users if user.team_id},
        pipelines=tuple(dict.fromkeys(stage.pipeline_id for stage in stages)),
        stages=tuple(stage.pk for stage in stages),
    )


def schema() -> Schema:
    """The operational tables, with those of sales and the ones drawn people add."""
    return replace(
        tables.operational(),
        deals=tables.table("deal", Deal),
        deal_people=Link(DealContact._meta.db_table, to="deal_id"),
        answers=ANSWERS,
        lists=LISTS,
        segments=SEGMENTS,
    )


def typed(found: Schema) -> Schema:
    """The same tables with custom fields in typed columns, as the lake's views have them."""
    return replace(
        found,
        contacts=_typed(found.contacts),
        companies=_typed(found.companies),
        deals=_typed(found.deals),
    )


def load(people: list[Person], firms: list[Firm], employer: dict[int, int]) -> None:
    """Put people and companies into the product's tables. employer: company id by contact."""
    with connection.cursor() as cursor:
        cursor.execute(ADDED)
    Company.objects.bulk_create(
        Company(id=firm.id, deleted_at=_deleted(firm.deleted), **_columns(Company, firm.values))
        for firm in firms
    )
    Contact.objects.bulk_create(
        Contact(id=person.id, **_columns(Contact, person.traits)) for person in people
    )
    Affiliation.objects.bulk_create(
        Affiliation(contact_id=contact, company_id=firm, is_primary=firm > 0)
        for contact, firm in employer.items()
    )
    # A second, lesser employer must not matter.
    Affiliation.objects.bulk_create(
        Affiliation(contact_id=person.id, company_id=firms[0].id)
        for person in people
        if person.id % 3 == 0 and employer.get(person.id) != firms[0].id
    )
    _load_stories(people)
    _load_deals(people)


def answers(query: Query) -> list[int]:
    """What PostgreSQL says, asked through Django's own connection."""
    with connection.cursor() as cursor:
        cursor.execute(query.sql, query.parameters)
        return [row[0] for row in cursor.fetchall()]


class Lake:
    """The same rows in DuckDB, copied from PostgreSQL."""

    def __init__(self, found: Schema) -> None:
        self.database = duckdb.connect(":memory:", config={"threads": 1})
        self.database.execute("SET autoinstall_known_extensions = false")
        for table in (found.contacts, found.companies, found.deals):
            self._copy(table.name, table)
        for name in (
            found.employments.table,
            found.events.table,
            found.entries.table,
            found.deal_people.table,
            "drawn_consent",
            "drawn_list_member",
            "drawn_segment_member",
            "platform_user",
        ):
            self._copy(name, None)

    def answers(self, query: Query) -> list[int]:
        return [row[0] for row in self.database.execute(query.sql, query.parameters).fetchall()]

    def _copy(self, name: str, table: Table | None) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT column_name, data_type FROM information_schema.columns"
                " WHERE table_name = %s ORDER BY ordinal_position",
                [name],
            )
            types = {column: _TYPES.get(type, type) for column, type in cursor.fetchall()}
            shown = ", ".join(f'"{column}"' for column in types)
            cursor.execute(f'SELECT {shown} FROM "{name}"')
            rows = cursor.fetchall()
        custom = _custom_columns(table) if table else {}
        place = list(types).index("custom") if custom else 0
        self._create(
            name,
            {**types, **{column: type for column, (type, _) in custom.items()}},
            (
                [
                    *(_plain(value) for value in row),
                    *(read(_json(row[place])) for _, read in custom.values()),
                ]
                for row in rows
            ),
        )

    def _create(self, name: str, types: dict[str, str], rows: Iterable[list[object]]) -> None:
        shown = ", ".join(f'"{column}" {type}' for column, type in types.items())
        self.database.execute(f'CREATE TABLE "{name}" ({shown})')
        kept = list(rows)
        marks = f"({', '.join('?' * len(types))})"
        for start in range(0, len(kept), 200):
            part = kept[start : start + 200]
            values = [value for row in part for value in row]
            self.database.execute(
                f'INSERT INTO "{name}" VALUES {", ".join([marks] * len(part))}', values
            )


_TYPES = {
    "jsonb": "JSON",
    "ARRAY": "VARCHAR[]",
    "character varying": "VARCHAR",
    "timestamp with time zone": "TIMESTAMPTZ",
    "numeric": "DECIMAL(18, 2)",
    "double precision": "DOUBLE",
}


def _custom_columns(table: Table) -> dict[str, tuple]:
    """Typed columns for the custom fields, and how each is read from the JSON."""
    found = {}
    for name, column in table.fields.items():
        if not column.key:
            continue
        kind = CUSTOM[name].value
        if kind == "money":
            found[f"custom_{name}"] = ("DECIMAL(38, 6)", _reader(name, "amount"))
            found[f"custom_{name}_currency"] = ("VARCHAR", _reader(name, "currency"))
            continue
        type = {
            "number": "DECIMAL(38, 6)",
            "date": "DATE",
            "boolean": "BOOLEAN",
            "choices": "VARCHAR[]",
            "person": "BIGINT",
        }.get(kind, "VARCHAR")
        found[f"custom_{name}"] = (type, _reader(name))
    return found


def _reader(name: str, part: str = ""):
    return lambda custom: (custom.get(name) or {}).get(part) if part else custom.get(name)


def _typed(table: Table) -> Table:
    named = {
        name: Column(
            column.kind,
            f"custom_{name}",
            currency=f"custom_{name}_currency" if CUSTOM[name].value == "money" else "",
        )
        if column.key
        else column
        for name, column in table.fields.items()
    }
    return replace(table, fields=named)


def _columns(model: type[models.Model], values: dict[str, object]) -> dict[str, object]:
    """The values as the model's columns: custom ones as the product keeps them in JSON."""
    kept = {name: v for name, v in values.items() if name in CUSTOM and v not in (None, "", ())}
    found: dict[str, object] = {"custom": {n: fields.to_json(v) for n, v in kept.items()}}
    for name, value in values.items():
        if isinstance(value, Money) and name not in CUSTOM:
            found |= {name: value.amount, _CURRENCY[name]: value.currency}
        elif name == "owner" or (model is not Contact and name in ("parent", "stage", "pipeline")):
            found[f"{name}_id"] = int(value) if value else None
        elif name not in ("team", "id", *CUSTOM):
            found[name] = list(value) if isinstance(value, tuple) else value
    return found


_CURRENCY = {"amount": "currency", "annual_revenue": "annual_revenue_currency"}


def _load_stories(people: list[Person]) -> None:
    events = [(person.id, event) for person in people for event in person.events]
    partitions.ensure({event.at.date() for _, event in events})
    Event.objects.bulk_create(
        Event(
            id=event.id,
            name=event.name,
            happened_at=event.at,
            recorded_at=event.at,
            contact_id=contact,
            channel=event.properties["channel"],
            properties={k: v for k, v in event.properties.items() if k != "channel"},
        )
        for contact, event in events
    )
    if events:  # Somebody unknown did it, too.
        at = events[0][1].at
        Event.objects.create(name="track", happened_at=at, recorded_at=at, contact_id=None)
    LifecycleChange.objects.bulk_create(
        LifecycleChange(
            contact_id=person.id,
            stage=entry.stage,
            previous=entry.previous,
            at=entry.at,
            recorded_at=entry.at,
        )
        for person in people
        for entry in person.entries
    )
    _insert(
        "drawn_consent",
        [
            (a.id, p.id, a.purpose, a.channel, a.given, a.at, a.expires_at)
            for p in people
            for a in p.answers
        ],
    )
    _insert("drawn_list_member", [(p.id, each) for p in people for each in p.lists])
    _insert("drawn_segment_member", [(p.id, each) for p in people for each in p.segments])


def _load_deals(people: list[Person]) -> None:
    reasons = {
        outcome: CloseReason.objects.create(outcome=outcome, label="Because")
        for outcome in ("won", "lost")
    }
    for person in people:
        for deal in person.deals:
            kept = Deal.objects.create(
                **_columns(Deal, deal.fields),
                reason=None if deal.outcome is Outcome.OPEN else reasons[deal.outcome.value],
            )
            DealContact.objects.create(deal=kept, contact_id=person.id)
        if person.id % 5 == 0:  # A deleted deal must not matter.
            gone = Deal.objects.create(
                name="Gone",
                pipeline_id=Pipeline.objects.first().pk,
                stage_id=Stage.objects.first().pk,
                deleted_at=_deleted(True),
            )
            DealContact.objects.create(deal=gone, contact_id=person.id)


def _insert(table: str, rows: list[tuple]) -> None:
    if rows:
        marks = ", ".join(["%s"] * len(rows[0]))
        with connection.cursor() as cursor:
            cursor.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)


def _deleted(deleted: bool):
    from datetime import UTC, datetime

    return datetime(2028, 1, 1, tzinfo=UTC) if deleted else None


def _json(value: object) -> dict:
    return json.loads(value) if isinstance(value, str) else value


def _plain(value: object) -> object:
    return json.dumps(value) if isinstance(value, dict) else value
