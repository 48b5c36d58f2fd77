"""Products: what is sold, at which list price."""

from __future__ import annotations

from decimal import Decimal
from typing import TypedDict, Unpack

from django.db import transaction
from django.utils import timezone

from accord.engine.errors import Refused
from accord.platform import currencies
from accord.platform.access import permissions
from accord.platform.models import User
from accord.platform.trail import audit
from accord.sales import names
from accord.sales.models import Product
from accord.sales.names import NameTaken


class ProductValues(TypedDict, total=False):
    """A product as people write it down. price: of one, before discounts; None = by agreement."""

    name: str
    series: str
    price: Decimal | None
    currency: str
    external_id: str


class NotAPrice(Refused):
    """A price is an amount of at least 0, with at most 12 digits before the point."""


def in_use() -> list[Product]:
    """The products that can be sold, by name."""
    return list(Product.objects.filter(archived_at=None))


@transaction.atomic
def add(*, by: User | None, **values: Unpack[ProductValues]) -> Product:
    """Add a product to the price list; its currency is the reporting one where none is given.

    Raises NameMissing, NameTaken, NotAPrice, UnknownCurrency.
    """
    if by is not None:
        permissions.require(by, "product.write")
    checked = _checked(values)
    checked.setdefault("currency", currencies.reporting())
    product = Product(**checked)
    names.cleaned(product.name)
    product.save(force_insert=True)
    audit.record("product.added", product, by=by, name=product.name)
    return product


@transaction.atomic
def change(product: Product, *, by: User, **values: Unpack[ProductValues]) -> Product:
    """Change a product. Deals keep the price they were offered.

    Raises NameMissing, NameTaken, NotAPrice, UnknownCurrency.
    """
    permissions.require(by, "product.write")
    fresh = Product.objects.select_for_update(no_key=True).get(pk=product.pk)
    new = _checked(values, besides=fresh)
    changed = {name: value for name, value in new.items() if getattr(fresh, name) != value}
    if changed:
        Product.objects.filter(pk=fresh.pk).update(**changed)
        told = {name: [str(getattr(fresh, name)), str(value)] for name, value in changed.items()}
        audit.record("product.changed", fresh, by=by, changes=told)
    product.refresh_from_db()
    return product


@transaction.atomic
def archive(product: Product, *, by: User) -> None:
    """Take a product off the price list; deals that have it keep it."""
    permissions.require(by, "product.write")
    product.archived_at = timezone.now()
    Product.objects.filter(pk=product.pk).update(archived_at=product.archived_at)
    audit.record("product.archived", product, by=by, name=product.name)


@transaction.atomic
def restore(product: Product, *, by: User) -> None:
    """Put an archived product back on the price list."""
    permissions.require(by, "product.write")
    product.archived_at = None
    Product.objects.filter(pk=product.pk).update(archived_at=None)
    audit.record("product.restored", product, by=by, name=product.name)


def price(value: Decimal | None) -> Decimal | None:
    """A price rounded to cents. Raises NotAPrice."""
    if value is None:
        return None
    if not value.is_finite() or not 0 <= value < 10**12:
        raise NotAPrice
    return value.quantize(Decimal("0.01"))


def _checked(values: ProductValues, *, besides: Product | None = None) -> ProductValues:
    checked = values.copy()
    if "name" in values:
        checked["name"] = names.cleaned(values["name"])
        others = Product.objects.filter(name__iexact=checked["name"])
        if (others.exclude(pk=besides.pk) if besides else others).exists():
            raise NameTaken
    if "price" in values:
        checked["price"] = price(values["price"])
    if "currency" in values:
        checked["currency"] = currencies.code(values["currency"])
    return checked
