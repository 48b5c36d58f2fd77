"""Products from a file: the price list."""

from __future__ import annotations

from collections.abc import Iterable

from accord.platform.transfer.mapping import Mapping
from accord.platform.transfer.targets import Rule, Slot, Target
from accord.sales.models import Product

_BY_EXTERNAL_ID = """(SELECT min(c.id + 0) FROM sales_product AS c
    WHERE c.external_id = s.external_id AND c.external_id <> '')"""
_BY_NAME = "(SELECT c.id FROM sales_product AS c WHERE lower(c.name) = lower(s.name) LIMIT 1)"


def target() -> Target:
    """Products as something to import."""
    return Target(
        name="products",
        noun="product",
        label="Products",
        model=Product,
        permission="product.write",
        write="product.write",
        needs=(("name",),),
        nameless="A product needs a name.",
        rules=_rules,
        slots=_slots,
    )


def _rules() -> tuple[Rule, ...]:
    return (
        Rule("external_id", "External id", ("external_id",), _BY_EXTERNAL_ID, own=True),
        Rule("name", "Name", ("name",), _BY_NAME, unique="Another product has this name."),
    )


def _slots(mapping: Mapping) -> Iterable[Slot]:
    yield Slot("name", "Name", "text", column="name", most=200)
    yield Slot("series", "Series", "text", column="series", most=120)
    yield Slot("price", "List price", "money", column="price", currency_column="currency", most=12)
    yield Slot("external_id", "External id", "text", column="external_id", most=200)
