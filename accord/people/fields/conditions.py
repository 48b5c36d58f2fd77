"""What filters mean: as a condition on rows, and as a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accord.people import fields
from accord.people.fields import Field, Kind
from accord.people.fields.terms import ME, Filter, Op
from accord.people.models import Affiliation, Company
from accord.platform.models import Import
from accord.platform.search import fold

_WORDS = {
    Op.IS: "is",
    Op.NOT: "is not",
    Op.HAS: "contains",
    Op.ANY: "is",
    Op.LT: "is less than",
    Op.GT: "is more than",
    Op.BETWEEN: "is between",
    Op.BEFORE: "is before",
    Op.AFTER: "is after",
    Op.EMPTY: "is empty",
    Op.FILLED: "is filled",
}
_SET_WORDS = {Op.HAS: "includes", Op.NOT: "does not include", Op.ANY: "includes"}


def condition(filters: Iterable[Filter]) -> Q:
    """The rows for which all of the filters hold."""
    found = Q()
    for each in filters:
        found &= _worked_out(each) if each.field.asks else _condition(each)
    return found


def sentence(filter: Filter) -> str:
    """The filter as people read it: "Lifecycle stage is Lead or MQL"."""
    field, op = filter.field, filter.op
    if op is Op.WITHIN:
        return f"{field.label} is in the {_span(filter.values[0])}"
    word = _WORDS[op]
    if field.kind in (Kind.TAGS, Kind.CHOICES):
        word = _SET_WORDS.get(op, word)
    joint = " and " if op is Op.BETWEEN else " or "
    shown = joint.join(_shown(filter, value) for value in filter.values)
    return f"{field.label} {word} {shown}".strip()


def _worked_out(filter: Filter) -> Q:
    yes = filter.field.asks(filter.now) if filter.field.asks else Q()
    return yes if filter.values[0] else ~yes


def _condition(filter: Filter) -> Q:
    field, values = filter.field, [_resolved(filter, value) for value in filter.values]
    if field.within:
        there = _condition(replace(filter, field=replace(field, within=None)))
        # What is asked of a missing row is empty, and is not anything.
        absent = filter.op in (Op.EMPTY, Op.NOT)
        return ~field.within(~there) if absent else field.within(there)
    match filter.op:
        case Op.EMPTY:
            return _empty(field)
        case Op.FILLED:
            return ~_empty(field)
        case Op.ANY:
            return _any(field, values)
        case Op.NOT:
            return ~_any(field, values) | _empty(field)
        case Op.HAS:
            return _has(field, values[0])
        case Op.IS:
            return _is(field, values[0])
        case _:
            return _range(filter)


def _resolved(filter: Filter, value: object) -> object:
    return (filter.me or 0) if value == ME and filter.field.kind is Kind.PERSON else value


def _any(field: Field, values: Iterable[object]) -> Q:
    found = Q()
    for value in values:
        found |= _is(field, value)
    return found


def _is(field: Field, value: Any) -> Q:
    match field.kind:
        case Kind.CHOICES | Kind.TAGS:
            return Q(**{f"{field.path}__contains": [value]})
        case Kind.DATETIME:
            return _between_days(field, value, value)
        case Kind.TEXT if field.path != "external_id":
            return Q(**{f"{field.path}__iexact": value})
        case Kind.COMPANY if "__" in field.path:
            return Q(_belongs(company=value))
        case _:
            return Q(**{_path(field): _rhs(field, value)})


def _has(field: Field, value: Any) -> Q:
    if field.kind in (Kind.CHOICES, Kind.TAGS):
        return _is(field, value)
    if field.kind is Kind.COMPANY:
        named = {"name__icontains": value, "search_text__contains": fold(value)}
        if "__" in field.path:
            return Q(_belongs(company__in=Company.objects.filter(**named)))
        return Q(**{f"{field.path}__in": Company.objects.filter(**named)})
    if field.kind is Kind.PHONE:
        value = re.sub(r"\D", "", value).lstrip("0") or value
    found = Q(**{f"{field.path}__icontains": value})
    # The index is on the search text, which holds this field's value without accents.
    return found & Q(search_text__contains=fold(value)) if field.searched else found


def _empty(field: Field) -> Q:
    if field.custom:
        return ~Q(custom__has_key=field.name)
    if field.kind is Kind.COMPANY and "__" in field.path:
        return ~Q(_belongs())
    if field.kind in (Kind.TAGS, Kind.CHOICES):
        return Q(**{field.path: []})
    nothing = Q(**{f"{field.path}__isnull": True})
    may_be_blank = fields.empty(field) == "" and not field.key
    return nothing | Q(**{field.path: ""}) if may_be_blank else nothing


def _range(filter: Filter) -> Q:
    if filter.field.kind in (Kind.NUMBER, Kind.MONEY):
        return _between_numbers(filter)
    if filter.op is Op.WITHIN:
        return _within(filter)
    one = timedelta(days=1)
    days: list[Any] = list(filter.values)
    match filter.op:
        case Op.BEFORE:
            return _between_days(filter.field, None, days[0] - one)
        case Op.AFTER:
            return _between_days(filter.field, days[0] + one, None)
        case _:
            return _between_days(filter.field, *days)


def _between_numbers(filter: Filter) -> Q:
    path = _path(filter.field)
    numbers = [_rhs(filter.field, value) for value in filter.values]
    if filter.op is Op.BETWEEN:
        return Q(**{f"{path}__gte": numbers[0], f"{path}__lte": numbers[1]})
    return Q(**{f"{path}__{filter.op}": numbers[0]})


def _within(filter: Filter) -> Q:
    """The last days up to now, or with a negative number the days ahead, as segments mean them.

    Of a moment: n times 24 hours, the earlier edge left out. Of a date: n days, today being one.
    """
    days: Any = filter.values[0]
    low, high = sorted((filter.now, filter.now - timedelta(days=days)))
    if filter.field.kind is Kind.DATETIME:
        return Q(**{f"{filter.field.path}__gt": low, f"{filter.field.path}__lte": high})
    today = timezone.localdate(filter.now)
    other = today - timedelta(days=days - 1 if days > 0 else days + 1)
    return _between_days(filter.field, min(today, other), max(today, other))


def _between_days(field: Field, first: date | None, last: date | None) -> Q:
    """The rows from one day to another, both included; None is open."""
    found = Q()
    if field.kind is Kind.DATETIME:
        if first:
            found &= Q(**{f"{field.path}__gte": _midnight(first)})
        if last:
            found &= Q(**{f"{field.path}__lt": _midnight(last + timedelta(days=1))})
        return found
    if first:
        found &= Q(**{f"{field.path}__gte": _rhs(field, first)})
    if last:
        found &= Q(**{f"{field.path}__lte": _rhs(field, last)})
    return found


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _path(field: Field) -> str:
    return f"{field.path}__amount" if field.custom and field.kind is Kind.MONEY else field.path


def _rhs(field: Field, value: object) -> object:
    return fields.to_json(value) if field.custom else value


def _belongs(**more: Any) -> Exists:
    primary = Affiliation.objects.filter(
        contact=OuterRef("pk"), is_primary=True, company__deleted_at=None, **more
    )
    return Exists(primary)


def _shown(filter: Filter, value: Any) -> str:
    if value == ME and filter.field.kind is Kind.PERSON:
        return "me"
    if isinstance(value, date):
        return f"{value:%-d %b %Y}"
    if filter.field.name == "import_id":
        return _import(value)
    if filter.field.kind in (Kind.NUMBER, Kind.MONEY):
        return f"{value:,f}"
    if filter.op is Op.HAS:
        return f"“{value}”"
    if filter.field.kind in (Kind.TAGS, Kind.CHOICES):
        return fields.show(filter.field, (value,))
    return fields.show(filter.field, value)


def _import(value: Any) -> str:
    """The file of an import and its day; two files may have one name."""
    found = Import.objects.only("file_name", "created_at").filter(pk=value).first()
    if found is None:
        return f"{value:f}"
    return f"{found.file_name}, {timezone.localtime(found.created_at):%-d %b %Y}"


def _span(days: object) -> str:
    count = abs(int(str(days)))
    unit = "day" if count == 1 else f"{count} days"
    return f"last {unit}" if int(str(days)) > 0 else f"next {unit}"
