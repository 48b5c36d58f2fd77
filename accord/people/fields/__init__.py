"""The one typed catalogue of fields: what lists show, forms edit, filters ask, imports fill."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Model

from accord.engine.errors import Refused, Unreadable
from accord.engine.money import Money
from accord.people.choices import Choice
from accord.people.fields import builtin
from accord.people.fields.values import (
    SEVERAL,
    WORDS,
    Field,
    Kind,
    clean,
    empty,
    from_json,
    parse,
    show,
    to_json,
)
from accord.people.models import Contact, CustomField
from accord.platform import memory
from accord.platform.memory import Memory, Table
from accord.platform.models import Record

__all__ = [
    "Choice",
    "Field",
    "Kind",
    "Money",
    "UnknownField",
    "Unreadable",
    "catalogue",
    "clean",
    "empty",
    "field",
    "forget",
    "from_json",
    "nouns",
    "offer",
    "parse",
    "read",
    "show",
    "to_json",
]


UNORDERED = SEVERAL | {Kind.PERSON}  # the order of ids and of several values says nothing


class UnknownField(Refused):
    """There is no field of this name. Choose one of the fields in Settings > Fields."""


_offered: dict[str, Callable[[], Iterable[Field]]] = {
    "contact": builtin.contact_fields,
    "company": builtin.company_fields,
}


def offer(noun: str, fields: Callable[[], Iterable[Field]] | Iterable[Field]) -> None:
    """Add the fields of a noun of a higher folder. Called when its app is ready.

    fields: the fields, or a function that gives them where their choices are in the database.
    """
    kept = fields if callable(fields) else tuple(fields)
    _offered[noun] = kept if callable(kept) else lambda: kept
    _catalogues.forget()


def nouns() -> tuple[str, ...]:
    """The nouns that have fields."""
    return tuple(_offered)


def catalogue(noun: str) -> Mapping[str, Field]:
    """The fields of a noun by name, in display order: built-in, then custom ones in use.

    Raises KeyError on a noun nobody offered.
    """
    return _catalogues.get()[noun]


def field(noun: str, name: str) -> Field:
    """One field of a noun. Raises UnknownField."""
    found = catalogue(noun).get(name)
    if found is None:
        raise UnknownField(f"There is no field “{name[:60]}” on a {noun}. Choose another field.")
    return found


def forget() -> None:
    """Read the catalogue again: a custom field, a stage or a team was changed."""
    memory.forget_everything()


def read(record: Record, field: Field) -> Any:
    """The value a record holds in a field (see `values` for its type by kind).

    The company of a contact comes from `primary_affiliations` where a list prefetched it
    (`contacts.with_company`), else it costs a query.
    """
    if field.reader:
        return field.reader(record)
    if field.custom:
        return from_json(field, record.custom.get(field.name))
    if field.kind is Kind.MONEY:
        amount = getattr(record, field.path)
        return None if amount is None else Money(amount, getattr(record, field.currency_path))
    if field.kind is Kind.COMPANY and isinstance(record, Contact):
        return _primary_company(record)
    value = _stored(record, field.path)
    if field.kind in SEVERAL:
        return tuple(value or ())
    if value is None:
        return empty(field)
    if field.kind is Kind.NUMBER:
        return Decimal(value)
    return str(value) if field.kind in WORDS else value


def _stored(record: Model, path: str) -> Any:
    """The value at the end of the path; of a foreign key its id, which costs no query."""
    *steps, last = path.split("__")
    found: Any = record
    for step in steps:
        found = getattr(found, step)
        if found is None:
            return None
    return getattr(found, found._meta.get_field(last).attname)


def _primary_company(contact: Contact) -> int | None:
    known = getattr(contact, "primary_affiliations", None)
    if known is None:
        known = contact.affiliations.filter(is_primary=True, company__deleted_at=None)
    return next((each.company_id for each in known), None)


def _load() -> dict[str, dict[str, Field]]:
    custom = [each for each in _custom.rows() if each.archived_at is None]
    found: dict[str, dict[str, Field]] = {}
    for noun, given in _offered.items():
        found[noun] = {each.name: each for each in given()}
        for each in _added(noun, custom):
            found[noun].setdefault(each.name, each)
    return found


def _added(noun: str, custom: Iterable[CustomField]) -> Iterable[Field]:
    for each in custom:
        if each.noun == noun:
            yield Field(
                noun,
                each.name,
                each.label,
                Kind(each.kind),
                f"custom__{each.name}",
                each.group or "More",
                sortable=Kind(each.kind) not in UNORDERED,
                choices=tuple(Choice(value, label) for value, label in each.choices),
                custom=True,
            )


_custom = Table(
    CustomField,
    "noun",
    "name",
    "label",
    "kind",
    "choices",
    "group",
    "position",
    "archived_at",
)
_catalogues = Memory(_load)
