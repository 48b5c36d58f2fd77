"""This month's figures beside last month's up to the same day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum
from django.utils import timezone

from accord.people.models import Contact, LifecycleChange
from accord.platform.access import permissions
from accord.platform.models import User
from accord.sales.models import Deal
from accord.sales.pipeline import staleness
from accord.web.hats import Hats


@dataclass(frozen=True)
class Span:
    """Days of a month, both ends in it."""

    first: date
    last: date

    @property
    def moments(self) -> tuple[datetime, datetime]:
        """From the first day's beginning to the beginning of the day after the last."""
        start = timezone.make_aware(datetime.combine(self.first, time()))
        after = datetime.combine(self.last + timedelta(days=1), time())
        return start, timezone.make_aware(after)


@dataclass(frozen=True)
class Month:
    """now: this month to today; before: last month to the same day. Sums in `reporting` money.

    open_value: of open deals with an amount; open_without: open deals that have none;
    open_waiting: open deals that need something.
    """

    now: Span
    before: Span
    won_value: Decimal
    won_count: int
    won_value_before: Decimal
    won_count_before: int
    open_value: Decimal
    open_count: int
    open_without: int
    open_waiting: int
    leads: int
    leads_before: int


def spans(today: date) -> tuple[Span, Span]:
    """This month to today, and last month to the same day (or its end where it is shorter)."""
    first = today.replace(day=1)
    end = first - timedelta(days=1)
    same_day = end.replace(day=min(today.day, end.day))
    return Span(first, today), Span(end.replace(day=1), same_day)


def figures(user: User, hats: Hats, now: datetime) -> Month:
    """Won, open and new leads of those the hats tell of; for two queries."""
    this, last = spans(timezone.localdate(now))
    deals = _deals(user, hats, now)
    leads = _leads(user, hats, this, last)
    nothing = Decimal(0)
    return Month(
        now=this,
        before=last,
        won_value=deals["won_value"] or nothing,
        won_count=deals["won_count"],
        won_value_before=deals["before_value"] or nothing,
        won_count_before=deals["before_count"],
        open_value=deals["open_value"] or nothing,
        open_count=deals["open_count"],
        open_without=deals["open_without"],
        open_waiting=deals["open_waiting"],
        leads=leads["now"],
        leads_before=leads["before"],
    )


def _deals(user: User, hats: Hats, now: datetime) -> dict[str, Any]:
    won, before = map(_won, spans(timezone.localdate(now)))
    rows = Deal.objects.visible_to(user).filter(hats.owned).filter(Q(outcome="") | won | before)
    still = Q(outcome="")
    return rows.aggregate(
        won_value=Sum("value", filter=won),
        won_count=Count("pk", filter=won),
        before_value=Sum("value", filter=before),
        before_count=Count("pk", filter=before),
        open_value=Sum("value", filter=still),
        open_count=Count("pk", filter=still),
        open_without=Count("pk", filter=still & Q(value=None)),
        open_waiting=Count("pk", filter=still & staleness.needs_something(now)),
    )


def _won(span: Span) -> Q:
    return Q(outcome=Deal.Outcome.WON, close_on__gte=span.first, close_on__lte=span.last)


def _leads(user: User, hats: Hats, this: Span, last: Span) -> dict[str, int]:
    """Contacts that became a lead, or an MQL at once, counted once in each span."""
    rows = LifecycleChange.objects.filter(
        _theirs(permissions.rows(user, "contact.read") & hats.owned),
        stage__in=("lead", "mql"),
        previous__in=("", "subscriber"),
        at__gte=last.moments[0],
        at__lt=this.moments[1],
    )
    return rows.aggregate(
        now=Count("contact", distinct=True, filter=_within(this)),
        before=Count("contact", distinct=True, filter=_within(last)),
    )


def _theirs(whose: Q) -> Q:
    """Changes of contacts that are there; of everybody's, leaving out the few deleted is quick."""
    if whose:
        return Q(contact__in=Contact.objects.alive().filter(whose))
    return ~Q(contact__in=Contact.objects.filter(deleted_at__isnull=False))


def _within(span: Span) -> Q:
    start, after = span.moments
    return Q(at__gte=start, at__lt=after)
