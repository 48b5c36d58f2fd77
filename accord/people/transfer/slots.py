"""Slots of a noun, made from its fields in the one catalogue."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as Keyed
from dataclasses import replace
from typing import Any

from django.db import connection
from django.db.models import CharField, ForeignKey, IntegerField, Model

from accord.engine import reference
from accord.people import fields
from accord.people.fields import Field, Kind, custom_fields
from accord.people.models import CustomField
from accord.platform.models import User
from accord.platform.transfer.mapping import Mapping, Wrong
from accord.platform.transfer.targets import Choice, Slot

# Fields whose kind says less than an import can use.
_KINDS = {"country": "country", "domain": "domain", "industry": "known"}
_LISTED = {"country": reference.country_names, "industry": reference.industries}
TAGS = "c.tags || ARRAY(SELECT t FROM unnest(s.tags) AS t WHERE t <> ALL (c.tags))"


def of(model: type[Model], mapping: Mapping) -> Iterable[Slot]:
    """The importable fields of a noun as slots, and the custom fields the mapping declares."""
    noun = str(model._meta.model_name)
    catalogue = fields.catalogue(noun)
    for field in catalogue.values():
        if field.importable:
            yield slot(model, field)
    for declared in _declared(mapping):
        if declared["noun"] == noun and declared["name"] not in catalogue:
            choices = tuple(Choice(each, each) for each in declared.get("choices", ()))
            yield Slot(
                declared["name"],
                declared["label"],
                declared["kind"],
                "More",
                custom=True,
                choices=choices,
            )


def slot(model: type[Model], field: Field) -> Slot:
    """One field as a slot. A field that lies in another table has no column."""
    choices = tuple(Choice(each.value, each.label) for each in field.choices)
    usual = Slot(field.name, field.label, field.kind.value, field.group, choices=choices)
    if field.custom:
        return replace(usual, custom=True)
    if "__" in field.path:
        return replace(usual, kind="reference")
    column: Any = model._meta.get_field(field.path)
    changed: dict[str, Any] = {
        "column": column.column,
        "kind": _KINDS.get(field.name, field.kind.value),
        "listed": _LISTED.get(field.name),
        "currency_column": field.currency_path,
    }
    if isinstance(column, CharField):
        changed["most"] = column.max_length or 0
    if isinstance(column, IntegerField):
        most = connection.ops.integer_field_range(column.get_internal_type())[1]
        changed |= {"kind": "whole", "most": most}
    if isinstance(column, ForeignKey) and field.kind is Kind.COMPANY:
        changed["kind"] = "reference"
    if field.kind is Kind.TAGS:
        changed["merged"] = TAGS
    return replace(usual, **changed)


def add_declared(mapping: Mapping, by: User | None) -> None:
    """Add the custom fields a mapping declares where they are missing. Raises Forbidden."""
    for declared in _declared(mapping):
        known = fields.catalogue(declared["noun"])
        if declared["name"] in known:
            continue
        made = custom_fields.add(
            declared["noun"],
            label=declared["label"],
            kind=declared["kind"],
            choices=declared.get("choices", ()),
            group=declared.get("group", ""),
            by=by,
        )
        if made.name != declared["name"]:
            raise Wrong(
                f"The field “{declared['label']}” is called “{made.name}” here. Write that name."
            )


def _declared(mapping: Mapping) -> list[Keyed[str, Any]]:
    """The custom fields in the section `fields`: noun, name, label, kind, and choices."""
    found = mapping.sections.get("fields", [])
    if not isinstance(found, list):
        raise Wrong("“fields” is a list of fields to add.")
    for each in found:
        if not isinstance(each, dict) or not {"noun", "name", "label", "kind"} <= each.keys():
            raise Wrong("A field to add needs “noun”, “name”, “label” and “kind”.")
        if each["kind"] not in CustomField.Kind.values:
            kinds = ", ".join(CustomField.Kind.values)
            raise Wrong(f"There is no kind of field “{each['kind']}”. There is {kinds}.")
        if each["noun"] not in fields.nouns():
            raise Wrong(f"Fields cannot be added to “{each['noun']}”.")
    return found
