"""Lines: the products of a deal, how many and at which price."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from accord.engine.errors import Refused
from accord.people import records
from accord.people.records import Deleted
from accord.platform.events import log, names
from accord.platform.models import User
from accord.platform.trail import audit, history
from accord.sales import subjects
from accord.sales.models import Deal, DealLine, Product
from accord.sales.pricing import products

names.declare(
    "deal.lines_set", "Products of the deal changed", team="sales", icon="package", person=False
)


@dataclass(frozen=True)
class Line:
    """So many of a product, in the deal's currency. price: of one; None takes the list price."""

    product: Product
    quantity: Decimal = Decimal(1)
    price: Decimal | None = None


class NotAQuantity(Refused):
    """A quantity is more than 0, with at most ten digits before the point and two after it."""


class ProductGone(Refused):
    """This product is no longer on the price list. Choose another one."""


@transaction.atomic
def set_lines(deal: Deal, lines: Iterable[Line], *, by: User | None) -> list[DealLine]:
    """Make these the products of a deal, in this order. The amount stays as it was agreed.

    A list price counts only where it is in the deal's currency. Products already on the deal
    may stay after they left the price list. Raises Forbidden, Deleted, NotAQuantity, NotAPrice
    or ProductGone.
    """
    deal.refresh_from_db()
    if deal.deleted_at:
        raise Deleted
    records.permissions_of(deal, by)
    old = of(deal)
    known = {line.product_id for line in old}
    new = [_line(deal, line, known) for line in lines]
    before, after = _plain(old), _plain(new)
    if before == after:
        return old
    DealLine.objects.filter(deal=deal).delete()
    DealLine.objects.bulk_create(new)
    history.record(deal, [history.Change("lines", before, after)], at=timezone.now(), by=by)
    audit.record("deal.changed", deal, by=by, fields=["lines"])
    log.record("deal.lines_set", subjects.of(deal), by=by, lines=len(new))
    return new


def of(deal: Deal) -> list[DealLine]:
    """The lines of a deal in order, with their products."""
    return list(DealLine.objects.filter(deal=deal).select_related("product").order_by("pk"))


def total(lines: Iterable[DealLine]) -> Decimal | None:
    """What the lines come to in the deal's currency, to the cent; None while a price is open."""
    sums = [None if line.price is None else line.quantity * line.price for line in lines]
    if not sums or None in sums:
        return None
    return sum((each for each in sums if each is not None), Decimal(0)).quantize(Decimal("0.01"))


def _line(deal: Deal, line: Line, known: set[int]) -> DealLine:
    if not line.quantity.is_finite() or not 0 < line.quantity < 10**10:
        raise NotAQuantity
    if line.quantity != (quantity := line.quantity.quantize(Decimal("0.01"))):
        raise NotAQuantity
    if line.product.archived_at and line.product.pk not in known:
        raise ProductGone
    price = line.price
    if price is None and deal.currency in ("", line.product.currency):
        price = line.product.price
    return DealLine(deal=deal, product=line.product, quantity=quantity, price=products.price(price))


def _plain(lines: Iterable[DealLine]) -> list[list[object]]:
    return [
        [line.product_id, str(line.quantity), None if line.price is None else str(line.price)]
        for line in lines
    ]
