from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from accord.platform import currencies
from accord.platform.access import preferences
from accord.platform.access.permissions import Forbidden
from accord.platform.models import AuditEntry, ExchangeRate

JAN, FEB, MAR = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)


@pytest.fixture(autouse=True)
def nobody_listens(monkeypatch):
    monkeypatch.setattr(currencies, "_listeners", [])


def test_an_amount_is_worth_what_the_latest_rate_of_its_day_says(olga):
    currencies.set_rate(currency="usd", on=JAN, rate=Decimal("0.9"), by=olga)
    currencies.set_rate(currency="USD", on=MAR, rate=Decimal("0.8"), by=olga)
    assert currencies.to_reporting(Decimal("10.05"), "USD", FEB) == Decimal("9.05")
    assert currencies.to_reporting(Decimal(10), "USD", MAR) == Decimal(8)
    assert currencies.to_reporting(Decimal(10), "USD") == Decimal(8)
    assert currencies.to_reporting(Decimal(10), "EUR", JAN) == Decimal(10)


def test_without_a_rate_or_an_amount_there_is_no_worth(olga):
    currencies.set_rate(currency="USD", on=FEB, rate=Decimal("0.9"), by=olga)
    assert currencies.to_reporting(Decimal(10), "USD", JAN) is None
    assert currencies.to_reporting(None, "USD", FEB) is None
    assert currencies.to_reporting(Decimal(10), "CHF", FEB) is None


def test_a_second_rate_of_a_day_replaces_the_first_and_is_audited(olga):
    heard = []
    currencies.when_changed(heard.append)
    currencies.set_rate(currency="USD", on=JAN, rate=Decimal("0.9"), by=olga)
    rate = currencies.set_rate(currency="USD", on=JAN, rate=Decimal("0.95"), by=olga)
    assert [each.rate for each in currencies.rates("USD")] == [Decimal("0.95")]
    last = AuditEntry.objects.filter(verb="rate.set").latest("pk")
    assert last.details == {
        "currency": "USD",
        "on": "2026-01-01",
        "old": "0.90000000",
        "new": "0.95",
    }
    currencies.remove_rate(rate, by=olga)
    assert not ExchangeRate.objects.exists() and heard == ["USD"] * 3


@pytest.mark.parametrize(
    ("currency", "rate", "refused"),
    [
        ("XYZ", Decimal(1), currencies.UnknownCurrency),
        ("", Decimal(1), currencies.UnknownCurrency),
        ("EUR", Decimal(1), currencies.OwnRate),
        ("USD", Decimal(0), currencies.RateNotPositive),
        ("USD", Decimal("NaN"), currencies.RateNotPositive),
        ("USD", Decimal("Infinity"), currencies.RateNotPositive),
        ("USD", Decimal("0.000000001"), currencies.RateTooFine),
        ("USD", Decimal(10) ** 30, currencies.RateTooFine),
    ],
)
def test_a_bad_rate_is_refused(olga, currency, rate, refused):
    with pytest.raises(refused):
        currencies.set_rate(currency=currency, on=JAN, rate=rate, by=olga)
    assert not ExchangeRate.objects.exists() and not AuditEntry.objects.exists()


def test_only_who_manages_settings_may_touch_rates(ben, olga):
    with pytest.raises(Forbidden):
        currencies.set_rate(currency="USD", on=JAN, rate=Decimal(1), by=ben)
    rate = currencies.set_rate(currency="USD", on=JAN, rate=Decimal(1), by=olga)
    with pytest.raises(Forbidden):
        currencies.remove_rate(rate, by=ben)
    with pytest.raises(Forbidden):
        currencies.change_reporting("USD", by=ben)
    assert ExchangeRate.objects.get() == rate and currencies.reporting() == "EUR"


def test_a_new_reporting_currency_carries_known_rates_over(olga):
    heard = []
    currencies.when_changed(heard.append)
    currencies.set_rate(currency="USD", on=JAN, rate=Decimal("0.8"), by=olga)
    currencies.set_rate(currency="USD", on=MAR, rate=Decimal("0.5"), by=olga)
    currencies.set_rate(currency="GBP", on=FEB, rate=Decimal("1.2"), by=olga)
    currencies.change_reporting("USD", by=olga)
    assert currencies.reporting() == "USD" == preferences.current().reporting_currency
    assert currencies.to_reporting(Decimal(8), "EUR", FEB) == Decimal(10)
    assert currencies.to_reporting(Decimal(8), "EUR", MAR) == Decimal(16)
    assert currencies.to_reporting(Decimal(10), "GBP", FEB) == Decimal(15)
    assert currencies.to_reporting(Decimal(10), "GBP", MAR) == Decimal(24)
    assert currencies.to_reporting(Decimal(10), "GBP", JAN) is None
    assert heard[-1] == ""


def test_a_new_reporting_currency_needs_a_rate_only_where_there_are_others(olga):
    currencies.change_reporting("CHF", by=olga)
    currencies.set_rate(currency="USD", on=timezone.localdate(), rate=Decimal("0.8"), by=olga)
    with pytest.raises(currencies.RateNeeded):
        currencies.change_reporting("GBP", by=olga)
    assert currencies.reporting() == "CHF"
