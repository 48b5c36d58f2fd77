"""Worth: what deals are worth in the reporting currency, so that they can be summed."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import connection
from django.utils import timezone

from accord.engine import money
from accord.platform import currencies
from accord.sales.models import Deal

# One row is one deal whose value is no longer right. Amounts in %(reporting)s are their own
# value; others are converted at the latest rate dated on or before the day a closed deal
# closed, today for open ones. No amount or no rate: no value.
REPRICE = """
WITH priced AS (
    SELECT deal.id, CASE deal.currency WHEN %(reporting)s THEN deal.amount ELSE (
        SELECT round(deal.amount * known.rate, %(places)s)
        FROM platform_exchangerate AS known
        WHERE known.currency = deal.currency AND known."on" <= CASE deal.outcome
            WHEN '' THEN %(today)s ELSE coalesce(deal.close_on, %(today)s) END
        ORDER BY known."on" DESC LIMIT 1
    ) END AS value
    FROM sales_deal AS deal
    WHERE (%(currency)s = '' OR deal.currency = %(currency)s)
      AND (%(ids)s::bigint[] IS NULL OR deal.id = ANY(%(ids)s))
)
UPDATE sales_deal AS deal SET value = priced.value
FROM priced WHERE priced.id = deal.id AND deal.value IS DISTINCT FROM priced.value
"""


def reprice(*, currency: str = "", ids: Collection[int] | None = None) -> int:
    """Bring the values of deals up to date; answers how many changed.

    currency: only deals with amounts in it. ids: only these deals. A value is derived from
    amount, rate and day: it has no version and no history of its own.
    """
    reporting = currencies.reporting()
    parameters: dict[str, Any] = {
        "reporting": reporting,
        "places": min(2, -int(money.quantum(reporting).as_tuple().exponent)),
        "today": timezone.localdate(),
        "currency": currency,
        "ids": None if ids is None else list(ids),
    }
    with connection.cursor() as cursor:
        cursor.execute(REPRICE, parameters)
        return int(cursor.rowcount)


def without_rate() -> dict[str, int]:
    """How many deals have an amount but no value, by currency: their day has no rate."""
    found: dict[str, int] = {}
    unpriced = Deal.objects.alive().filter(amount__isnull=False, value=None)
    for currency in unpriced.values_list("currency", flat=True):
        found[currency] = found.get(currency, 0) + 1
    return found
