"""Imports and undos in the background."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accord.platform.models import Import, User
from accord.platform.queue import work
from accord.platform.transfer import imports, rehearsals, runs, targets
from accord.platform.transfer.undo import undoing

LONG = timedelta(hours=12)
AGAIN = timedelta(seconds=20)


@work.job("import.run", atomic=False, limit=LONG)
def run(payload: Mapping[str, Any]) -> None:
    _unless_busy("import.run", payload, runs.run)


@work.job("import.undo", atomic=False, limit=LONG)
def undo(payload: Mapping[str, Any]) -> None:
    _unless_busy("import.undo", payload, undoing.run)


@work.job("import.retract", atomic=False, limit=LONG)
def retract(payload: Mapping[str, Any]) -> None:
    """Take back what an import said of people, where it was stated since that it was wrong."""
    job = Import.objects.get(pk=payload["import"])
    by = User.objects.filter(pk=payload["by"]).first()
    targets.named(job.into).retract(job.pk, by)


@work.job("import.rehearse", atomic=False, limit=LONG)
def rehearse(payload: Mapping[str, Any]) -> None:
    rehearsals.keep(Import.objects.get(pk=payload["import"]))


@work.every("import.tidy", timedelta(days=1))
def tidy(payload: Mapping[str, Any]) -> None:
    imports.tidy()


def _unless_busy(name: str, payload: Mapping[str, Any], act: Callable[[int], None]) -> None:
    """Do it, or look again later: a command may be doing the same import, or have died in it."""
    try:
        act(payload["import"])
    except runs.Busy:
        work.enqueue(
            name,
            payload=dict(payload),
            key=f"{name}:{payload['import']}",
            due_at=timezone.now() + AGAIN,
        )
