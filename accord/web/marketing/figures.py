"""What campaigns cost and brought, as columns beside their list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from accord.marketing import results
from accord.platform import currencies
from accord.platform.models import User
from accord.web import formats
from accord.web.lists.tables import Beside, Line
from accord.web.marketing import brought


def beside(lines: Iterable[Line], reader: User) -> dict[str, Any]:
    """The lines of a list of campaigns with their figures, and the heads of those columns."""
    kept = list(lines)
    found: list[Any] = [each.record for each in kept]
    told, won = results.of(found, reader), brought.won(found, reader)
    figured = [
        replace(
            line,
            beside=(
                _money(told[line.record.pk].cost),
                SafeString(formats.number(told[line.record.pk].leads)),
                _money(told[line.record.pk].cost_per_lead),
                _money(won.get(line.record.pk)),
            ),
        )
        for line in kept
    ]
    return {"lines": figured, "beside": _heads(currencies.reporting())}


def _heads(currency: str) -> tuple[Beside, ...]:
    return (
        Beside(
            "Cost", f"Written down for the campaign, in {currency}, each at the rate of its day."
        ),
        Beside(
            "Leads",
            "People who first came to us by one of its marks and reached lead or a later stage.",
        ),
        Beside("Cost per lead", "Cost divided by leads."),
        Beside(
            "Won value",
            "Its share of booked revenue under the linear rule: the same credit to every touch "
            "before a won deal. Worked out anew every five minutes.",
        ),
    )


def _money(amount: Decimal | None) -> SafeString:
    if not amount:
        return SafeString("")
    currency = currencies.reporting()
    exact, near = formats.money(amount, currency), formats.money_near(amount, currency)
    return format_html('<span title="{}">{}</span>', exact, near)
