"""What a field holds: its kind, and the ways in (parse, clean), out (show) and to JSON.

The value of a field, by kind: text, choice, url, email, phone and stage are `str` ("" is
empty); number is `Decimal`; money is `Money`; date is `date`; datetime is an aware `datetime`;
boolean is `bool`; choices and tags are tuples of `str` (() is empty); person and company are
ids. Empty is None for the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db.models import Q
from django.utils import timezone

from accord.engine import money
from accord.engine.cleaning import answers, dates, emails, phones
from accord.engine.cleaning import choices as engine
from accord.engine.errors import Unreadable
from accord.engine.money import Money
from accord.people import choices
from accord.people.choices import Choice
from accord.people.fields import reading
from accord.people.models import Company
from accord.platform.models import User


class Kind(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    DATETIME = "datetime"
    CHOICE = "choice"
    CHOICES = "choices"
    BOOLEAN = "boolean"
    URL = "url"
    EMAIL = "email"
    PHONE = "phone"
    PERSON = "person"
    STAGE = "stage"
    COMPANY = "company"
    TAGS = "tags"


WORDS = frozenset({Kind.TEXT, Kind.CHOICE, Kind.URL, Kind.EMAIL, Kind.PHONE, Kind.STAGE})
SEVERAL = frozenset({Kind.CHOICES, Kind.TAGS})
TOO_LARGE = Decimal(10) ** 12  # with two decimals this still is exact in JSON


@dataclass(frozen=True)
class Field:
    """One field of a noun, as lists, forms, filters, imports and segments know it.

    path:          the ORM lookup: "email", "owner", "custom__budget".
    currency_path: of a money field in columns of its own, the column of its currency.
    choices:       all there are for the kinds choice, choices and stage; suggestions for text.
    searched:      the record's search text holds it, so a search index can find parts of it.
    required:      it is never empty.
    key:           a choice among rows of a table: the values are ids, written as text.
    reader:        reads the value from a record where the path does not lead to it from there.
    within:        where the path starts in other rows (the first contact of a deal): makes a
                   condition on one of those the condition that the record has such a row.
    asks:          of a yes or no that is worked out: the condition that it is yes at a moment.
    listed:        no record shows it: lists are only filtered by it.
    """

    noun: str
    name: str
    label: str
    kind: Kind
    path: str
    group: str = ""
    editable: bool = True
    filterable: bool = True
    sortable: bool = True
    importable: bool = True
    choices: tuple[Choice, ...] = ()
    custom: bool = False
    currency_path: str = ""
    searched: bool = False
    required: bool = False
    key: bool = False
    reader: Callable[[Any], object] | None = None
    within: Callable[[Q], Q] | None = None
    asks: Callable[[datetime], Q] | None = None
    listed: bool = True


def empty(field: Field) -> object:
    """What the field holds when it holds nothing."""
    if field.kind in SEVERAL:
        return ()
    return "" if field.kind in WORDS else None


def parse(field: Field, text: str, *, region: str = "DE", currency: str = "EUR") -> object:
    """Read a value as a person wrote it.

    region:   ISO 3166 code for phone numbers without a country code.
    currency: ISO 4217 code for amounts without one.
    Raises Unreadable with a sentence that names the field and says what to write instead.
    """
    text = text.strip()
    if not text:
        return empty(field)
    try:
        return _PARSE[field.kind](field, text, reading.Locale(region, currency))
    except Unreadable as error:
        raise Unreadable(f"{field.label}: {error}") from error


def clean(field: Field, value: object, *, region: str = "DE", currency: str = "EUR") -> object:
    """Bring a value given by code or by a person's text into the form the field holds.

    Raises Unreadable as `parse` does, TypeError where code gives a wrong type.
    """
    if value is None:
        return empty(field)
    if isinstance(value, str):
        return parse(field, value, region=region, currency=currency)
    if field.kind in SEVERAL and isinstance(value, Iterable):
        return _each(field, [str(each) for each in value])
    if field.kind is Kind.PERSON:
        return value.pk if isinstance(value, User) else _person(field, str(value), None)
    if field.kind is Kind.COMPANY:
        return value.pk if isinstance(value, Company) else _company(field, str(value), None)
    return _typed(field, value)


def show(field: Field, value: object) -> str:
    """Write a value for people, "" where there is none. A company costs one query."""
    if value is None or value in ("", ()):
        return ""
    return _SHOW.get(field.kind, _show_word)(field, value)


def to_json(value: object) -> Any:
    """A value as it is kept in `custom` and in the history (numbers as numbers where exact)."""
    match value:
        case Money():
            return {"amount": _plain(value.amount), "currency": value.currency}
        case Decimal():
            return _plain(value)
        case datetime() | date():
            return value.isoformat()
        case tuple() | list():
            return [str(each) for each in value]
        case _:
            return value


def from_json(field: Field, stored: Any) -> object:
    """The value that `to_json` kept."""
    if stored is None or stored == "":
        return empty(field)
    match field.kind:
        case Kind.NUMBER:
            return Decimal(str(stored))
        case Kind.MONEY:
            return Money(Decimal(str(stored["amount"])), stored["currency"])
        case Kind.DATE:
            return date.fromisoformat(stored)
        case Kind.DATETIME:
            return datetime.fromisoformat(stored)
        case Kind.CHOICES | Kind.TAGS:
            return tuple(stored)
        case _:
            return stored


def _typed(field: Field, value: object) -> object:
    match field.kind, value:
        case Kind.BOOLEAN, bool():
            return value
        case Kind.NUMBER, (int() | float() | Decimal()) if not isinstance(value, bool):
            return _number(Decimal(str(value)))
        case Kind.MONEY, Money():
            return _money(value)
        case Kind.DATETIME, datetime():
            return value
        case Kind.DATE, date() if not isinstance(value, datetime):
            return value
    raise TypeError(f"{field.noun}.{field.name} cannot hold a {type(value).__name__}")


def _plain(number: Decimal) -> int | float | str:
    if number == number.to_integral_value():
        return int(number)
    near = float(number)
    return near if Decimal(repr(near)) == number else str(number)


def _number(number: Decimal) -> Decimal:
    if abs(number) >= TOO_LARGE:
        raise Unreadable("This number is too large. Write one below 1,000,000,000,000.")
    return number.quantize(Decimal("1e-6")).normalize() if number % 1 else number


def _money(money: Money) -> Money:
    _number(money.amount)
    return money.rounded()


def _choice(field: Field, text: str, _: object) -> str:
    if any(text == choice.value for choice in field.choices):
        return text
    named = {name: choice.value for choice in field.choices for name in choice.names}
    return named[engine.read(text, tuple(named))]


def _several(field: Field, text: str, _: object) -> tuple[str, ...]:
    return _each(field, text.split(";" if ";" in text else ","))


def _each(field: Field, parts: Iterable[str]) -> tuple[str, ...]:
    found = [part for each in parts if (part := " ".join(each.split()))]
    if field.kind is Kind.CHOICES:
        found = [_choice(field, part, None) for part in found]
    elif too_long := next((part for part in found if len(part) > 60), None):
        raise Unreadable(f"“{too_long}” is too long. A tag has at most 60 characters.")
    return tuple(dict.fromkeys(found))


def _person(field: Field, text: str, _: object) -> int:
    wanted = text.casefold()
    for known in (choices.colleagues, choices.colleagues_now):
        for pk, name in known().items():
            if text == str(pk) or name.casefold() == wanted:
                return pk
    found = User.objects.people().filter(email=wanted).first()
    if found is None:
        raise Unreadable(f"Nobody here is called “{text}”. Choose a colleague.")
    return found.pk


def _company(field: Field, text: str, _: object) -> int:
    alive = Company.objects.alive()
    named = alive.filter(pk=int(text)) if text.isascii() and text.isdigit() else alive.none()
    found = named.first() or alive.filter(name__iexact=text).order_by("pk").first()
    if found is None:
        raise Unreadable(f"There is no company “{text}”. Create it first.")
    return found.pk


def _show_word(field: Field, value: object) -> str:
    if not field.choices:
        return str(value)
    labels = {choice.value: choice.label for choice in field.choices}
    return labels.get(str(value), str(value))


def _show_several(field: Field, value: Any) -> str:
    return ", ".join(_show_word(field, each) for each in value)


def _show_person(field: Field, value: Any) -> str:
    known = choices.colleagues().get(value)
    return known or str(User.objects.filter(pk=value).first() or f"Colleague {value}")


def _show_company(field: Field, value: Any) -> str:
    return Company.objects.filter(pk=value).values_list("name", flat=True).first() or ""


_PARSE: dict[Kind, Callable[[Field, str, reading.Locale], object]] = {
    Kind.TEXT: lambda field, text, locale: reading.text(text),
    Kind.NUMBER: lambda field, text, locale: _number(reading.number(text)),
    Kind.MONEY: lambda field, text, locale: _money(reading.money(text, locale)),
    Kind.DATE: lambda field, text, locale: dates.read(text),
    Kind.DATETIME: lambda field, text, locale: reading.moment(text),
    Kind.CHOICE: _choice,
    Kind.CHOICES: _several,
    Kind.BOOLEAN: lambda field, text, locale: answers.read(text),
    Kind.URL: lambda field, text, locale: reading.url(text),
    Kind.EMAIL: lambda field, text, locale: emails.read(text),
    Kind.PHONE: lambda field, text, locale: phones.read(text, region=locale.region),
    Kind.PERSON: _person,
    Kind.STAGE: _choice,
    Kind.COMPANY: _company,
    Kind.TAGS: _several,
}

_SHOW: dict[Kind, Callable[[Field, Any], str]] = {
    Kind.NUMBER: lambda field, value: f"{value:,f}",
    Kind.MONEY: lambda field, value: money.format_full(value),
    Kind.DATE: lambda field, value: f"{value:%-d %b %Y}",
    Kind.DATETIME: lambda field, value: f"{timezone.localtime(value):%-d %b %Y, %H:%M}",
    Kind.CHOICES: _show_several,
    Kind.TAGS: _show_several,
    Kind.BOOLEAN: lambda field, value: "Yes" if value else "No",
    Kind.PERSON: _show_person,
    Kind.COMPANY: _show_company,
}
