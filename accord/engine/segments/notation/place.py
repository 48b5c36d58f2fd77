"""One place in a rule's JSON form: what stands there, and where that is, for errors to name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from accord.engine import reference
from accord.engine.segments.language import joined
from accord.engine.segments.terms import Ago, BadRule, Day, Unit

MOST_TEXT = 500
MOST_VALUES = 500
MOST_DAYS = 36_500
MOST_COUNT = 1_000_000
MOST_ID = 2**63 - 1
LARGEST = Decimal(10) ** 15

_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,2})?")
_SPAN = re.compile(r"([0-9]{1,8}) (minute|hour|day|week)s?")
_AGO = re.compile(r"([0-9]{1,5}) (day|week|month|year)s? ago")
_AHEAD = re.compile(r"in ([0-9]{1,5}) (day|week|month|year)s?")
_DAYS_A_UNIT = {Unit.DAY: 1, Unit.WEEK: 7, Unit.MONTH: 31, Unit.YEAR: 366}

S = TypeVar("S", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Place:
    """A value within the JSON form. Each method reads it as something, or raises BadRule."""

    value: Any
    path: str = ""

    def bad(self, message: str) -> BadRule:
        """The error to raise: it names this place."""
        return BadRule(self.path, message)

    def object(self, allowed: Iterable[str], required: Iterable[str] = ()) -> Mapping[str, Place]:
        """The places of an object that has these keys and no others."""
        if not isinstance(self.value, dict):
            raise self.bad(f"Write an object here, not {shown(self.value)}.")
        known = set(allowed) | set(required)
        for key in self.value:
            if key not in known:
                can = ", ".join(sorted(known))
                raise self.bad(
                    f"“{str(key)[:40]}” is not known here. Remove it, or write one of: {can}."
                )
        for key in required:
            if key not in self.value:
                raise self.bad(f"“{key}” is missing. Add it.")
        return {key: Place(each, joined(self.path, key)) for key, each in self.value.items()}

    def items(self, most: int = MOST_VALUES, least: int = 0) -> tuple[Place, ...]:
        """The places of a list."""
        if not isinstance(self.value, list):
            raise self.bad(f"Write a list here, not {shown(self.value)}.")
        if not least <= len(self.value) <= most:
            raise self.bad(f"Write {least} to {most} entries here, not {len(self.value)}.")
        return tuple(Place(each, f"{self.path}[{i}]") for i, each in enumerate(self.value))

    def text(self, most: int = MOST_TEXT) -> str:
        """A text that is not blank and that a database can keep."""
        if not isinstance(self.value, str):
            raise self.bad(f"Write a text here, not {shown(self.value)}.")
        if not self.value.strip() or len(self.value) > most:
            raise self.bad(f"Write a text of 1 to {most} characters here.")
        if "\0" in self.value or any("\ud800" <= each <= "\udfff" for each in self.value):
            raise self.bad("This text holds characters that are none. Remove them.")
        return self.value

    def choice(self, of: type[S]) -> S:
        if isinstance(self.value, str) and self.value in {each.value for each in of}:
            return of(self.value)
        can = ", ".join(each.value for each in of)
        raise self.bad(f"{shown(self.value)} is not known here. Write one of: {can}.")

    def whole(self, least: int = 0, most: int = MOST_COUNT) -> int:
        value = self.value
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise self.bad(f"Write a whole number from {least:,} to {most:,} here.")
        return value

    def yes(self) -> bool:
        if not isinstance(self.value, bool):
            raise self.bad(f"Write true or false here, not {shown(self.value)}.")
        return self.value

    def flag(self) -> None:
        """The word true: the key says all."""
        if self.value is not True:
            raise self.bad("Write true here, or remove the key.")

    def number(self) -> Decimal:
        """A number below 10^15, of at most six decimals, as JSON number or text."""
        value = self.value
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise self.bad(f"Write a number here, not {shown(value)}.")
        if (isinstance(value, int) and abs(value) >= LARGEST) or not _NUMBER.fullmatch(str(value)):
            raise self.bad(
                f"{shown(value)} is no number below {LARGEST:,}. Write one like 1234.56."
            )
        number = Decimal(str(value))
        if abs(number) >= LARGEST or number != round(number, 6):
            raise self.bad(f"Write a number below {LARGEST:,} of at most six decimals here.")
        return plain(number)

    def currency(self) -> str:
        code = self.text()
        if code not in reference.currencies():
            raise self.bad(f"{shown(code)} is no currency. Write an ISO 4217 code like EUR.")
        return code

    def span(self) -> timedelta:
        """A span such as "30 days", "36 hours", "15 minutes" or "2 weeks"."""
        found = _SPAN.fullmatch(self.value) if isinstance(self.value, str) else None
        if found:
            span = timedelta(**{f"{found[2]}s": int(found[1])})
            if timedelta() < span <= timedelta(days=MOST_DAYS):
                return span
        raise self.bad(
            f"{shown(self.value)} is no span of time. Write one like “30 days” or “36 hours”."
        )

    def day(self) -> Day:
        """A day such as "2026-03-31", "today", "30 days ago" or "in 3 months"."""
        text = self.value if isinstance(self.value, str) else ""
        if text == "today":
            return Ago(0)
        for pattern, sign in ((_AGO, 1), (_AHEAD, -1)):
            if (found := pattern.fullmatch(text)) and int(found[1]):
                unit = Unit(found[2])
                if int(found[1]) * _DAYS_A_UNIT[unit] <= MOST_DAYS:
                    return Ago(sign * int(found[1]), unit)
        if re.fullmatch(r"[12][0-9]{3}-[0-9]{2}-[0-9]{2}", text):
            try:
                return date.fromisoformat(text)
            except ValueError:
                pass
        raise self.bad(
            f"{shown(self.value)} is no day. Write one like “2026-03-31”, “today”, "
            "“30 days ago” or “in 3 months”."
        )


def plain(number: Decimal) -> Decimal:
    """The number without zeros at its end, and never as 1E+3."""
    whole = number.to_integral_value()
    return whole.quantize(Decimal(1)) if number == whole else number.normalize()


def shown(value: object) -> str:
    """A value as an error shows it: short, whatever it is."""
    match value:
        case None:
            return "nothing"
        case dict():
            return "an object"
        case list():
            return "a list"
        case int() if abs(value) > MOST_ID:
            return "a huge number"
        case _:
            return f"“{str(value)[:40]}”"
