"""Credit follows deals and touches in the background."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accord.insight import attribution, classing
from accord.platform.queue import work


@work.every(attribution.JOB, timedelta(minutes=5), atomic=False, limit=timedelta(hours=1))
def refresh(payload: Mapping[str, Any]) -> None:
    attribution.refresh(timezone.now())


@work.every("attribution.afresh", timedelta(days=1))
def afresh(payload: Mapping[str, Any]) -> None:
    """What no mark told, a new day mends."""
    attribution.ask(afresh=True)


@work.job(classing.JOB, atomic=False, limit=timedelta(hours=1))
def class_past(payload: Mapping[str, Any]) -> None:
    classing.work_off(payload["classing"])
