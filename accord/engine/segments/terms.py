"""The terms of the segment language: kinds of values, days, and what a value can be asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from accord.engine.errors import Refused


class BadRule(Refused):
    """This rule cannot be used. The message names the place and says what to do."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path or 'rule'}: {message}")
        self.path = path


class Kind(StrEnum):
    """What a field holds; the names are those of the field catalogue."""

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


TEXTS = frozenset({Kind.TEXT, Kind.URL, Kind.EMAIL, Kind.PHONE})
CODES = frozenset({Kind.CHOICE, Kind.STAGE})
KEYS = frozenset({Kind.PERSON, Kind.COMPANY})
SETS = frozenset({Kind.CHOICES, Kind.TAGS})
PROPERTY_KINDS = frozenset({Kind.TEXT, Kind.NUMBER, Kind.BOOLEAN, Kind.DATE})
"""What a property of an event can be."""


class Unit(StrEnum):
    """Calendar units of a relative day."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Ago:
    """A day counted from today in the instance's zone; a negative count lies ahead.

    Months and years end on the last day there is: one month before 31 March is 28 February.
    """

    count: int
    unit: Unit = Unit.DAY


Day = date | Ago


@dataclass(frozen=True, slots=True)
class OneOf:
    """Is one of these. Text without regard to case; of several choices, at least one."""

    values: tuple[str | int | Decimal, ...]


@dataclass(frozen=True, slots=True)
class NoneOf:
    """Is none of these. Holds for an empty value."""

    values: tuple[str | int | Decimal, ...]


@dataclass(frozen=True, slots=True)
class EachOf:
    """Several choices or tags: all of these are among them."""

    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Contains:
    """A part of the text, without regard to case."""

    text: str


@dataclass(frozen=True, slots=True)
class Lacks:
    """No part of the text. Holds for an empty value."""

    text: str


@dataclass(frozen=True, slots=True)
class StartsWith:
    text: str


@dataclass(frozen=True, slots=True)
class EndsWith:
    text: str


class Op(StrEnum):
    BELOW = "below"
    AT_MOST = "at_most"
    AT_LEAST = "at_least"
    ABOVE = "above"


@dataclass(frozen=True, slots=True)
class Compare:
    """A number or an amount beside a bound; with a currency, only amounts in it."""

    op: Op
    than: Decimal
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Range:
    """A number or an amount from low to high, both included; an amount in the currency."""

    low: Decimal
    high: Decimal
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    yes: bool


@dataclass(frozen=True, slots=True)
class Empty:
    """Holds nothing: no value, an empty text, no choices; or there is no company at all."""


@dataclass(frozen=True, slots=True)
class Filled:
    """Holds something."""


@dataclass(frozen=True, slots=True)
class Past:
    """Within the last span: after (now - span), up to and including now.

    A day has 24 hours here. Of a date: the last n days, today being one of them.
    """

    span: timedelta


@dataclass(frozen=True, slots=True)
class Coming:
    """Within the next span: after now, up to and including (now + span).

    Of a date: the next n days, today being one of them.
    """

    span: timedelta


@dataclass(frozen=True, slots=True)
class Before:
    """Before the midnight that begins this day in the instance's zone."""

    day: Day


@dataclass(frozen=True, slots=True)
class After:
    """From the midnight that ends this day in the instance's zone."""

    day: Day


@dataclass(frozen=True, slots=True)
class Between:
    """From the first day to the last, both included, in the instance's zone."""

    first: Day
    last: Day


@dataclass(frozen=True, slots=True)
class Anniversary:
    """Month and day return within the next n days, today being one of them (1 to 366).

    29 February is kept on 28 February in years without it.
    """

    days: int


When = Past | Before | After | Between
Temporal = When | Coming | Anniversary
Test = (
    OneOf
    | NoneOf
    | EachOf
    | Contains
    | Lacks
    | StartsWith
    | EndsWith
    | Compare
    | Range
    | Answer
    | Empty
    | Filled
    | Temporal
)

_DATES: tuple[type[Test], ...] = (Past, Coming, Before, After, Between)
_HELD: tuple[type[Test], ...] = (Empty, Filled)
_TEXT: tuple[type[Test], ...] = (OneOf, NoneOf, Contains, Lacks, StartsWith, EndsWith)

TESTS: Mapping[Kind, tuple[type[Test], ...]] = MappingProxyType(
    {
        **dict.fromkeys(TEXTS, (*_TEXT, *_HELD)),
        **dict.fromkeys(CODES | KEYS, (OneOf, NoneOf, *_HELD)),
        **dict.fromkeys(SETS, (OneOf, NoneOf, EachOf, *_HELD)),
        Kind.NUMBER: (OneOf, NoneOf, Compare, Range, *_HELD),
        Kind.MONEY: (Compare, Range, *_HELD),
        Kind.BOOLEAN: (Answer, *_HELD),
        Kind.DATE: (*_DATES, Anniversary, *_HELD),
        Kind.DATETIME: (*_DATES, *_HELD),
    }
)
"""What a field of each kind can be asked."""
