"""How many people looked at a form, began, sent and confirmed, day by day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from accord.engine.capture.agents import Actor
from accord.marketing.models import Confirmation, Form, FormDay, Submission

COUNTED = ("views", "starts")


@dataclass(frozen=True)
class Figures:
    """Counts of a form. sent: without spam. confirmed: who pressed the button a mail led to."""

    views: int = 0
    starts: int = 0
    sent: int = 0
    confirmed: int = 0

    @property
    def share(self) -> float | None:
        """How many of the views were sent, 0 to 1; None without views."""
        return min(1.0, self.sent / self.views) if self.views else None


def count(form: Form, what: str, *, actor: Actor, now: datetime) -> None:
    """Count a view or a start of today. Machines are not counted, nobody is recognised."""
    if what not in COUNTED:
        raise ValueError(what)
    if actor is Actor.BOT:
        return
    first = [1 if what == name else 0 for name in COUNTED]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO marketing_formday AS counted (form_id, day, views, starts)"
            " VALUES (%s, %s, %s, %s) ON CONFLICT (form_id, day) DO UPDATE SET"
            " views = counted.views + excluded.views, starts = counted.starts + excluded.starts",
            [form.pk, timezone.localdate(now), *first],
        )


def of(forms: Collection[Form], *, since: date) -> dict[int, Figures]:
    """The figures of each form since a day, by its id."""
    ids = [each.pk for each in forms]
    looked = FormDay.objects.filter(form__in=ids, day__gte=since).values("form")
    counted = {row["form"]: row for row in looked.annotate(seen=Sum("views"), begun=Sum("starts"))}
    sent = _by(_sent(ids, since), "form")
    confirmed = _by(_confirmed(ids, since), "submission__form")
    return {
        pk: Figures(
            views=counted[pk]["seen"] if pk in counted else 0,
            starts=counted[pk]["begun"] if pk in counted else 0,
            sent=sent[pk],
            confirmed=confirmed[pk],
        )
        for pk in ids
    }


def by_day(form: Form, *, since: date, until: date) -> list[tuple[date, Figures]]:
    """The figures of every day from `since` to `until`, oldest first."""
    kept = {each.day: each for each in FormDay.objects.filter(form=form, day__gte=since)}
    sent = _by(_sent([form.pk], since).annotate(on=TruncDate("at")), "on")
    answered = _confirmed([form.pk], since).annotate(on=TruncDate("used_at"))
    confirmed = _by(answered, "on")
    days = [since + timedelta(days=n) for n in range((until - since).days + 1)]
    return [
        (
            day,
            Figures(
                views=kept[day].views if day in kept else 0,
                starts=kept[day].starts if day in kept else 0,
                sent=sent[day],
                confirmed=confirmed[day],
            ),
        )
        for day in days
    ]


def _sent(ids: list[int], since: date) -> QuerySet[Submission]:
    rows = Submission.objects.filter(form__in=ids, at__gte=_begin(since))
    return rows.exclude(verdict=Submission.Verdict.SPAM)


def _confirmed(ids: list[int], since: date) -> QuerySet[Confirmation]:
    return Confirmation.objects.filter(submission__form__in=ids, used_at__gte=_begin(since))


def _by(rows: QuerySet[Any], name: str) -> Counter[Any]:
    return Counter(dict(rows.order_by().values_list(name).annotate(count=Count("pk"))))


def _begin(day: date) -> datetime:
    zone = timezone.get_current_timezone()
    return datetime(day.year, day.month, day.day, tzinfo=zone)
