"""Work of sales that is done in the background."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accord.people import records
from accord.platform.queue import work
from accord.sales.models import Activity, Deal, Task
from accord.sales.pricing import worth


def reprice_soon(currency: str) -> None:
    """Ask for the deals in a currency to be priced again; "" means all."""
    work.enqueue("deals.reprice", payload={"currency": currency}, key=f"deals.reprice:{currency}")


@work.job("deals.reprice")
def reprice(payload: Mapping[str, Any]) -> None:
    worth.reprice(currency=payload["currency"])


@work.every("sales.purge", timedelta(hours=1))
def purge(payload: Mapping[str, Any]) -> None:
    for model in (Deal, Task, Activity):
        records.purge(model, now=timezone.now())


@work.every("deals.reprice_due", timedelta(hours=1))
def reprice_due(payload: Mapping[str, Any]) -> None:
    """A rate entered for a day to come counts from that day on."""
    worth.reprice()
