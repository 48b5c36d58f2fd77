"""How a cell becomes a value: one reader a kind, with the ways of writing of its column."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from accord.engine import money, reference
from accord.engine.cleaning import answers, dates, domains, emails, numbers, phones, wording
from accord.engine.errors import Unreadable
from accord.engine.money import Money
from accord.platform.transfer.mapping import Dates, Fill, Reading
from accord.platform.transfer.targets import Slot

Read = Callable[[str], object]
_CONTROL = {code: None for code in range(32) if code not in (9, 10, 13)} | {127: None}
_SPACES = str.maketrans("\u00a0\u2007\u202f", "   ")
MOST_DIGITS = 15


@dataclass(frozen=True)
class Manner:
    """How the values of one column are written, all of it settled."""

    day_first: bool | None
    decimal_mark: numbers.DecimalMark | None
    currency: str
    region: str
    zone: ZoneInfo
    multiplier: Decimal = Decimal(1)


def manner(fill: Fill, whole: Reading, samples: Iterable[str], kind: str) -> Manner:
    """Settle how a column is written: what its fill says, else the mapping, else its values."""
    own = fill.reading
    written = own.dates or whole.dates
    mark = own.decimal_mark or whole.decimal_mark
    seen = [sample for sample in samples if sample.strip()]
    if not mark and kind in ("number", "whole", "money"):
        mark = numbers.infer_decimal_mark(seen) or ""
    day_first = {Dates.DAY_FIRST: True, Dates.MONTH_FIRST: False}.get(written)
    if written is Dates.DETECT and kind in ("date", "datetime", "closing"):
        day_first = dates.infer_day_first(seen)
    return Manner(
        day_first,
        mark or None,  # type: ignore[arg-type]
        own.currency or whole.currency,
        own.region or whole.region,
        ZoneInfo(own.time_zone or whole.time_zone),
        fill.multiplier,
    )


def reader(slot: Slot, manner: Manner) -> Read:
    """What turns the text of a cell that is not empty into a value.

    Gives str, Decimal, int, Money, date, datetime (aware), bool or a tuple of str. Raises
    Unreadable with a sentence.
    """
    return _READERS[slot.kind](slot, manner)


def plain(text: str) -> str:
    """The text of a cell without what nobody sees: control characters, spaces at the ends."""
    if text.isascii() and text.isprintable():
        return text.strip()
    return text.translate(_CONTROL).translate(_SPACES).strip()


def to_json(value: object) -> Any:
    """A value as the history keeps it."""
    match value:
        case Money():
            return {"amount": _number(value.amount), "currency": value.currency}
        case Decimal():
            return _number(value)
        case datetime():
            return value.astimezone(UTC).isoformat()
        case date():
            return value.isoformat()
        case tuple():
            return list(value)
        case _:
            return value


def _number(number: Decimal) -> int | float | str:
    if number == number.to_integral_value():
        return int(number)
    near = float(number)
    return near if Decimal(repr(near)) == number else str(number)


def _text(slot: Slot, _: Manner) -> Read:
    most = slot.most
    if not most:
        return lambda text: text

    def read(text: str) -> str:
        if len(text) > most:
            raise Unreadable(f"{wording.quoted(text)} is too long: at most {most} characters fit.")
        return text

    return read


def _decimal(slot: Slot, manner: Manner) -> Read:
    def read(text: str) -> Decimal:
        found = numbers.read(text, decimal_mark=manner.decimal_mark) * manner.multiplier
        if len(found.as_tuple().digits) > MOST_DIGITS:
            raise Unreadable(f"{wording.quoted(text)} has too many digits. Write fewer.")
        return found

    return read


def _whole(slot: Slot, manner: Manner) -> Read:
    decimal = _decimal(slot, manner)

    def read(text: str) -> int:
        found: Any = int(text) if text.isascii() and text.isdigit() else decimal(text)
        if found != int(found) or not 0 <= found <= slot.most:
            raise Unreadable(
                f"{wording.quoted(text)} is not a whole number from 0 to {slot.most:,}."
            )
        return int(found)

    return read


def _money(slot: Slot, manner: Manner) -> Read:
    def read(text: str) -> Money | None:
        if text.upper() in reference.currencies():  # a column of currencies beside an empty one
            return None
        found = money.read(text, currency=manner.currency, decimal_mark=manner.decimal_mark)
        amount = (found.amount * manner.multiplier).quantize(money.CENT)
        if abs(amount) >= Decimal(10) ** (slot.most or 13):
            raise Unreadable(f"{wording.quoted(text)} is too large an amount.")
        return Money(amount, found.currency)

    return read


def _date(slot: Slot, manner: Manner) -> Read:
    return lambda text: dates.read(text, day_first=manner.day_first)


def _moment(slot: Slot, manner: Manner) -> Read:
    return lambda text: dates.read_moment(text, zone=manner.zone, day_first=manner.day_first)


def _closing(slot: Slot, manner: Manner) -> Read:
    """A day alone stands for its noon, as where people close something by hand."""

    def read(text: str) -> datetime:
        found = dates.read_moment(text, zone=manner.zone, day_first=manner.day_first)
        return found if ":" in text else found.replace(hour=12)

    return read


def _boolean(slot: Slot, manner: Manner) -> Read:
    return answers.read


def _email(slot: Slot, manner: Manner) -> Read:
    return emails.read


def _phone(slot: Slot, manner: Manner) -> Read:
    return lambda text: phones.read(text, region=manner.region)


def _domain(slot: Slot, manner: Manner) -> Read:
    """A mail provider's domain tells no company, so it counts as not given."""

    def read(text: str) -> str | None:
        found = domains.read(text)
        return None if found in reference.free_mail_domains() else found

    return read


