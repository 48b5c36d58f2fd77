"""Filters and sorting as lists, addresses and saved views write them: `f=name:op:value`.

A comma separates several values; a comma or backslash within a value is written `\\,` or `\\\\`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from django.db.models import Case, F, Func, IntegerField, OrderBy, Value, When
from django.db.models.functions import NullIf

from accord.people import fields
from accord.people.fields import Field, Kind
from accord.people.fields.conditions import condition, sentence
from accord.people.fields.terms import LISTS, ME, OPS, VALUELESS, BadFilter, Filter, Op, ops
from accord.platform.models import User

__all__ = [
    "ME",
    "OPS",
    "BadFilter",
    "Filter",
    "Op",
    "condition",
    "operators",
    "parse",
    "sentence",
    "sort",
]

MOST_DAYS = 36_500


def parse(
    noun: str, texts: Iterable[str], now: datetime, *, user: User | None = None
) -> tuple[Filter, ...]:
    """Read filters such as "stage:any:lead,mql", "city:empty" and "acquired_at:within:30".

    user: who "me" is. Raises BadFilter or Unreadable with a sentence for the first bad one.
    """
    return tuple(_parse(noun, text, now, user.pk if user else None) for text in texts if text)


def operators(field: Field) -> tuple[Op, ...]:
    """What a field can be asked, in the order a menu shows it."""
    return ops(field) if field.filterable else ()


def sort(noun: str, text: str) -> tuple[OrderBy | str, ...]:
    """What to order a list by, from "name" or "-acquired_at,name"; always ends in the key.

    "" is newest first. Empty values come last. Raises BadFilter with a sentence.
    """
    order: list[OrderBy | str] = []
    for part in filter(None, text.split(",")):
        field = fields.catalogue(noun).get(part.removeprefix("-"))
        if field is None or not field.sortable:
            raise BadFilter(f"Lists cannot be sorted by “{part[:60]}”. Choose another column.")
        order.append(_ordered(field, part.startswith("-")))
    backwards = not order or text.startswith("-")
    return (*order, "-pk" if backwards else "pk")


def _parse(noun: str, text: str, now: datetime, me: int | None) -> Filter:
    name, _, rest = text.partition(":")
    word, _, written = rest.partition(":")
    field = fields.catalogue(noun).get(name)
    if field is None or not field.filterable:
        raise BadFilter(f"Lists cannot be filtered by “{name[:60]}”. Choose another field.")
    if word not in ops(field):
        can = ", ".join(ops(field))
        raise BadFilter(f"{field.label} cannot be asked “{word[:20]}”. It can be asked: {can}.")
    op = Op(word)
    return Filter(field, op, _values(field, op, written), now, me)


def _values(field: Field, op: Op, written: str) -> tuple[object, ...]:
    if op in VALUELESS:
        return ()
    parts = _split(written) if op in LISTS else [written]
    parts = [part.strip() for part in parts if part.strip()]
    if not parts or (op is Op.BETWEEN and len(parts) != 2):
        needs = "two values with a comma between them" if op is Op.BETWEEN else "a value"
        raise BadFilter(f"The filter on {field.label} needs {needs}.")
    return tuple(_value(field, op, part) for part in parts)


def _value(field: Field, op: Op, part: str) -> object:
    if op is Op.HAS and field.kind not in (Kind.CHOICES, Kind.TAGS):
        return part
    match field.kind:
        case Kind.NUMBER | Kind.MONEY:
            return _number(field, part)
        case Kind.DATE | Kind.DATETIME:
            return _days(field, part) if op is Op.WITHIN else _day(field, part)
        case Kind.PERSON if part == ME:
            return ME
        case Kind.CHOICES | Kind.TAGS:
            return _element(field, part)
        case _:
            return fields.parse(field, part)


def _element(field: Field, part: str) -> object:
    several = fields.clean(field, [part])
    return several[0] if isinstance(several, tuple) else several


def _number(field: Field, part: str) -> Decimal:
    try:
        number = Decimal(part)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number) >= Decimal(10) ** 15:
        raise BadFilter(f"{field.label}: “{part[:40]}” is not a number. Write it like 1234.56.")
    return number.normalize() if number % 1 else number.quantize(Decimal(1))


def _day(field: Field, part: str) -> date:
    try:
        return date.fromisoformat(part)
    except ValueError as error:
        raise BadFilter(
            f"{field.label}: “{part[:40]}” is not a date. Write it like 2026-03-31."
        ) from error


def _days(field: Field, part: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,5}", part) or not 0 < abs(int(part)) <= MOST_DAYS:
        raise BadFilter(f"{field.label}: say within how many days, 1 to {MOST_DAYS:,}.")
    return int(part)


def _ordered(field: Field, backwards: bool) -> OrderBy | str:
    if field.required:
        return f"-{field.path}" if backwards else field.path
    path = f"{field.path}__amount" if field.custom and field.kind is Kind.MONEY else field.path
    by: F | Func = F(path)
    if field.kind is Kind.STAGE:
        places = enumerate(choice.value for choice in field.choices)
        whens = [When(**{field.path: name}, then=Value(place)) for place, name in places]
        by = Case(*whens, output_field=IntegerField())  # type: ignore[assignment]
    elif fields.empty(field) == "" and not (field.custom or field.key):
        by = NullIf(path, Value(""))
    return by.desc(nulls_last=True) if backwards else by.asc(nulls_last=True)


def _split(text: str) -> list[str]:
    parts = re.findall(r"((?:\\.|[^,\\]|\\$)*)(?:,|$)", text, re.DOTALL)
    return [re.sub(r"\\(.)", r"\1", part, flags=re.DOTALL) for part in parts]
