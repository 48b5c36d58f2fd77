"""Money: an amount and its currency, read, shown, split and converted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from accord.engine import reference
from accord.engine.cleaning import numbers, wording
from accord.engine.errors import Refused, Unreadable

CENT = Decimal("0.01")

# What people write for a currency besides its code and symbol. Where several share a sign, the
# column's own currency is meant if it is one of them, else the first.
_SIGNS = {
    "euro": ("EUR",),
    "euros": ("EUR",),
    "£": ("GBP", "EGP", "GIP", "FKP", "SHP"),
    "$": ("USD", "AUD", "CAD", "NZD", "SGD", "HKD", "MXN", "ARS", "CLP", "COP", "TWD"),
    "us$": ("USD",),
    "c$": ("CAD",),
    "¥": ("JPY", "CNY"),
    "￥": ("CNY", "JPY"),
    "fr": ("CHF",),
    "fr.": ("CHF",),
    "sfr.": ("CHF",),
    "rs": ("INR", "PKR", "LKR", "NPR"),
    "rs.": ("INR", "PKR", "LKR", "NPR"),
    "r": ("ZAR",),
}
# These name no currency on their own.
_SHARED_SIGNS = {"kr": ("SEK", "NOK", "DKK", "ISK"), "kr.": ("SEK", "NOK", "DKK", "ISK")}

_NUMBER = re.compile(r"[.,]?[0-9](?:[0-9., ']*[0-9])?[.,]?", re.ASCII)
_WORD = re.compile(r"[^\W\d_]+\.?[$¥/]?|[^\w\s]+")


class NoRate(Refused):
    """There is no exchange rate for this day. Add one in Settings > Currencies."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency, named by its ISO 4217 code."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if self.currency not in reference.currencies():
            raise ValueError(f"{self.currency} is no ISO 4217 code in use")

    def rounded(self) -> Money:
        """Round to the currency's smallest unit, halves away from zero."""
        unit = quantum(self.currency)
        return Money(self.amount.quantize(unit, rounding=ROUND_HALF_UP), self.currency)


@dataclass(frozen=True, slots=True)
class Rate:
    """From the day `on`, one unit of `currency` is worth `rate` of the reporting currency."""

    currency: str
    on: date
    rate: Decimal


def quantum(currency: str) -> Decimal:
    """Give the currency's smallest unit: 0.01 for EUR, 1 for JPY, 0.001 for KWD."""
    return Decimal(1).scaleb(-reference.currencies()[currency].minor_units)


def read(
    text: str, *, currency: str | None = None, decimal_mark: numbers.DecimalMark | None = None
) -> Money:
    """Read an amount such as €1.234,56, 1,234.56 USD, 10k, (1,200) or CHF 1'200.-

    currency:     what an amount without one is in; also settles shared signs such as $ and kr.
    decimal_mark: what separates decimals in this column, None if not known.
    Raises Ambiguous for 1.234 without the mark, Unreadable for what is no amount.
    """
    if currency and text[:1].isdigit() and text[-1:].isdigit():
        return Money(numbers.read(text, decimal_mark=decimal_mark), currency)
    plain = wording.plain(text).strip() if len(text) <= numbers.LONGEST else ""
    number = _NUMBER.search(plain)
    if number is None:
        raise _unreadable(text)
    digits, before, after = number[0], plain[: number.start()], plain[number.end() :]
    if digits[-1] in ".," and after.startswith("-"):
        digits, after = digits[:-1], after.lstrip("-")
    negative = "-" in before or "-" in after or ("(" in before and ")" in after)
    words = [word.lower() for word in _words(before) + _words(after)]
    magnitudes = [word for word in words if word in numbers.MAGNITUDES]
    signs = {_currency(word, currency, text) for word in words if word not in magnitudes}
    if len(magnitudes) > 1 or len(signs) > 1:
        raise _unreadable(text)
    found = signs.pop() if signs else currency
    if found is None:
        raise Unreadable(f"{wording.quoted(text)} names no currency. Write it like 1234.56 EUR.")
    amount = numbers.read(digits + "".join(magnitudes), decimal_mark=decimal_mark)
    return Money(-amount if negative else amount, found)


