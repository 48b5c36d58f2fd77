from decimal import Decimal

import pytest

from accord.engine.errors import Refused
from accord.platform.access.permissions import Forbidden
from accord.platform.models import AuditEntry, Event
from accord.platform.trail import history
from accord.sales import deals
from accord.sales.deals import Line
from accord.sales.models import Product
from accord.sales.pricing import lines, products


@pytest.fixture
def meter(db, olga):
    return products.add(name="Meter", series="GTX", price=Decimal("550"), by=olga)


def test_a_price_list_is_kept_by_who_may(meter, olga, ben):
    assert (meter.price, meter.currency) == (Decimal(550), "EUR")
    with pytest.raises(Forbidden):
        products.change(meter, price=Decimal(1), by=ben)
    with pytest.raises(Forbidden):
        products.add(name="Mine", by=ben)
    with pytest.raises(Forbidden):
        products.archive(meter, by=ben)
    products.change(meter, price=Decimal("600.005"), by=olga)
    assert meter.price == Decimal("600.00")
    products.archive(meter, by=olga)
    assert products.in_use() == []
    products.restore(meter, by=olga)
    assert products.in_use() == [meter]
    told = list(AuditEntry.objects.filter(by=olga).order_by("pk").values_list("verb", flat=True))
    assert told == [f"product.{what}" for what in ("added", "changed", "archived", "restored")]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"name": " "}, "Give it a name"),
        ({"name": "METER"}, "name is taken"),
        ({"name": "A", "price": Decimal(-1)}, "at least 0"),
        ({"name": "A", "price": Decimal("NaN")}, "at least 0"),
        ({"name": "A", "price": Decimal(10) ** 13}, "12 digits"),
        ({"name": "A", "currency": "XYZ"}, "not a currency code"),
    ],
)
def test_a_bad_product_is_refused(meter, olga, values, sentence):
    with pytest.raises(Refused, match=sentence):
        products.add(by=olga, **values)
    assert Product.objects.get() == meter


def test_lines_take_the_list_price_and_leave_the_amount(deal, meter, ben):
    set_lines = deals.set_lines(
        deal, [Line(meter, Decimal(2)), Line(meter, price=Decimal("9.99"))], by=ben
    )
    assert [(each.quantity, each.price) for each in lines.of(deal)] == [
        (Decimal(2), Decimal(550)),
        (Decimal(1), Decimal("9.99")),
    ]
    assert lines.total(set_lines) == Decimal("1109.99")
    deal.refresh_from_db()
    assert deal.amount == 1000
    assert len(history.of(deal, "lines")[0].new) == 2
    deals.set_lines(deal, [Line(meter, Decimal(2)), Line(meter, price=Decimal("9.99"))], by=ben)
    assert Event.objects.filter(name="deal.lines_set").count() == 1


def test_a_list_price_in_another_currency_is_left_open(deal, meter, ben, olga):
    products.change(meter, currency="USD", by=olga)
    assert lines.total(deals.set_lines(deal, [Line(meter)], by=ben)) is None
    assert lines.total([]) is None


def test_a_product_off_the_list_stays_where_it_was_offered(deal, meter, ben, olga):
    deals.set_lines(deal, [Line(meter)], by=ben)
    products.archive(meter, by=olga)
    deals.set_lines(deal, [Line(meter, Decimal(3))], by=ben)
    deals.set_lines(deal, [], by=ben)
    with pytest.raises(lines.ProductGone):
        deals.set_lines(deal, [Line(meter)], by=ben)


@pytest.mark.parametrize("quantity", ["0", "-1", "0.001", "NaN", "1e12"])
def test_a_quantity_is_more_than_nothing(deal, meter, ben, quantity):
    with pytest.raises(lines.NotAQuantity):
        deals.set_lines(deal, [Line(meter, Decimal(quantity))], by=ben)
