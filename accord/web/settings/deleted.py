"""Settings > Deleted: what can still be brought back, and until when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accord.marketing.models import Campaign
from accord.people.models import Contact
from accord.people.records import UNDO
from accord.platform.access import permissions
from accord.platform.models import Record, User
from accord.web.http import StaffRequest
from accord.web.lists import nouns
from accord.web.staff import staff

SHOWN = 100  # of each noun, those deleted last


@dataclass(frozen=True)
class Line:
    """A deleted record: what brings it back, and when it goes for good."""

    record: Record
    url: str
    until: datetime


@staff("contact.write")
@require_safe
def page(request: StaffRequest) -> HttpResponse:
    """Every deleted record this person may write, by noun, the last deleted first."""
    lists: list[tuple[str, Any, str, str]] = [
        (noun.title, noun.model, noun.write, f"/{noun.plural}/{{}}/deleted/")
        for noun in nouns.ALL.values()
    ]
    lists.append(("Campaigns", Campaign, "campaign.write", "/campaigns/{}/restoration/"))
    groups = [
        (title, list(_lines(_gone(model, write, request.user), url)))
        for title, model, write, url in lists
    ]
    context = {"groups": [each for each in groups if each[1]], "days": UNDO.days}
    return render(request, "settings/deleted.html", context)


def _gone(model: Any, write: str, user: User) -> Iterable[Record]:
    rows = model.objects.filter(permissions.rows(user, write))
    if model is Contact:
        rows = rows.filter(merged_into=None)  # an undo of the merge brings them back
    rows = rows.filter(deleted_at__gte=timezone.now() - UNDO).select_related("deleted_by")
    found: Iterable[Record] = rows.order_by("-deleted_at", "-pk")[:SHOWN]
    return found


def _lines(rows: Iterable[Record], url: str) -> Iterable[Line]:
    for record in rows:
        if record.deleted_at:
            yield Line(record, url.format(record.pk), record.deleted_at + UNDO)
