"""Settings > Channels > The past: what the rules of today would change, and the change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accord.insight import classing as verbs
from accord.insight.models import Classing
from accord.people.origins import channels
from accord.platform.models import Event
from accord.web.http import StaffRequest
from accord.web.staff import staff

LONGEST = 60  # characters of an address that is shown


@dataclass(frozen=True)
class Sample:
    """A visit that would be classed otherwise."""

    at: datetime
    page: str
    came_from: str


@dataclass(frozen=True)
class Line:
    """Visits that go from one channel to another."""

    was: str
    channel: str
    count: int
    samples: tuple[Sample, ...]


@staff("settings.manage")
def page(request: StaffRequest) -> HttpResponse:
    """How far the last run is and what it found; a POST looks anew."""
    if request.method == "POST":
        verbs.look(by=request.user)
        return redirect("settings-channels-past")
    run = verbs.latest()
    context = {"run": run, "lines": _lines(run) if run else [], "state": Classing.State}
    template = "settings/channels_past.html"
    return render(request, f"{template}#run" if request.htmx else template, context)


@staff("settings.manage")
@require_POST
def start(request: StaffRequest, pk: int) -> HttpResponse:
    verbs.start(get_object_or_404(Classing, pk=pk), by=request.user)
    messages.success(request, "The past is being classed anew.")
    return redirect("settings-channels-past")


def _lines(run: Classing) -> list[Line]:
    wanted = [pk for *_, ids in run.changes for pk in ids]
    known = Event.objects.in_bulk(wanted) if wanted else {}
    return [
        Line(
            _label(was),
            _label(channel),
            count,
            tuple(_sample(known[pk]) for pk in ids if pk in known),
        )
        for was, channel, count, ids in run.changes
    ]


def _label(channel: str) -> str:
    found = channels.CHANNELS.get(channel)
    return found.label if found else "No channel"


def _sample(event: Event) -> Sample:
    told = event.properties
    return Sample(event.happened_at, _short(told.get("url")), _host(told.get("referrer")))


def _short(url: object) -> str:
    text = str(url or "").partition("://")[2]
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _host(url: object) -> str:
    try:
        return urlsplit(str(url or "")).hostname or ""
    except ValueError:
        return ""
