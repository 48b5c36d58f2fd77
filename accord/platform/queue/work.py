"""The work queue: rows in the database, written in the transaction of whoever asks.

A job is a function with a name. It may run twice, so it finds out what is left to do. Its
effects and its end commit in one transaction, unless it says `atomic=False`: then it commits
in steps of its own, and calls `fence()` within each.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import SystemRandom
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.module_loading import autodiscover_modules

from accord.engine.errors import Refused
from accord.platform import logs
from accord.platform.access import permissions
from accord.platform.models import Job, Schedule, User
from accord.platform.queue import leases
from accord.platform.queue.leases import Lease, LeaseLost
from accord.platform.trail import audit

CHANNEL = "accord_work"
QUICK = timedelta(minutes=2)
LONG = timedelta(minutes=15)  # jobs with this limit or a longer one leave a thread to the others
KEEP_DONE, KEEP_DISCARDED = timedelta(days=7), timedelta(days=30)
Run = Callable[[Mapping[str, Any]], None]

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Kind:
    """What a name of a job stands for.

    limit: how long one attempt may take; beyond it the job counts as hung.
    step:  how often it comes back by itself, or None.
    waits: whether there is something for it to do, or None where somebody asks for it.
    """

    name: str
    run: Run
    atomic: bool
    limit: timedelta
    step: timedelta | None = None
    waits: Callable[[], bool] | None = None


class NotGivenUp(Refused):
    """This job is not among those given up. Load the page again to see its present state."""


class Stopping(BaseException):
    """The worker is asked to end: the job is handed back, what it committed stays."""


JOBS: dict[str, Kind] = {}
_lease: ContextVar[Lease | None] = ContextVar("lease", default=None)
_stopping = False


def job(name: str, *, atomic: bool = True, limit: timedelta = QUICK) -> Callable[[Run], Run]:
    """Register the function that does jobs of this name."""

    def register(run: Run) -> Run:
        JOBS[name] = Kind(name, run, atomic, limit)
        return run

    return register


def every(
    name: str, step: timedelta, *, atomic: bool = True, limit: timedelta = QUICK
) -> Callable[[Run], Run]:
    """Register a function that runs once in every `step`, on one worker of all."""

    def register(run: Run) -> Run:
        JOBS[name] = Kind(name, run, atomic, limit, step)
        return run

    return register


def when(
    name: str, waits: Callable[[], bool], *, atomic: bool = True, limit: timedelta = QUICK
) -> Callable[[Run], Run]:
    """Register a function that runs, on one worker of all, as soon as `waits()` is true.

    Workers look whenever CHANNEL is notified, and every second.
    """

    def register(run: Run) -> Run:
        JOBS[name] = Kind(name, run, atomic, limit, waits=waits)
        return run

    return register


ENQUEUE = """
WITH put AS (
    INSERT INTO platform_job AS job (name, key, payload, state, due_at, attempt, max_attempts,
                                     lease_epoch, error, created_at)
    VALUES (%(name)s, %(key)s, %(payload)s::jsonb, 'ready',
            coalesce(%(due_at)s, clock_timestamp()), 0, %(max_attempts)s, 0, '', clock_timestamp())
    ON CONFLICT (key) DO UPDATE SET
        again_at = CASE job.state WHEN 'running'
            THEN least(job.again_at, excluded.due_at) END,
        due_at = CASE job.state WHEN 'ready' THEN least(job.due_at, excluded.due_at)
            WHEN 'running' THEN job.due_at ELSE excluded.due_at END,
        attempt = CASE WHEN job.state IN ('ready', 'running') THEN job.attempt ELSE 0 END,
        state = CASE job.state WHEN 'running' THEN 'running' ELSE 'ready' END
    RETURNING id
)
SELECT id, pg_notify(%(channel)s, '') FROM put
"""


def enqueue(
    name: str,
    *,
    payload: Mapping[str, Any] | None = None,
    key: str | None = None,
    due_at: datetime | None = None,
    max_attempts: int = 5,
) -> int:
    """Ask for a job, in the caller's transaction; answers its id.

    payload: JSON values, ids rather than personal data.
    key:     stands for the payload. While a job with it waits, this is that job (due at the
             earlier of the two times); while one runs, it runs again afterwards.
    due_at:  aware; at once where it is not given.
    """
    values = {"name": name, "key": key, "due_at": due_at, "max_attempts": max_attempts}
    values |= {"payload": json.dumps(dict(payload or {})), "channel": CHANNEL}
    with connection.cursor() as cursor:
        cursor.execute(ENQUEUE, values)
        return int(cursor.fetchone()[0])


def fence() -> None:
    """Within a transaction of a job that commits in steps: go on only while the job is ours.

    Raises LeaseLost or Stopping, which roll the step back. Outside a job it does nothing.
    """
    if lease := _lease.get():
        if _stopping:
            raise Stopping
        leases.check(lease)


def heed() -> None:
    """Go on unless the worker ends; for steps that a lock of their own protects.

    Raises Stopping.
    """
    if _lease.get() and _stopping:
        raise Stopping


def stop() -> None:
    """Ask the jobs of this process to end at their next fence."""
    global _stopping  # noqa: PLW0603 - one flag of the process, set by its signal handler
    _stopping = True


def discover() -> dict[str, Kind]:
    """Every job there is: the `jobs` modules of all folders register theirs."""
    autodiscover_modules("jobs")
    return JOBS


def run_due(now: datetime | None = None, limit: int = 100) -> int:
    """Do what is due, one after another, in this process; answers how many jobs ran.

    now: what counts as due, aware; the database's clock where it is not given.
    """
    names = list(discover())
    for done in range(limit):
        found = leases.claim(names, limit=1, now=now)
        found = found or leases.claim(names, limit=1, lost=True, now=now)
        if not found:
            return done
        run(found[0])
    return limit


def run(lease: Lease) -> None:
    """Do one claimed job and settle it: done, due again, given up, or handed back."""
    kind = JOBS[lease.name]
    token = _lease.set(lease)
    try:
        if kind.atomic:
            with transaction.atomic():
                kind.run(lease.payload)
                leases.finish(lease)
        else:
            kind.run(lease.payload)
            leases.finish(lease)
    except LeaseLost:
        logger.warning("job taken over by another worker", extra={"job": lease.id})
    except Stopping:
        leases.give_back(lease)
    except (Exception, SystemExit) as error:
        _failed(lease, error)
    finally:
        _lease.reset(token)


def tick() -> int:
    """Ask for recurring work that is due; answers how much. Safe on any number of workers.

    What was missed while no worker ran is done once, not once for each time.
    """
    steps = {kind.name: kind.step for kind in JOBS.values() if kind.step}
    rows = Schedule.objects.annotate(late=Q(next_at__lte=Now()))
    late = dict(rows.values_list("name", "late"))
    if new := sorted(set(steps) - set(late)):
        first = [Schedule(name=name, next_at=Now() + steps[name]) for name in new]
        Schedule.objects.bulk_create(first, ignore_conflicts=True)
    asked = sum(_ask(name, step) for name, step in steps.items() if late.get(name))
    return asked + sum(_ask_if_it_waits(kind) for kind in JOBS.values() if kind.waits)


@transaction.atomic
def retry(job: Job, *, by: User) -> None:
    """Try a job that was given up once more, with all its attempts."""
    permissions.require(by, "system.manage")
    given_up = Job.objects.filter(pk=job.pk, state=Job.State.DEAD)
    if not given_up.update(state=Job.State.READY, attempt=0, due_at=Now(), finished_at=None):
        raise NotGivenUp
    audit.record("job.retried", job, by=by, name=job.name)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])


@transaction.atomic
def discard(job: Job, *, by: User) -> None:
    """Leave a job that was given up undone. It stays to be seen for 30 days."""
    permissions.require(by, "system.manage")
    given_up = Job.objects.filter(pk=job.pk, state=Job.State.DEAD)
    if not given_up.update(state=Job.State.DISCARDED, key=None, finished_at=Now()):
        raise NotGivenUp
    audit.record("job.discarded", job, by=by, name=job.name)


def tidy() -> int:
    """Forget jobs done a week ago and discarded a month ago; answers how many."""
    done = Job.objects.filter(state=Job.State.DONE, finished_at__lt=Now() - KEEP_DONE)
    gone = Job.objects.filter(state=Job.State.DISCARDED, finished_at__lt=Now() - KEEP_DISCARDED)
    return done.delete()[0] + gone.delete()[0]


@transaction.atomic
def _ask(name: str, step: timedelta) -> bool:
    due = Schedule.objects.filter(name=name, next_at__lte=Now())
    if not due.update(next_at=Now() + step):
        return False
    enqueue(name, key=f"every:{name}")
    return True


def _ask_if_it_waits(kind: Kind) -> bool:
    key, busy = f"when:{kind.name}", (Job.State.READY, Job.State.RUNNING)
    if Job.objects.filter(key=key, state__in=busy).exists() or not (kind.waits and kind.waits()):
        return False
    enqueue(kind.name, key=key)
    return True


def _failed(lease: Lease, error: BaseException) -> None:
    story = _story(error)
    wait = 5 * 2**lease.attempt * SystemRandom().uniform(0.8, 1.2)
    given_up = leases.fail(lease, error=story, wait=timedelta(seconds=min(wait, 3600)))
    told = "job given up" if given_up else "job failed, will be tried again"
    seen = {"job": lease.id, "kind": lease.name, "attempt": lease.attempt, "error": story}
    logger.error(told, extra=seen)


def _story(error: BaseException) -> str:
    """What went wrong and where, without the values an error's message may quote."""
    return str(error) if isinstance(error, Refused) else logs.told(error, places=4)
