"""Housekeeping that comes back by itself."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accord.platform import links
from accord.platform.access import sessions
from accord.platform.lake import checking, shipping, snapshots
from accord.platform.queue import work
from accord.platform.safekeeping import backups
from accord.platform.transfer import jobs as transfer  # noqa: F401 - registers its jobs


@work.every("work.tidy", timedelta(hours=6))
def tidy(payload: Mapping[str, Any]) -> None:
    work.tidy()


@work.every("backup.make", timedelta(hours=1), atomic=False, limit=timedelta(hours=3))
def make_backup(payload: Mapping[str, Any]) -> None:
    backups.make_due(timezone.now())


@work.every("accounts.tidy", timedelta(hours=12))
def tidy_accounts(payload: Mapping[str, Any]) -> None:
    sessions.tidy(timezone.now())
    links.tidy(timezone.now())


@work.every("lake.ship", timedelta(minutes=1), atomic=False, limit=timedelta(hours=3))
def ship(payload: Mapping[str, Any]) -> None:
    with suppress(snapshots.Busy):  # the next minute comes
        shipping.ship(timezone.now(), only_due=True)


@work.every("lake.tidy", timedelta(days=1), atomic=False, limit=timedelta(hours=6))
def tidy_lake(payload: Mapping[str, Any]) -> None:
    """Each night: fewer and larger files; what does not agree with the database built anew."""
    shipping.compact()
    checking.mend()
