"""What a deal is worth: lines of products that make up an amount, lognormal over deals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from accord.engine.simulator import streams
from accord.engine.simulator.process.market import Firm
from accord.engine.simulator.words import house, persons
from accord.engine.simulator.world import Line, Product

EUR_PER_USD = Decimal("0.92")
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Quote:
    """Lines and their sum in the deal's currency; hoped: the rounder sum of before the offer."""

    lines: tuple[Line, ...]
    amount: Decimal
    hoped: Decimal
    currency: str
    points: int

    @property
    def value(self) -> Decimal:
        """The amount in EUR."""
        rate = EUR_PER_USD if self.currency == "USD" else Decimal(1)
        return (self.amount * rate).quantize(_CENT, ROUND_HALF_UP)


def quote(seed: int, firm: Firm, person: int, which: tuple[int, str]) -> Quote:
    """The offer of a deal. which: its number and kind (first, again or site) among the person's."""
    number, kind = which
    dice = streams.stream(seed, "quote", person, number)
    usual = {"first": 15_500.0, "again": 12_500.0, "site": 17_500.0}[kind]
    target = streams.lognormal(dice, usual * (firm.employees / 190) ** 0.25, 0.62)
    currency = "USD" if persons.COUNTRIES[firm.country].code == "US" else "EUR"
    discount = Decimal(dice.choice((100, 100, 100, 95, 92, 90, 88)))
    products = list(_products(dice, target))
    lines = tuple(
        Line(product.key, amount, (product.price * discount / 100).quantize(_CENT))
        for product, amount in products
    )
    total = sum((line.price * line.quantity for line in lines), Decimal(0))
    hoped = (total * Decimal(str(dice.choice((0.8, 0.9, 1, 1.1, 1.25)))) / 500).quantize(Decimal(1))
    points = next(amount for product, amount in products if product is house.METER)
    return Quote(lines, total, max(hoped, Decimal(1)) * 500, currency, points)


def _products(dice: Random, target: float) -> Iterable[tuple[Product, int]]:
    """A site, what goes on top of it, then as many meter points as the rest of the sum allows."""
    sites = 1 + int(target > 45_000) + int(target > 90_000)
    yield house.SITE, sites
    spent = float(house.SITE.price) * sites
    for product, chance in ((house.PEAK, 0.45), (house.AUDIT, 0.4), (house.CARBON, 0.22)):
        price = float(product.price) * sites
        if dice.random() < chance and spent + price < 0.7 * target:
            yield product, sites
            spent += price
    days = max(1, round(target / 11_000))
    yield house.ONBOARDING, days
    if dice.random() < 0.35:
        yield house.TRAINING, 1
    rest = max(target - spent - days * float(house.ONBOARDING.price), 900.0)
    # A gateway reads about 16 meters, so a meter point costs its licence and its part of a gateway.
    points = max(8, round(rest / (float(house.METER.price) + float(house.GATEWAY.price) / 16)))
    yield house.METER, points
    yield house.GATEWAY, -(-points // 16)
