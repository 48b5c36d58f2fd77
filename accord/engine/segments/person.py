"""A person as rules see one: plain values, loaded by whoever asks."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal

from accord.engine.money import Money
from accord.engine.segments.language import MOST_BUCKETS, Outcome

Value = str | int | bool | Decimal | Money | date | datetime | tuple[str, ...] | None
Property = object

_FOLDED = str.maketrans({"İ": "i", "Σ": "σ"})
_SPACE = 2**32


@dataclass(frozen=True, slots=True)
class Event:
    """Something the person did. Properties are as JSON gave them."""

    id: int
    name: str
    at: datetime
    properties: Mapping[str, Property] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _in_utc(self, "at")


@dataclass(frozen=True, slots=True)
class StageEntry:
    """The person entered a lifecycle stage."""

    stage: str
    previous: str
    at: datetime

    def __post_init__(self) -> None:
        _in_utc(self, "at")


@dataclass(frozen=True, slots=True)
class Deal:
    """A deal the person is on: open, won or lost, and its fields by name."""

    outcome: Outcome
    fields: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ConsentAnswer:
    """One row of the consent ledger. Without an expiry it holds until the next row."""

    id: int
    purpose: str
    channel: str
    given: bool
    at: datetime
    expires_at: datetime | None = None

    def __post_init__(self) -> None:
        _in_utc(self, "at")
        _in_utc(self, "expires_at")


@dataclass(frozen=True, slots=True)
class Person:
    """All that rules may ask about one contact.

    traits:  values of the contact's fields by name, in the types of the field catalogue
             (text `str`, number `Decimal`, money `Money`, choices a tuple, person an id).
             A missing name, None, "" and () are all empty. A datetime is aware.
    company: the same of the primary company; None where there is none.
    The rest may stand in any order.
    """

    id: int
    traits: Mapping[str, Value] = field(default_factory=dict)
    company: Mapping[str, Value] | None = None
    events: tuple[Event, ...] = ()
    entries: tuple[StageEntry, ...] = ()
    deals: tuple[Deal, ...] = ()
    answers: tuple[ConsentAnswer, ...] = ()
    lists: frozenset[int] = frozenset()
    segments: frozenset[int] = frozenset()


def folded(text: str) -> str:
    """Text as rules compare it: each character in its simple small form, accents kept.

    The databases do the same with LOWER, character by character: no final sigma, no dotted i.
    """
    return text.translate(_FOLDED).lower()


def bucket(salt: str, person: int) -> int:
    """The person's bucket, 0 to 9,999: the first 32 bits of MD5 of "salt:id", scaled."""
    return _hashed(salt, person) * MOST_BUCKETS // _SPACE


def bucket_edge(place: int) -> str:
    """The least hash, as eight hex digits, of the buckets from `place` on; "g" is past all."""
    least = -(-place * _SPACE // MOST_BUCKETS)
    return "g" if least >= _SPACE else f"{least:08x}"


def _hashed(salt: str, person: int) -> int:
    digest = hashlib.md5(f"{salt}:{person}".encode(), usedforsecurity=False)
    return int(digest.hexdigest()[:8], 16)


def _in_utc(row: object, name: str) -> None:
    """Moments of one zone compare by the clock on the wall, which runs twice in autumn."""
    moment = getattr(row, name)
    if moment is not None:
        object.__setattr__(row, name, moment.astimezone(UTC))
