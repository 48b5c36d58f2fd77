"""The event log: what happened, written in the transaction of what made it happen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from accord.platform.events import names, partitions
from accord.platform.models import Event, User


@dataclass(frozen=True)
class About:
    """Whom and what an event is about: ids of records, each optional."""

    contact: int | None = None
    company: int | None = None
    deal: int | None = None


@dataclass(frozen=True)
class Touch:
    """How an event reached a person: source as recorded, our channel, the campaign's mark."""

    channel: str
    source: str = ""
    campaign: str = ""


def record(
    name: str,
    about: About,
    *,
    by: User | None = None,
    at: datetime | None = None,
    touch: Touch | None = None,
    **properties: Any,
) -> Event:
    """Note that something happened. Raises KeyError on a name nobody declared.

    at: when it happened, aware; now where it is not given.
    """
    known = names.ALL[name]
    now = timezone.now()
    happened = at or now
    partitions.ensure([happened.date()])
    return Event.objects.create(
        name=name,
        happened_at=happened,
        recorded_at=now,
        team=known.team,
        contact_id=about.contact,
        company_id=about.company,
        deal_id=about.deal,
        user_id=by.pk if by else None,
        source=touch.source if touch else "",
        channel=touch.channel if touch else "",
        campaign=touch.campaign if touch else "",
        properties=properties,
    )
