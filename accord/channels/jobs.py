"""The queue delivers what is in the outbox, and takes in what visitors' browsers sent."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accord.channels import outbox
from accord.channels.intake import counts, failures, repeats, taking
from accord.platform.queue import work


@work.job(outbox.JOB, atomic=False, limit=timedelta(minutes=14))
def deliver(payload: Mapping[str, Any]) -> None:
    outbox.deliver(payload["message"])


ONE_TURN = 60.0  # seconds; then the other work of this thread has its turn


@work.when("intake.take", taking.waits, atomic=False)
def take_in(payload: Mapping[str, Any]) -> None:
    until = time.monotonic() + ONE_TURN
    while taking.take(timezone.now()) and time.monotonic() < until:
        pass


@work.every("intake.forget", timedelta(hours=1))
def forget_seen(payload: Mapping[str, Any]) -> None:
    repeats.forget(timezone.now())
    counts.forget(timezone.now())
    failures.forget(timezone.now())
