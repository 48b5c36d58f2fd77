"""Housekeeping of contacts and companies."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accord.people import bulk, records
from accord.people.identity import following
from accord.people.models import Company, Contact
from accord.people.privacy import erasing
from accord.people.segments import checking, live
from accord.platform.queue import work

ONE_TURN = 60.0  # seconds; then the other work of this thread has its turn
A_TURN_AND_A_STEP = timedelta(minutes=10)  # a step may be long, and still counts as quick work


@work.every("people.purge", timedelta(hours=1))
def purge(payload: Mapping[str, Any]) -> None:
    for model in (Contact, Company):
        records.purge(model, now=timezone.now())


@work.job("bulk.run", atomic=False, limit=work.LONG)
def run_bulk(payload: Mapping[str, Any]) -> None:
    bulk.work_off(payload["bulk"])


@work.when("identity.follow", following.waits, atomic=False, limit=A_TURN_AND_A_STEP)
def follow(payload: Mapping[str, Any]) -> None:
    _for_one_turn(lambda: bool(following.catch_up(timezone.now())))


@work.every("identity.look_at_all", timedelta(days=1), atomic=False, limit=timedelta(hours=3))
def look_at_all(payload: Mapping[str, Any]) -> None:
    following.look_at_all()


@work.when("segments.follow", live.waits, atomic=False, limit=A_TURN_AND_A_STEP)
def follow_segments(payload: Mapping[str, Any]) -> None:
    _for_one_turn(live.follow)


@work.every("segments.check", timedelta(days=1), atomic=False, limit=work.LONG)
def check_segments(payload: Mapping[str, Any]) -> None:
    checking.nightly(timezone.now())


@work.job(erasing.JOB, atomic=False, limit=work.LONG)
def erase(payload: Mapping[str, Any]) -> None:
    erasing.run(payload["erasure"])


def _for_one_turn(step: Callable[[], bool]) -> None:
    """Go on until nothing is left to do or the turn is over; what is left asks for another."""
    until = time.monotonic() + ONE_TURN
    while step() and time.monotonic() < until:
        pass
