"""What changed since the last working day: deals that moved, were won, lost or reopened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from types import MappingProxyType

from django.utils import timezone

from accord.people import choices
from accord.platform.events import names
from accord.platform.models import Event, User
from accord.sales.models import Deal
from accord.web.hats import Hats

NAMES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "deal.won": ("Won", "ok"),
        "deal.lost": ("Lost", "bad"),
        "deal.moved": ("Moved", ""),
        "deal.reopened": ("Reopened", "warn"),
        "deal.created": ("Opened", "accent"),
    }
)
LATEST = 60  # events looked at, of which a deal's last one is shown
SHOWN = 7


@dataclass(frozen=True)
class Change:
    """The last thing that happened to a deal. by: who did it, "" where Accord did."""

    deal: Deal
    word: str
    tone: str
    icon: str
    by: str
    at: datetime


def last_working_day(today: date) -> date:
    """Yesterday; on a Monday and at the weekend the Friday before."""
    return today - timedelta(days={0: 3, 6: 2}.get(today.weekday(), 1))


def since(day: date, user: User, hats: Hats, now: datetime) -> list[Change]:
    """The deals that changed since the beginning of a day, the latest first; two queries."""
    midnight = datetime.combine(day, time())
    events = Event.objects.filter(
        name__in=list(NAMES), happened_at__gte=timezone.make_aware(midnight), happened_at__lte=now
    )
    latest: dict[int, Event] = {}
    for event in events.order_by("-happened_at", "-id")[:LATEST]:
        latest.setdefault(event.deal_id or 0, event)
    mine = Deal.objects.visible_to(user).filter(hats.owned).select_related("company", "stage")
    deals = mine.in_bulk(list(latest))
    told = [_change(deals[pk], event) for pk, event in latest.items() if pk in deals]
    return told[:SHOWN]


def _change(deal: Deal, event: Event) -> Change:
    word, tone = NAMES[event.name]
    if event.name == "deal.moved":
        word = deal.stage.name
    by = choices.colleagues().get(event.user_id, "") if event.user_id else ""
    return Change(deal, word, tone, names.ALL[event.name].icon, by, event.happened_at)
