"""Settings > System: what the machinery does, and what waits for a person to decide."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import django
from django.contrib import messages
from django.db import connection
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

import accord
from accord.channels import outbox
from accord.channels.models import Message
from accord.platform.models import Heartbeat, Job
from accord.platform.queue import leases, work
from accord.platform.safekeeping import backups, quarantine
from accord.web.http import StaffRequest
from accord.web.staff import staff

QUIET = timedelta(minutes=2)
SHOWN = 50
STUCK = (
    Message.State.FAILED,
    Message.State.UNKNOWN,
    Message.State.HELD,
    Message.State.SUPPRESSED,
)


@dataclass(frozen=True)
class Process:
    """A process that has shown itself. quiet: gone, or not seen for two minutes."""

    beat: Heartbeat
    quiet: bool


@staff("system.manage")
@require_safe
def system(request: StaffRequest) -> HttpResponse:
    stuck = Message.objects.filter(state__in=STUCK).order_by("-pk")
    dead = Job.objects.filter(state=Job.State.DEAD).order_by("-finished_at", "-pk")
    states = outbox.states()
    context = {
        "queue": _queue(),
        "dead": list(dead[:SHOWN]),
        "processes": _processes(),
        "outbox": [(state.label, states[state.value]) for state in Message.State],
        "stuck": list(stuck[:SHOWN]),
        "trouble": outbox.trouble(),
        "backups": backups.found()[:10],
        "versions": _versions(),
        "copy": quarantine.is_on(),
    }
    return render(request, "settings/system.html", context)


@staff("system.manage")
@require_POST
def retry(request: StaffRequest, pk: int) -> HttpResponse:
    """Try a job that was given up once more."""
    work.retry(get_object_or_404(Job, pk=pk), by=request.user)
    messages.success(request, "The job will be tried again.")
    return redirect("settings-system")


@staff("system.manage")
@require_POST
def discard(request: StaffRequest, pk: int) -> HttpResponse:
    """Leave a job that was given up undone."""
    work.discard(get_object_or_404(Job, pk=pk), by=request.user)
    messages.success(request, "The job was discarded.")
    return redirect("settings-system")


@staff("system.manage")
@require_POST
def send_again(request: StaffRequest, pk: int) -> HttpResponse:
    """Send a message that failed, was held back or may not have arrived."""
    outbox.send_again(get_object_or_404(Message, pk=pk), by=request.user)
    messages.success(request, "The message will be sent.")
    return redirect("settings-system")


@staff("system.manage")
@require_POST
def release(request: StaffRequest) -> HttpResponse:
    """This copy is the one to work with: it sends again, with held=1 what was held back too."""
    quarantine.lift(by=request.user)
    sent = outbox.release_held(by=request.user) if "held" in request.POST else 0
    told = f" {sent} held messages will be sent." if sent else ""
    messages.success(request, f"Accord sends again.{told}")
    return redirect("settings-system")


def _queue() -> list[tuple[str, int]]:
    counted = Job.objects.values_list("state").annotate(count=Count("pk"))
    found: dict[Any, int] = dict(counted)
    return [(state.label, found.get(state.value, 0)) for state in Job.State]


def _processes() -> list[Process]:
    now, living = timezone.now(), set(leases.living())
    return [
        Process(beat, beat.pk not in living or now - beat.seen_at > QUIET)
        for beat in Heartbeat.objects.order_by("kind", "-seen_at")[:SHOWN]
    ]


def _versions() -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        server = cursor.fetchone()[0]
    return [
        ("Accord", accord.__version__),
        ("PostgreSQL", server),
        ("Python", platform.python_version()),
        ("Django", django.get_version()),
    ]
