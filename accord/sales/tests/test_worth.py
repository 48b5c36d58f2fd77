from datetime import date
from decimal import Decimal

import pytest

from accord.platform import currencies
from accord.platform.queue import work
from accord.sales import deals
from accord.sales.models import Deal
from accord.sales.pricing import worth


@pytest.fixture
def in_dollars(deal, ben):
    values = {"amount": "1000 USD", "opened_at": "2026-01-02"}
    return deals.change(deal, values=values, by=ben)


def _rate(on, rate, olga):
    currencies.set_rate(currency="USD", on=on, rate=Decimal(rate), by=olga)
    work.run_due()


def test_an_open_deal_follows_the_latest_rate(in_dollars, olga):
    assert in_dollars.value is None
    assert worth.without_rate() == {"USD": 1}
    for on, rate, value in (
        (date(2026, 1, 1), "0.9", 900),
        (date(2026, 3, 1), "0.8", 800),
        (date(2026, 2, 1), "0.7", 800),
        (date(2999, 1, 1), "0.1", 800),
    ):
        _rate(on, rate, olga)
        in_dollars.refresh_from_db()
        assert in_dollars.value == value
    assert worth.without_rate() == {} and in_dollars.version == 2


def test_a_closed_deal_keeps_the_rate_of_its_day(in_dollars, best_fit, ben, olga):
    _rate(date(2026, 1, 1), "0.9", olga)
    _rate(date(2026, 3, 1), "0.8", olga)
    deals.win(in_dollars, reason=best_fit, on=date(2026, 2, 1), by=ben)
    assert in_dollars.value == 900
    _rate(date(2026, 4, 1), "0.5", olga)
    in_dollars.refresh_from_db()
    assert in_dollars.value == 900
    deals.change(in_dollars, values={"close_on": "2026-03-05"}, by=ben)
    assert in_dollars.value == 800
    deals.reopen(in_dollars, by=ben)
    assert in_dollars.value == 500


def test_a_change_of_amount_is_worth_something_at_once(in_dollars, ben, olga):
    _rate(date(2026, 1, 1), "0.333333", olga)
    deals.change(in_dollars, values={"amount": "100.50 USD"}, by=ben)
    assert in_dollars.value == Decimal("33.50")
    deals.change(in_dollars, values={"amount": "70 EUR"}, by=ben)
    assert in_dollars.value == 70


def test_everything_is_told_in_the_new_reporting_currency(in_dollars, deal, ben, olga):
    euros = deals.create(values={"name": "In euros", "amount": "90 EUR"}, by=ben)
    _rate(date(2026, 1, 1), "0.9", olga)
    currencies.change_reporting("USD", by=olga)
    work.run_due()
    assert dict(Deal.objects.values_list("pk", "value")) == {
        in_dollars.pk: Decimal(1000),
        euros.pk: Decimal(100),
    }


def test_pricing_twice_changes_nothing(in_dollars, olga):
    _rate(date(2026, 1, 1), "0.9", olga)
    assert worth.reprice() == 0
    assert worth.reprice(ids=[]) == 0
