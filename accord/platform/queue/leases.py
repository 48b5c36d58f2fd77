"""Who may do a job: a lease with an epoch, kept in the job's row, told by the database's clock.

A claim counts the attempt and commits before the work begins. Every later word about the job
is `WHERE lease_epoch = ?`, so whoever lost the lease can no longer change anything.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from accord.platform.models import Heartbeat, Job

LENGTH = timedelta(seconds=60)
_LOCK = 0x4143_4344  # the advisory locks of workers, apart from anybody else's


class LeaseLost(BaseException):
    """Somebody else holds this job now. No Exception, so that no job can swallow it."""


@dataclass(frozen=True)
class Lease:
    """The right to do one job once: until it runs out or somebody else's epoch begins."""

    id: int
    name: str
    payload: Mapping[str, Any]
    attempt: int
    max_attempts: int
    epoch: int


CLAIM = """
WITH picked AS MATERIALIZED (
    SELECT id FROM platform_job
    WHERE state IN ('ready', 'running') AND {lane} AND name = ANY(%(names)s)
    ORDER BY due_at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
UPDATE platform_job AS job
SET state = 'running', attempt = attempt + 1, lease_epoch = lease_epoch + 1,
    lease_until = clock_timestamp() + %(length)s, holder = %(holder)s
FROM picked WHERE job.id = picked.id
RETURNING job.id, name, payload, attempt, max_attempts, lease_epoch, due_at
"""
_WAITING = "state = 'ready' AND due_at <= coalesce(%(now)s, clock_timestamp())"
_LOST = "state = 'running' AND lease_until < coalesce(%(now)s, clock_timestamp())"


def claim(
    names: Collection[str],
    *,
    limit: int,
    lost: bool = False,
    holder: int | None = None,
    now: datetime | None = None,
) -> list[Lease]:
    """Take up to `limit` due jobs of these names, oldest first.

    lost: take jobs whose holder died instead of jobs that wait.
    now:  what counts as due; the database's clock where it is not given.
    """
    if lost:
        _give_up(now)
    values: dict[str, Any] = {"names": list(names), "limit": limit, "holder": holder, "now": now}
    with connection.cursor() as cursor:
        sql = CLAIM.format(lane=_LOST if lost else _WAITING)
        cursor.execute(sql, values | {"length": LENGTH})
        rows = sorted(cursor.fetchall(), key=lambda row: (row[6], row[0]))
    return [Lease(row[0], row[1], _json(row[2]), *row[3:6]) for row in rows]


def any_lost(names: Collection[str]) -> bool:
    """Whether a job of these names lost its holder, so that it wants to be done alone."""
    lost = Job.objects.filter(state=Job.State.RUNNING, lease_until__lt=Now())
    return lost.filter(name__in=names).exists()


def check(lease: Lease) -> None:
    """Lock the job's row until the transaction ends. Raises LeaseLost when it is not ours."""
    if not _held(lease).select_for_update().exists():
        raise LeaseLost


def finish(lease: Lease) -> None:
    """The job is done, in the caller's transaction. Raises LeaseLost when it is not ours."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE platform_job SET "
            "state = CASE WHEN again_at IS NULL THEN 'done' ELSE 'ready' END, "
            "key = CASE WHEN again_at IS NULL THEN NULL ELSE key END, "
            "attempt = CASE WHEN again_at IS NULL THEN attempt ELSE 0 END, "
            "due_at = coalesce(again_at, due_at), again_at = NULL, error = '', "
            "lease_until = NULL, holder = NULL, finished_at = clock_timestamp() "
            "WHERE id = %s AND state = 'running' AND lease_epoch = %s",
            [lease.id, lease.epoch],
        )
        if not cursor.rowcount:
            raise LeaseLost


def fail(lease: Lease, *, error: str, wait: timedelta) -> bool:
    """The attempt failed: due again after `wait`, or given up. True when given up."""
    last = lease.attempt >= lease.max_attempts
    values: dict[str, Any] = {"state": Job.State.READY, "due_at": Now() + wait}
    if last:
        values = {"state": Job.State.DEAD, "finished_at": Now()}
    _held(lease).update(error=error, lease_until=None, holder=None, **values)
    return last


def give_back(lease: Lease) -> None:
    """The job was not done and nobody is to blame: the attempt does not count."""
    _held(lease).update(
        state=Job.State.READY,
        attempt=F("attempt") - 1,
        lease_epoch=F("lease_epoch") + 1,
        lease_until=None,
        holder=None,
    )


def extend(leases: Collection[Lease]) -> None:
    """Hold these leases for longer. Rows that are locked, so being finished, are left alone."""
    held: list[Any] = [[one.id for one in leases], [one.epoch for one in leases], LENGTH]
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH mine AS MATERIALIZED (SELECT job.id FROM platform_job AS job "
            "JOIN unnest(%s::bigint[], %s::int[]) AS held (id, epoch) "
            "ON job.id = held.id AND lease_epoch = held.epoch AND state = 'running' "
            "FOR UPDATE OF job SKIP LOCKED) "
            "UPDATE platform_job AS job SET lease_until = clock_timestamp() + %s "
            "FROM mine WHERE job.id = mine.id",
            held,
        )


def enter(process: str, kind: str) -> Heartbeat | None:
    """Say that a process lives, under a name of its own.

    The lock it takes falls with its connection, so with the process. None while an earlier
    connection of the same process still holds it: try again later.
    """
    now = timezone.now()
    mine, _ = Heartbeat.objects.get_or_create(
        process=process, defaults={"kind": kind, "started_at": now, "seen_at": now}
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_LOCK, mine.pk])
        return mine if cursor.fetchone()[0] else None


def beat(mine: Heartbeat) -> bool:
    """Say it again. False when others took the process for dead: it must enter anew."""
    return bool(Heartbeat.objects.filter(pk=mine.pk).update(seen_at=Now()))


def leave(mine: Heartbeat) -> None:
    Heartbeat.objects.filter(pk=mine.pk).delete()


def living() -> list[int]:
    """The heartbeats whose process lives: a row may have come with a backup, a lock has not."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT objid::bigint FROM pg_locks JOIN pg_database ON oid = database "
            "WHERE locktype = 'advisory' AND classid::bigint = %s AND granted "
            "AND datname = current_database()",
            [_LOCK],
        )
        return [row[0] for row in cursor.fetchall()]


def bury(mine: Heartbeat) -> int:
    """End the leases of processes that died. Answers how many processes did."""
    found = 0
    for other in Heartbeat.objects.exclude(pk=mine.pk).values_list("pk", flat=True):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [_LOCK, other])
            if not cursor.fetchone()[0]:
                continue
            held = Job.objects.filter(holder=other, state=Job.State.RUNNING)
            held.update(lease_until=Now())
            found += Heartbeat.objects.filter(pk=other).delete()[0]
    return found


def _give_up(now: datetime | None) -> None:
    """A job that took its worker with it as often as it may is given up."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE platform_job SET state = 'dead', lease_until = NULL, holder = NULL, "
            "finished_at = clock_timestamp(), error = 'The worker died or hung in this job.' "
            f"WHERE state IN ('ready', 'running') AND {_LOST} AND attempt >= max_attempts",
            {"now": now},
        )


def _held(lease: Lease) -> Any:
    return Job.objects.filter(pk=lease.id, lease_epoch=lease.epoch, state=Job.State.RUNNING)


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value