def _country(slot: Slot, manner: Manner) -> Read:
    def read(text: str) -> str:
        found = reference.country(text)
        if found is None:
            raise Unreadable(f"{wording.quoted(text)} is not a country we know.")
        return found.code

    return read


def _choice(slot: Slot, manner: Manner) -> Read:
    """The value of the choice written: by value or label, whatever the case."""
    values = {each.label.casefold(): each.value for each in slot.choices}
    values |= {each.value.casefold(): each.value for each in slot.choices}

    def read(text: str) -> str:
        found = values.get(text.casefold())
        if found is None:
            raise Unreadable(f"{wording.quoted(text)} is not one of the choices.")
        return found

    return read


def _known(slot: Slot, manner: Manner) -> Read:
    """A text that is written as our list writes it, where it is on the list at all."""
    listed = {each.casefold(): each for each in (slot.listed() if slot.listed else ())}
    limited = _text(slot, manner)
    return lambda text: limited(listed.get(text.casefold(), text))


def _parts(text: str) -> list[str]:
    return [part for each in text.replace(";", ",").split(",") if (part := each.strip(' "'))]


def _choices(slot: Slot, manner: Manner) -> Read:
    one = _choice(slot, manner)
    return lambda text: tuple(dict.fromkeys(str(one(part)) for part in _parts(text)))


def _tags(slot: Slot, manner: Manner) -> Read:
    def read(text: str) -> tuple[str, ...]:
        found = tuple(dict.fromkeys(_parts(text)))
        if any(len(tag) > 60 for tag in found):
            raise Unreadable(f"{wording.quoted(text)} has a tag of more than 60 characters.")
        return found

    return read


def halves(name: str) -> tuple[str, str]:
    """First and last name of "Ana Díaz", "Díaz, Ana" and "Ana"."""
    if "," in name:
        last, _, first = name.partition(",")
        return first.strip(), last.strip()
    first, _, last = name.rpartition(" ")
    return (first, last) if first else (last, "")


_READERS: dict[str, Callable[[Slot, Manner], Read]] = {
    "text": _text,
    "number": _decimal,
    "whole": _whole,
    "money": _money,
    "date": _date,
    "datetime": _moment,
    "closing": _closing,
    "boolean": _boolean,
    "choice": _choice,
    "choices": _choices,
    "known": _known,
    "url": _text,
    "email": _email,
    "phone": _phone,
    "domain": _domain,
    "country": _country,
    "tags": _tags,
    "person": _text,
    "reference": _text,
    "named": _text,
    "key": _text,
    "stage": _choice,
}
