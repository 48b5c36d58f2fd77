"""An import at work: chunk after chunk, each in one transaction with its progress.

A chunk's rows, records and the new progress commit together or not at all, so a run that was
killed goes on at the first row nobody has done. Only one process runs an import at a time.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Count, F
from django.utils import timezone

from accord.engine.errors import Refused
from accord.platform.events import partitions
from accord.platform.models import Import, ImportRow
from accord.platform.queue import work
from accord.platform.trail import audit
from accord.platform.transfer import colleagues, files, mapping, plans, staging, targets, writing
from accord.platform.transfer.batches import Batch, Statements
from accord.platform.transfer.colleagues import Book
from accord.platform.transfer.plans import Line, Plan
from accord.platform.transfer.reading.sheets import Row

CHUNK = 10_000
ATTEMPTS = 3
_LOCK = 0x4143_4349
_NAMES = {"error": "errors"}

logger = logging.getLogger(__name__)
State = Import.State


class Busy(Refused):
    """Another process is working on this import. Wait until it is done."""


class NotReady(Refused):
    """This import is not waiting to be run."""


def run(import_id: int) -> None:
    """Do an import, or go on with one that was cut short. Raises Busy or NotReady.

    What refuses the whole file is kept in its `error`, and the import counts as stopped.
    """
    with alone(import_id):
        started = Import.objects.filter(pk=import_id, state=State.WAITING)
        started.update(state=State.RUNNING, started_at=timezone.now())
        job = Import.objects.select_related("by").get(pk=import_id)
        if job.state == State.DONE:
            return
        if job.state != State.RUNNING:
            raise NotReady
        try:
            _go_on(job)
        except Refused as refusal:
            _stop(job, str(refusal))


@contextmanager
def alone(import_id: int) -> Iterator[None]:
    """Nobody else works on this import within this block. Raises Busy."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_LOCK, import_id])
        if not cursor.fetchone()[0]:
            raise Busy
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_LOCK, import_id])


def plan_of(job: Import) -> Plan:
    """The plan of an import: its mapping fitted to its file."""
    wanted = mapping.from_json(job.mapping)
    target = targets.named(job.into)
    if target.prepare:
        target.prepare(wanted, job.by)
    return plans.make(target, wanted, files.sheet(job, wanted))


def chunks(plan: Plan, rows: Iterator[Row]) -> Iterator[list[Line]]:
    """The rows, read, in chunks. The next chunk is read while the one before is written."""

    def read() -> list[Line]:
        return [plan.read(row) for row in itertools.islice(rows, CHUNK)]

    with ThreadPoolExecutor(1) as reader:
        ahead = reader.submit(read)
        while lines := ahead.result():
            ahead = reader.submit(read)
            yield lines


def write_chunk(batch: Batch, lines: list[Line]) -> dict[str, int]:
    """Write one chunk in the caller's transaction; answers how many rows had which action."""
    plan = batch.plan
    by_index(batch)
    partitions.ensure([batch.values["now"].date()])
    book = Book(import_id=batch.values["import_id"], by=batch.by)
    colleagues.resolve(plan, lines, book)
    plan.target.resolve(plan, lines, book)
    last = staging.fill(plan, lines)
    batch.wave = 0
    while batch.wave < last:
        batch.wave += 1
        writing.write(batch)
        [(found,)] = batch.ask("SELECT max(wave) FROM {stage} WHERE problem IS NULL")
        last = max(last, found or 0)
    return writing.keep_rows(batch)


def by_index(here: Statements) -> None:
    """Have the transaction go by the indices, and gather what search indices get.

    A chunk meets tables of any size, which may have grown a thousandfold since the planner last
    counted. By the indices it costs the same in all of them.
    """
    here.run("SET LOCAL enable_seqscan = off")
    here.run("SET LOCAL gin_pending_list_limit = '32MB'")


def _go_on(job: Import) -> None:
    plan = plan_of(job)
    sheet = files.sheet(job, plan.mapping)
    staging.make(plan)
    for lines in chunks(plan, sheet.after(_last_row(job))):
        _commit(job, plan, lines)
    _finish(job, plan)


def _last_row(job: Import) -> int:
    """The last row of the file that is done. Rows are done in order."""
    last = job.result_rows.order_by("-number").values_list("number", flat=True).first()
    return last or 0


def _commit(job: Import, plan: Plan, lines: list[Line]) -> None:
    """Write a chunk. Somebody may make the same record at the same moment: then once more."""
    # As they were read, each time: what names mean is looked up in the transaction itself.
    read = [(line, line.values, line.problem) for line in lines]
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with transaction.atomic():
                work.fence()
                batch = Batch(plan, import_id=job.pk, by=job.by, now=timezone.now())
                for line, values, problem in read:
                    line.values, line.problem = values.copy(), problem
                counts = write_chunk(batch, lines)
                _advance(job, len(lines), counts)
            return
        except IntegrityError:
            if attempt == ATTEMPTS:
                raise


def _advance(job: Import, rows: int, counts: dict[str, int]) -> None:
    more: dict[str, Any] = {
        _NAMES.get(action, action): F(_NAMES.get(action, action)) + count
        for action, count in counts.items()
    }
    Import.objects.filter(pk=job.pk).update(rows_done=F("rows_done") + rows, **more)


@transaction.atomic
def _finish(job: Import, plan: Plan) -> None:
    now = timezone.now()
    plan.target.finish(Batch(plan, import_id=job.pk, by=job.by, now=now))
    Import.objects.filter(pk=job.pk).update(
        state=State.DONE, finished_at=now, rows=F("rows_done"), **_counted(job)
    )
    job.refresh_from_db()
    counts = {name: getattr(job, name) for name in ("created", "updated", "skipped", "errors")}
    audit.record("import.done", job, by=job.by, into=job.into, rows=job.rows, **counts)
    logger.info("import done", extra={"import": job.pk, "rows": job.rows})


def _counted(job: Import) -> dict[str, int]:
    """The final counts: the last step may have changed what became of a row."""
    found = dict(job.result_rows.order_by().values_list("action").annotate(Count("pk")))
    return {_NAMES.get(action, action): found.get(action, 0) for action in ImportRow.Action.values}


def _stop(job: Import, why: str) -> None:
    Import.objects.filter(pk=job.pk).update(
        state=State.FAILED, error=why, finished_at=timezone.now()
    )
    audit.record("import.stopped", job, by=job.by, into=job.into)