def format_full(money: Money) -> str:
    """Write an amount out: €84,000 or €1,234.50 or CHF 1,200; decimals only if there are any."""
    amount = money.rounded().amount
    places = 0 if amount == amount.to_integral_value() else -int(amount.as_tuple().exponent)
    return _signed(amount, money.currency, f"{abs(amount):,.{places}f}")


def format_compact(money: Money) -> str:
    """Write an amount in little room: €9,400, €29k, €1.60M, €2.10B."""
    size = abs(money.amount)
    if size < 9_999.5:
        text = f"{size:,.0f}"
    elif size < 999_500:
        text = f"{size / 1_000:.0f}k"
    elif size < 999_995_000:
        text = f"{size / 1_000_000:.2f}M"
    else:
        text = f"{size / 1_000_000_000:,.2f}B"
    return _signed(money.amount, money.currency, text)


def split(
    amount: Decimal, weights: Sequence[float], *, quantum: Decimal = CENT
) -> tuple[Decimal, ...]:
    """Share an amount in proportion to `weights`, so that the parts sum to it exactly.

    Each part is a multiple of `quantum` (of the amount's own last digit, if that is finer), at
    most one away from its exact share: the largest remainders get what rounding down left over,
    the first of equals first (Hamilton's method). Weights are at least 0, one is above 0.
    """
    if not sum(weights) > 0 or min(weights) < 0:
        raise ValueError("weights must be at least 0 and one above 0")
    if amount % quantum:
        quantum = Decimal(1).scaleb(int(amount.as_tuple().exponent))
    units = int(abs(amount) / quantum)
    # Whole numbers from here on: floats would lose units of large amounts.
    ratios = [float(weight).as_integer_ratio() for weight in weights]
    common = max(denominator for _, denominator in ratios)
    scaled = [numerator * (common // denominator) for numerator, denominator in ratios]
    total = sum(scaled)
    parts, remainders = zip(*(divmod(units * part, total) for part in scaled), strict=True)
    by_remainder = sorted(range(len(parts)), key=lambda i: -remainders[i])
    topped_up = set(by_remainder[: units - sum(parts)])
    unit = -quantum if amount < 0 else quantum
    return tuple((part + (i in topped_up)) * unit for i, part in enumerate(parts))


def convert(money: Money, *, to: str, on: date, rates: Iterable[Rate]) -> Money:
    """Convert into the reporting currency `to` at the latest rate on or before the day.

    rates: in any order, all to the reporting currency. The result is rounded to its smallest
    unit, so that converted amounts sum to what their total shows. Raises NoRate.
    """
    if money.currency == to:
        return money
    known = [rate for rate in rates if rate.currency == money.currency and rate.on <= on]
    if not known:
        raise NoRate(
            f"There is no exchange rate from {money.currency} to {to} on or before {on}. "
            "Add one in Settings > Currencies."
        )
    latest = max(known, key=lambda rate: rate.on)
    return Money(money.amount * latest.rate, to).rounded()


def _words(text: str) -> list[str]:
    return _WORD.findall(re.sub(r"[()+\-]", " ", text))


def _currency(word: str, column: str | None, text: str) -> str:
    if word.upper() in reference.currencies():
        return word.upper()
    shared = _SHARED_SIGNS.get(word)
    if shared and column not in shared:
        raise Unreadable(
            f"{wording.quoted(text)} can be in {', '.join(shared)}. "
            f"Write the currency's code, as in 1234.56 {shared[0]}."
        )
    meant = shared or _SIGNS.get(word) or _symbols().get(word)
    if not meant:
        raise _unreadable(text)
    return column if column in meant else meant[0]


@cache
def _symbols() -> dict[str, tuple[str, ...]]:
    return {each.symbol.lower(): (each.code,) for each in reference.currencies().values()}


def _signed(amount: Decimal, currency: str, text: str) -> str:
    symbol = reference.currencies()[currency].symbol
    space = "\u00a0" if symbol[-1].isalpha() else ""
    return f"{'-' if amount < 0 else ''}{symbol}{space}{text}"


def _unreadable(text: str) -> Unreadable:
    return Unreadable(
        f"{wording.quoted(text)} is not an amount of money. Write it like 1234.56 EUR."
    )
