"""Dry runs: an import done for real in a transaction that is then rolled back.

What it tells is what the import would do, to the row; nothing of it stays.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import orjson
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accord.engine.errors import Refused
from accord.platform import memory
from accord.platform.events import partitions
from accord.platform.models import FieldChange, Import, ImportRow
from accord.platform.transfer import files, mapping, plans, runs, staging, targets
from accord.platform.transfer.batches import Batch
from accord.platform.transfer.plans import Plan
from accord.platform.transfer.reading.sheets import Row
from accord.platform.transfer.targets import Merged

MOST_ROWS = 100_000
SHOWN = 200


@dataclass(frozen=True)
class Changed:
    """A field of a record that is there would get another value."""

    number: int
    object_id: int
    field: str
    old: Any
    new: Any


@dataclass(frozen=True)
class Made:
    """A row would become a new record with these values."""

    number: int
    values: dict[str, Any]


@dataclass(frozen=True)
class Problem:
    """A row would be refused."""

    number: int
    reason: str


@dataclass(frozen=True)
class Note:
    """A row would be written, and is worth a look."""

    number: int
    reason: str


@dataclass(frozen=True)
class Rehearsal:
    """What an import would do. The lists show the first 200 of each; `rows` were tried.

    merged: which records would be merged, where the mapping says so; `merges` counts all.
    """

    rows: int
    counts: dict[str, int]
    made: tuple[Made, ...]
    changed: tuple[Changed, ...]
    problems: tuple[Problem, ...]
    notes: tuple[Note, ...] = ()
    merged: tuple[Merged, ...] = ()
    merges: int = 0

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def rehearse(job: Import) -> Rehearsal:
    """Try the first 100,000 rows of an import. Raises Busy, or what the import would raise."""
    with runs.alone(job.pk):
        wanted = mapping.from_json(job.mapping)
        sheet = files.sheet(job, wanted)
        target = targets.named(job.into)
        stated = {job.collected_on} if job.collected_on else set()
        partitions.ensure(stated | _days(plans.make(target, wanted, sheet), _first(sheet)))
        with suppress(_Over), transaction.atomic():
            plan = runs.plan_of(job)
            found = _try(job, plan, _first(sheet))
            # Everything above is undone, the fields and pipelines it needed too.
            raise _Over
        memory.forget_everything()
        return found


def keep(job: Import) -> None:
    """Try an import and keep what was found with it, for whoever set it up to read."""
    try:
        found = rehearse(job).as_json()
    except Refused as refusal:
        found = {"refused": str(refusal)}
    Import.objects.filter(pk=job.pk, state=Import.State.DRAFT).update(
        rehearsal=json.loads(orjson.dumps(found))
    )


class _Over(Exception):
    """The end of a dry run: rolls it back."""


def _first(sheet: Iterable[Row]) -> Iterable[Row]:
    return itertools.islice(iter(sheet), MOST_ROWS)


def _try(job: Import, plan: Plan, rows: Iterable[Row]) -> Rehearsal:
    staging.make(plan)
    counts: dict[str, int] = {}
    merged: list[Merged] = []
    for lines in runs.chunks(plan, iter(rows)):
        batch = Batch(plan, import_id=job.pk, by=job.by, now=timezone.now())
        for action, count in runs.write_chunk(batch, lines).items():
            counts[action] = counts.get(action, 0) + count
        merged += batch.merged
    plan.target.finish(Batch(plan, import_id=job.pk, by=job.by, now=timezone.now()))
    kept = ImportRow.objects.filter(source=job).order_by("number")
    made = kept.filter(action="created")[:SHOWN]
    refused = kept.filter(action="error")[:SHOWN]
    changed = _changed(job)
    return Rehearsal(
        rows=sum(counts.values()),
        counts=counts,
        made=tuple(Made(row.number, row.values) for row in made),
        changed=changed,
        problems=tuple(Problem(row.number, row.reason) for row in refused),
        notes=_notes(job, kept, changed),
        merged=tuple(sorted(merged, key=lambda each: each.number)[:SHOWN]),
        merges=len(merged),
    )


def _changed(job: Import) -> tuple[Changed, ...]:
    """What would change, each with the row that changes it. Of several rows that mean one record
    each changes a field once at most, in their order."""
    changes = list(FieldChange.objects.filter(import_id=job.pk).order_by("pk")[:SHOWN])
    rows = ImportRow.objects.filter(
        source=job, action="updated", object_id__in={each.subject_id for each in changes}
    )
    left: dict[int | None, list[int]] = {}
    for number, record in rows.order_by("number").values_list("number", "object_id"):
        left.setdefault(record, []).append(number)
    told, found = set(), []
    for each in changes:
        mine = left.get(each.subject_id, [])
        if (each.subject_id, each.field, mine[0] if mine else 0) in told and len(mine) > 1:
            mine.pop(0)
        number = mine[0] if mine else 0
        told.add((each.subject_id, each.field, number))
        found.append(Changed(number, each.subject_id, each.field, each.old, each.new))
    return tuple(found)


def _notes(job: Import, kept: QuerySet[ImportRow], changed: Iterable[Changed]) -> tuple[Note, ...]:
    """Rows that have something to say, and those that go over what another row of the file says."""
    said = kept.exclude(action__in=("error", "skipped")).exclude(reason="")[:SHOWN]
    over = [each for each in changed if each.old not in (None, "", [])]
    first: dict[int | None, int] = {}
    mine = kept.filter(object_id__in={each.object_id for each in over})
    for number, record in mine.values_list("number", "object_id"):
        first.setdefault(record, number)
    earlier = {
        each.number: first[each.object_id]
        for each in over
        if first.get(each.object_id, each.number) < each.number
    }
    words = f"Means the same {targets.named(job.into).noun} as row {{}}, and goes over it."
    return (
        *(Note(row.number, row.reason) for row in said),
        *(Note(number, words.format(other)) for number, other in earlier.items()),
    )


def _days(plan: Plan, rows: Iterable[Row]) -> set[date]:
    """The days events may be written for: their months are made before, not rolled back."""
    places = [at for at, each in enumerate(plan.filled) if each.slot.kind in staging.MOMENTS]
    found = {timezone.now().date()}
    for row in rows if places else ():
        values = plan.read(row).values
        found |= {values[at].date().replace(day=1) for at in places if _usual(values[at])}
    return found


def _usual(value: Any) -> bool:
    return isinstance(value, datetime) and value.year >= 1970 and value <= timezone.now()
