"""The fields every campaign has, for the one typed catalogue."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone

from accord.marketing.models import Campaign
from accord.people.fields import Field, Kind, builtin
from accord.people.origins import channels


def campaign_fields() -> Iterable[Field]:
    """The fields of a campaign, in the order a list of them shows."""
    yield _of("name", "Name", Kind.TEXT, searched=True, required=True)
    yield _of("channel", "Channel", Kind.CHOICE, choices=channels.choices())
    yield _of("marks", "Marks", Kind.TAGS, sortable=False)
    yield _of("starts_on", "Starts", Kind.DATE)
    yield _of("ends_on", "Ends", Kind.DATE)
    yield _of(
        "running",
        "Running",
        Kind.BOOLEAN,
        path="starts_on",
        reader=_running,
        asks=_runs,
        editable=False,
        importable=False,
        sortable=False,
    )
    yield _of("goal", "Goal", Kind.TEXT, sortable=False)
    yield from builtin.shared("campaign")
    yield from builtin.system("campaign")


def _of(name: str, label: str, kind: Kind, **more: Any) -> Field:
    return Field("campaign", name, label, kind, more.pop("path", name), "Campaign", **more)


def _running(campaign: Campaign) -> bool:
    return campaign.runs_on(timezone.localdate())


def _runs(now: datetime) -> Q:
    today = timezone.localdate(now)
    return Q(starts_on__lte=today) & (Q(ends_on=None) | Q(ends_on__gte=today))
