"""Where rules find things in the operational database, and the words for them.

Both come from the field catalogue: a custom field made a moment ago can be asked for. The tables
of higher folders are given by whoever knows them.
"""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import ForeignKey, Model

from accord.engine import segments as engine
from accord.engine.segments import schema
from accord.engine.segments.schema import Column, Events, Link, Lookup, Schema, Table
from accord.engine.segments.terms import Kind
from accord.people import choices, fields
from accord.people.fields import Field
from accord.people.models import (
    Affiliation,
    Company,
    Contact,
    Membership,
    Purpose,
    Segment,
)
from accord.people.models.consent import CHANNELS
from accord.platform.events import names
from accord.platform.models import Event

LATEST = 20_000  # events that are looked through for names of what was tracked
# The newest are read once from the index; asked by their ids, each would be sought in every month.
_TRACKED = f"""
SELECT DISTINCT properties ->> 'event'
FROM (SELECT name, properties FROM {Event._meta.db_table} ORDER BY id DESC LIMIT %s) AS latest
WHERE name = 'track' AND jsonb_typeof(properties -> 'event') = 'string'
"""
_OWN_ID = Column(Kind.COMPANY, "id")
_TEXT_OF_EVENTS = ("source", "channel", "campaign", "team")
_MEMBERS = Link(Membership._meta.db_table, to="segment_id")
_deals: list[tuple[type[Model], Link]] = []


def offer_deals(model: type[Model], people: Link) -> None:
    """Let rules ask for deals. people: the table that leads from a contact to them."""
    _deals[:] = [(model, people)]


def operational() -> Schema:
    """The tables rules are asked of in PostgreSQL, custom fields included."""
    deals, people = next(((table("deal", model), link) for model, link in _deals), (None, None))
    return Schema(
        contacts=table("contact", Contact),
        companies=table("company", Company, id=_OWN_ID),
        employments=Link(Affiliation._meta.db_table, to="company_id", only="is_primary"),
        events=Events(
            Event._meta.db_table,
            fields={name: Column(Kind.TEXT, name) for name in _TEXT_OF_EVENTS},
        ),
        entries=schema.Entries("people_stageentry"),
        deals=deals,
        deal_people=people,
        answers=schema.Answers("people_consentanswer"),
        lists=_MEMBERS,
        segments=_MEMBERS,
    )


def table(noun: str, model: type[Model], **more: Column) -> Table:
    """The table of a noun's records, with a column for every field that stands in it."""
    found = {
        name: _column(field, model)
        for name, field in fields.catalogue(noun).items()
        if _stands_there(field)
    }
    return Table(model._meta.db_table, {**found, **more}, deleted="deleted_at")


def words(**more: Any) -> engine.Catalogue:
    """What there is to ask for, with the company's own words. more: what higher folders add."""
    there = {kind: _named(kind) for kind in Segment.Kind}
    known: dict[str, Any] = {
        "purposes": dict(Purpose.objects.values_list("name", "label")),
        "channels": dict(CHANNELS),
        "lists": there[Segment.Kind.STATIC],
        "segments": there[Segment.Kind.DYNAMIC],
    }
    if _deals:
        known["deal"] = labelled("deal")
    company = engine.Field("company", Kind.COMPANY)
    return engine.Catalogue(
        contact=labelled("contact"),
        company={**labelled("company"), "id": company},
        events={name: known.label for name, known in names.ALL.items()},
        stages={stage.value: stage.label for stage in choices.stages()},
        colleagues=choices.colleagues(),
        **{**known, **more},
    )


def labelled(noun: str) -> dict[str, engine.Field]:
    """The fields of a noun that rules may ask for, with their labels and choices."""
    return {
        name: engine.Field(
            field.label, _kind(field), {each.value: each.label for each in field.choices}
        )
        for name, field in fields.catalogue(noun).items()
        if _stands_there(field)
    }


def tracked() -> list[str]:
    """Names of what was tracked lately, to choose from."""
    with connection.cursor() as cursor:
        cursor.execute(_TRACKED, [LATEST])
        return sorted((name for (name,) in cursor.fetchall()), key=str.casefold)


def _named(kind: str) -> dict[int, str]:
    return dict(Segment.objects.current().filter(kind=kind).values_list("pk", "name"))


def _stands_there(field: Field) -> bool:
    """In the record's own row, or in one that a key of it leads to."""
    worked_out = field.within is not None or field.asks is not None
    return field.filterable and not worked_out and not field.path.startswith("affiliations")


def _kind(field: Field) -> Kind:
    return Kind(field.kind.value)


def _column(field: Field, model: type[Model]) -> Column:
    if field.custom:
        return Column(_kind(field), "custom", key=field.name)
    first, _, second = field.path.partition("__")
    found: Any = model._meta.get_field(first)
    column = str(found.column)
    if second and isinstance(found, ForeignKey):
        there: type[Model] = found.related_model
        lookup = Lookup(there._meta.db_table, id=str(there._meta.pk.column), by=column)
        found = there._meta.get_field(second)
        return Column(_kind(field), str(found.column), whole=field.key, lookup=lookup)
    return Column(_kind(field), column, currency=field.currency_path, whole=field.key)
