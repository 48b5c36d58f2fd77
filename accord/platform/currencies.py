"""Currencies: the one everything is reported in, and what the others were worth from which day."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from accord.engine import money, reference
from accord.engine.errors import Refused
from accord.platform.access import permissions, preferences
from accord.platform.models import ExchangeRate, User
from accord.platform.trail import audit

_STEP = Decimal("0.00000001")
_listeners: list[Callable[[str], None]] = []


class UnknownCurrency(Refused):
    """This is not a currency code. Use the three letters of ISO 4217, such as EUR or USD."""


class RateNotPositive(Refused):
    """A rate must be more than 0: what one unit is worth in your reporting currency."""


class RateTooFine(Refused):
    """This rate does not fit: use at most ten digits before the point and eight after it."""


class OwnRate(Refused):
    """This is your reporting currency: one unit of it is always worth 1."""


class RateNeeded(Refused):
    """Enter a rate for the new reporting currency first: known rates are carried over by it."""


def reporting() -> str:
    """The code of the currency that sums and reports are in."""
    return preferences.current().reporting_currency


def code(text: str) -> str:
    """The currency this names, as its ISO 4217 code. Raises UnknownCurrency."""
    found = text.strip().upper()
    if found not in reference.currencies():
        raise UnknownCurrency
    return found


def to_reporting(amount: Decimal | None, currency: str, on: date | None = None) -> Decimal | None:
    """What an amount is worth in the reporting currency, rounded to its smallest unit.

    on: the day whose rate counts, today where it is not given. The rate of a day is the latest
    one dated on or before it. None where there is no amount, or no such rate.
    """
    if amount is None:
        return None
    target = reporting()
    if currency == target:
        return amount
    day = on or timezone.localdate()
    found = [money.Rate(each.currency, each.on, each.rate) for each in rates(currency, until=day)]
    try:
        return money.convert(money.Money(amount, currency), to=target, on=day, rates=found).amount
    except money.NoRate:
        return None


def known() -> list[money.Rate]:
    """Every rate, for `total`."""
    return [money.Rate(each.currency, each.on, each.rate) for each in rates()]


def total(
    amounts: Iterable[tuple[Decimal, str, date]], *, known: Collection[money.Rate]
) -> tuple[Decimal, int]:
    """What amounts of (amount, currency, day) come to in the reporting currency.

    Also tells how many have no rate on their day: those are not in the sum.
    """
    target, summed, without = reporting(), Decimal(0), 0
    for amount, currency, on in amounts:
        try:
            given = money.Money(amount, currency)
            summed += money.convert(given, to=target, on=on, rates=known).amount
        except money.NoRate:
            without += 1
    return summed, without


def rates(currency: str = "", *, until: date | None = None) -> list[ExchangeRate]:
    """The known rates of one currency or all: by currency, then the latest day first."""
    found = ExchangeRate.objects.order_by("currency", "-on")
    if currency:
        found = found.filter(currency=currency)
    return list(found.filter(on__lte=until)[:1] if until else found)


@transaction.atomic
def set_rate(*, currency: str, on: date, rate: Decimal, by: User) -> ExchangeRate:
    """From the day `on`, one unit of `currency` is worth `rate` of the reporting currency.

    A second rate of the same day replaces the first. What is priced in the currency follows.
    Raises UnknownCurrency, OwnRate, RateNotPositive, RateTooFine.
    """
    permissions.require(by, "settings.manage")
    currency = code(currency)
    if currency == reporting():
        raise OwnRate
    if not rate.is_finite() or rate <= 0:
        raise RateNotPositive
    if rate >= 10**10 or rate != rate.quantize(_STEP):
        raise RateTooFine
    old = ExchangeRate.objects.filter(currency=currency, on=on).values_list("rate", flat=True)
    before = old.first()
    found, _ = ExchangeRate.objects.update_or_create(
        currency=currency, on=on, defaults={"rate": rate}
    )
    audit.record(
        "rate.set",
        found,
        by=by,
        currency=currency,
        on=on.isoformat(),
        old=None if before is None else str(before),
        new=str(rate),
    )
    _tell(currency)
    return found


@transaction.atomic
def remove_rate(rate: ExchangeRate, *, by: User) -> None:
    """Forget a rate: from its day on, the one before it counts again."""
    permissions.require(by, "settings.manage")
    gone = {"currency": rate.currency, "on": rate.on.isoformat(), "old": str(rate.rate)}
    audit.record("rate.removed", rate, by=by, **gone)
    ExchangeRate.objects.filter(pk=rate.pk).delete()
    _tell(rate.currency)


@transaction.atomic
def change_reporting(to: str, *, by: User) -> None:
    """Report in another currency from now on; rates and everything priced follow.

    Known rates are carried over through the new currency's own: for each day either of the two
    changed. Raises RateNeeded where there are rates, but none for the new currency.
    """
    permissions.require(by, "settings.manage")
    target, old = code(to), reporting()
    if target == old:
        return
    known = rates()
    through = [each for each in known if each.currency == target]
    if known and not through:
        raise RateNeeded
    ExchangeRate.objects.all().delete()
    ExchangeRate.objects.bulk_create(_carried_over(known, old=old, target=target))
    preferences.change(reporting_currency=target, by=by)
    _tell("")


def when_changed(function: Callable[[str], None]) -> None:
    """Have `function` called with the code of a currency whose rates changed; "" means all.

    It is called in the transaction of the change: it should only ask for work.
    """
    _listeners.append(function)


def _carried_over(known: list[ExchangeRate], *, old: str, target: str) -> list[ExchangeRate]:
    """The same worths, told in `target`. Days before its first own rate are given up."""
    by_currency: dict[str, dict[date, Decimal]] = {old: {}}
    for each in known:
        by_currency.setdefault(each.currency, {})[each.on] = each.rate
    through = by_currency.pop(target, {})
    by_currency[old] = dict.fromkeys(through, Decimal(1))
    found = []
    for currency, own in by_currency.items():
        for day in sorted({*own, *through}):
            worth, one = _at(own, day), _at(through, day)
            if worth and one and (rate := (worth / one).quantize(_STEP)) > 0:
                found.append(ExchangeRate(currency=currency, on=day, rate=rate))
    return found


def _at(known: dict[date, Decimal], day: date) -> Decimal | None:
    days = [each for each in known if each <= day]
    return known[max(days)] if days else None


def _tell(currency: str) -> None:
    for function in _listeners:
        function(currency)
