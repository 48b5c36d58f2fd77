"""Settings > Tracking > Failed events: what could not be taken in, and why."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accord.channels.intake import failures
from accord.channels.models import FailedEvent
from accord.web.http import StaffRequest
from accord.web.staff import staff

ON_A_PAGE = 50
SHOWN = 600  # characters of what was sent


@dataclass(frozen=True)
class Line:
    """A failed event as it is shown. is_cut: more was sent than is shown."""

    failed: FailedEvent
    said: str
    is_cut: bool


@staff("tracking.manage")
@require_safe
def page(request: StaffRequest) -> HttpResponse:
    before = request.GET.get("before", "")
    found = FailedEvent.objects.select_related("key").order_by("-pk")
    if before.isdecimal() and len(before) < 19:
        found = found.filter(pk__lt=int(before))
    rows = list(found[: ON_A_PAGE + 1])
    shown = rows[:ON_A_PAGE]
    context = {
        "lines": [Line(each, each.said[:SHOWN], len(each.said) > SHOWN) for each in shown],
        "older": shown[-1].pk if len(rows) > ON_A_PAGE else None,
        "later": bool(before),
    }
    return render(request, "settings/failed_events.html", context)


@staff("tracking.manage")
@require_POST
def replay(request: StaffRequest, pk: int) -> HttpResponse:
    failures.replay(get_object_or_404(FailedEvent, pk=pk), by=request.user)
    messages.success(request, "It is tried again. Should it fail again, it comes back here.")
    return redirect("settings-failed-events")


@staff("tracking.manage")
@require_POST
def removal(request: StaffRequest, pk: int) -> HttpResponse:
    failures.discard(get_object_or_404(FailedEvent, pk=pk), by=request.user)
    messages.success(request, "The event is thrown away.")
    return redirect("settings-failed-events")
