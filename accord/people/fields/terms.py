"""What a field can be asked, and one such question: the terms of filters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from accord.engine.errors import Refused
from accord.people import fields
from accord.people.fields import Field, Kind


class Op(StrEnum):
    IS = "is"
    NOT = "not"
    HAS = "has"
    ANY = "any"
    LT = "lt"
    GT = "gt"
    BETWEEN = "between"
    BEFORE = "before"
    AFTER = "after"
    WITHIN = "within"
    EMPTY = "empty"
    FILLED = "filled"


_TEXTS = (Op.IS, Op.NOT, Op.HAS, Op.ANY, Op.EMPTY, Op.FILLED)
_NUMBERS = (Op.IS, Op.NOT, Op.LT, Op.GT, Op.BETWEEN, Op.EMPTY, Op.FILLED)
_DAYS = (Op.IS, Op.BEFORE, Op.AFTER, Op.BETWEEN, Op.WITHIN, Op.EMPTY, Op.FILLED)
_CHOSEN = (Op.IS, Op.NOT, Op.ANY, Op.EMPTY, Op.FILLED)
_SETS = (Op.HAS, Op.NOT, Op.ANY, Op.EMPTY, Op.FILLED)

OPS: Mapping[Kind, tuple[Op, ...]] = MappingProxyType(
    {
        Kind.TEXT: _TEXTS,
        Kind.URL: _TEXTS,
        Kind.EMAIL: _TEXTS,
        Kind.PHONE: _TEXTS,
        Kind.COMPANY: _TEXTS,
        Kind.NUMBER: _NUMBERS,
        Kind.MONEY: _NUMBERS,
        Kind.DATE: _DAYS,
        Kind.DATETIME: _DAYS,
        Kind.CHOICE: _CHOSEN,
        Kind.STAGE: _CHOSEN,
        Kind.PERSON: _CHOSEN,
        Kind.CHOICES: _SETS,
        Kind.TAGS: _SETS,
        Kind.BOOLEAN: (Op.IS, Op.EMPTY, Op.FILLED),
    }
)

WORKED_OUT = (Op.IS,)
ME = "me"
VALUELESS = frozenset({Op.EMPTY, Op.FILLED})
LISTS = frozenset({Op.ANY, Op.BETWEEN})


class BadFilter(Refused):
    """This filter cannot be read. Remove it and choose a field and a condition."""


def ops(field: Field) -> tuple[Op, ...]:
    """What a field of this kind can be asked; one that is worked out is never empty."""
    return WORKED_OUT if field.asks else OPS[field.kind]


@dataclass(frozen=True)
class Filter:
    """One condition on a field, and the moment and person it is asked by.

    values: none for empty and filled, two for between, some for any, else one. Numbers and
    money are `Decimal`, days are `date`, within is a number of days (negative: ahead), a
    person may be "me".
    """

    field: Field
    op: Op
    values: tuple[object, ...]
    now: datetime
    me: int | None = None

    @property
    def text(self) -> str:
        """The filter as `parse` reads it."""
        if self.op in VALUELESS:
            return f"{self.field.name}:{self.op}"
        written = (_plain(value) for value in self.values)
        parts = [_escaped(each) for each in written] if self.op in LISTS else list(written)
        return f"{self.field.name}:{self.op}:{','.join(parts)}"


def _plain(value: object) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else str(fields.to_json(value))


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace(",", "\\,")
