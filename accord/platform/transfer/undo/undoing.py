"""The undo of an import, in sets: what it made goes, what it changed comes back.

What somebody worked on since stays as it is and is counted. Done in chunks of rows of the
file, each in one transaction with its progress, so that a killed undo goes on where it was.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

from django.db import connection, models, transaction
from django.db.models import F
from django.utils import timezone

from accord.platform import memory
from accord.platform.models import Import
from accord.platform.queue import work
from accord.platform.trail import audit, logbooks
from accord.platform.transfer import runs, staging, targets
from accord.platform.transfer.batches import Statements
from accord.platform.transfer.mapping import Mapping
from accord.platform.transfer.targets import Slot, Target
from accord.platform.transfer.undo import removals

CHUNK = 5_000
logger = logging.getLogger(__name__)
State = Import.State

# First what was there gets its values back, then what was made goes: nothing refers to it then.
# Progress is the number of the last row, of the second round above all numbers of the first.
SECOND = 1_000_000_000
# What an import has just written, the planner does not know of yet.
_COUNT = """
ANALYZE platform_fieldchange (subject_type, subject_id, import_id),
    platform_importrow (object_id, import_id)
"""
_ROWS = """
SELECT number, object_id FROM platform_importrow
WHERE import_id = %(import_id)s AND object_id IS NOT NULL AND (action = 'created') = %(made)s
    AND number > %(after)s ORDER BY number LIMIT %(chunk)s
"""
# Of each field the import changed: its value before the import's first change of it, and after
# its last. Only where that last change is the latest of all: later edits are left alone, those
# of imports that were undone themselves do not count. Nobody has counted this import's rows yet:
# "is not distinct" keeps the planner from an index of imports, gone through once a record.
_CHANGES = """
INSERT INTO {change} (object_id, field, old, new)
SELECT f.subject_id, f.field,
    (array_agg(f.old ORDER BY f.at, f.id)
        FILTER (WHERE f.import_id IS NOT DISTINCT FROM %(import_id)s))[1],
    (array_agg(f.new ORDER BY f.at DESC, f.id DESC))[1]
FROM platform_fieldchange AS f
WHERE f.subject_type = %(subject)s AND f.subject_id = ANY(%(ids)s::bigint[])
    AND (f.import_id IS NOT DISTINCT FROM %(import_id)s OR NOT EXISTS (
        SELECT 1 FROM platform_import AS u WHERE u.id = f.import_id AND u.state = 'undone'))
GROUP BY f.subject_id, f.field
HAVING (array_agg(f.import_id ORDER BY f.at DESC, f.id DESC))[1] = %(import_id)s
"""
# Fields that only make sense together stay as they are where one of them was edited.
_TOGETHER = """
DELETE FROM {change} AS h WHERE h.field = ANY(%(together)s) AND EXISTS (
    SELECT 1 FROM platform_fieldchange AS f
    WHERE f.subject_type = %(subject)s AND f.subject_id = h.object_id
        AND f.import_id IS NOT DISTINCT FROM %(import_id)s AND f.field = ANY(%(together)s)
        AND NOT EXISTS (SELECT 1 FROM {change} AS o
            WHERE o.object_id = f.subject_id AND o.field = f.field))
"""
_EDITED = """
SELECT count(DISTINCT id) FROM (
    SELECT subject_id AS id, field FROM platform_fieldchange
    WHERE subject_type = %(subject)s AND subject_id = ANY(%(ids)s::bigint[])
        AND import_id IS NOT DISTINCT FROM %(import_id)s
    EXCEPT SELECT object_id, field FROM {change}) AS left_alone
"""
_WRITE_DOWN = """
INSERT INTO platform_fieldchange
    (at, subject_type, subject_id, field, old, new, by_id, origin, import_id)
SELECT %(now)s, %(subject)s, object_id, field, new, old, %(by)s, 'system', %(import_id)s
FROM {change}
"""


def run(import_id: int) -> None:
    """Take back an import, or go on taking it back. Raises Busy."""
    with runs.alone(import_id):
        job = Import.objects.select_related("undone_by").get(pk=import_id)
        if job.state != State.UNDOING:
            return
        target = targets.named(job.into)
        target.retract(job.pk, job.undone_by)
        staging.make_changes()
        _here(job).run(_COUNT)
        while job.undone_until < SECOND:
            _step(job, target, made=False)
        # Before those the import made go. Asked again by an undo that goes on, and counted once.
        merged = target.unmerge(job.pk, job.undone_by)
        while _step(job, target, made=True):
            pass
        _finish(job, target, merged)


def rows_done(job: Import) -> int:
    """How many rows of the file an undo at work has been through."""
    rows = job.result_rows.all()
    if job.undone_until < SECOND:
        return rows.filter(number__lte=job.undone_until).exclude(action="created").count()
    return job.rows - rows.filter(action="created", number__gt=job.undone_until % SECOND).count()


def _step(job: Import, target: Target, *, made: bool) -> bool:
    """Take back the next rows of one round; False when there are none left."""
    with transaction.atomic(), logbooks.opened():
        work.fence()
        here = _here(job)
        runs.by_index(here)
        job.refresh_from_db(fields=["undone_until"])
        after = job.undone_until % SECOND
        rows = here.ask(_ROWS, made=made, after=after, chunk=CHUNK)
        ids = {row[1] for row in rows}
        if made:
            kept = removals.remove(here, target.model, ids, parts=target.parts)
        else:
            kept = _put_back(here, target, ids - _made(here, ids))
        job.undone_until = rows[-1][0] + SECOND * made if rows else SECOND
        if rows or not made:
            Import.objects.filter(pk=job.pk).update(
                undone_until=job.undone_until, kept_on_undo=F("kept_on_undo") + kept
            )
    return bool(rows)


def _made(here: Statements, ids: set[int]) -> set[int]:
    """Those of the records that the import made itself, in an earlier row."""
    rows = here.ask(
        "SELECT object_id FROM platform_importrow WHERE object_id = ANY(%(ids)s) "
        "AND action = 'created' AND import_id IS NOT DISTINCT FROM %(import_id)s",
        ids=list(ids),
    )
    return {row[0] for row in rows}


def _here(job: Import) -> Statements:
    return Statements(import_id=job.pk, by=job.undone_by, now=timezone.now())


def _put_back(here: Statements, target: Target, ids: set[int]) -> int:
    """Give records that were there their values back; answers how many have later edits."""
    subject = str(target.model._meta.model_name)
    values: dict[str, Any] = {"subject": subject, "ids": list(ids)}
    here.run("TRUNCATE {change}")
    here.run(_CHANGES, **values)
    here.run("ANALYZE {change} (object_id, field)")
    if target.together:
        here.run(_TOGETHER, together=list(target.together), **values)
    [(kept,)] = here.ask(_EDITED, **values)
    here.run(_columns_back(here, target))
    here.run(_WRITE_DOWN, **values)
    target.restore(here)
    return int(kept)


def _put_back_others(here: Statements, target: Target) -> None:
    """Records of another kind that the import changed on its way."""
    rows = here.ask(
        "SELECT DISTINCT subject_id FROM platform_fieldchange "
        "WHERE import_id = %(import_id)s AND subject_type = %(subject)s",
        subject=target.model._meta.model_name,
    )
    ids = sorted(row[0] for row in rows)
    for start in range(0, len(ids), CHUNK):
        _put_back(here, target, set(ids[start : start + CHUNK]))


def _columns_back(here: Statements, target: Target) -> str:
    """One statement that gives every changed column its old value."""
    names = {field.column for field in target.model._meta.concrete_fields}
    fields = {row[0] for row in here.ask("SELECT DISTINCT field FROM {change}")}
    slots = {slot.name: slot for slot in target.slots(Mapping(target.name, ()))}
    known = [slots[name] for name in sorted(fields) if name in slots]
    becomes = dict(part for slot in known if slot.column for part in _set(target, slot))
    becomes |= targets.following(target, becomes, of="c") | target.back()
    if any(slots[name].custom if name in slots else True for name in fields) and "custom" in names:
        becomes["custom"] = _CUSTOM
    if "version" in names:
        becomes |= {"version": "c.version + 1", "changed_at": "%(now)s"}
    if not becomes:
        return "SELECT 1"
    becomes |= targets.touched(target, becomes, of="c")
    sets = ", ".join(f"{column} = {sql}" for column, sql in becomes.items())
    return (
        f"UPDATE {target.model._meta.db_table} AS c SET {sets} FROM (SELECT object_id, "
        "jsonb_object_agg(field, coalesce(old, 'null')) AS f FROM {change} GROUP BY object_id) "
        "AS h WHERE c.id = h.object_id"
    )


# What is no column is a custom value: put back, or taken out where there was none.
_CUSTOM = """(SELECT coalesce(jsonb_object_agg(v.key, v.value), '{}') FROM
    jsonb_each(c.custom || (SELECT coalesce(jsonb_object_agg(o.key, o.value), '{}')
        FROM jsonb_each(h.f) AS o WHERE c.custom ? o.key)) AS v
    WHERE NOT (h.f ? v.key AND h.f -> v.key = 'null'))"""


def _set(target: Target, slot: Slot) -> Iterator[tuple[str, str]]:
    """The columns of a slot, and what they get back."""
    field = next(f for f in target.model._meta.concrete_fields if f.column == slot.column)
    old = f"(h.f -> '{slot.name}')"
    if slot.currency_column:
        yield _changed(slot, slot.column, f"({old} ->> 'amount')::numeric")
        yield _changed(slot, slot.currency_column, f"coalesce({old} ->> 'currency', '')")
    elif slot.kind in ("tags", "choices"):
        yield _changed(slot, slot.column, f"ARRAY(SELECT jsonb_array_elements_text({old}))")
    elif isinstance(field, models.CharField | models.TextField):
        text = f"coalesce({old} #>> '{{}}', '')"
        yield _changed(slot, slot.column, f"nullif({text}, '')" if field.null else text)
    else:
        kind = field.rel_db_type(connection) if field.is_relation else field.db_type(connection)
        yield _changed(slot, slot.column, f"({old} #>> '{{}}')::{kind}")


def _changed(slot: Slot, column: str, old: str) -> tuple[str, str]:
    return column, f"CASE WHEN h.f ? '{slot.name}' THEN {old} ELSE c.{column} END"


def _finish(job: Import, target: Target, merged: int) -> None:
    """The last step, in one transaction; merged: how many merges stay."""
    with transaction.atomic(), logbooks.opened():
        here = _here(job)
        runs.by_index(here)
        removals.forget_events(here, target.model)
        for name in target.also_changed:
            _put_back_others(here, targets.named(name))
        for model in target.also_made:
            removals.remove_unused(here, model)
        removals.remove_colleagues(here)
        now = timezone.now()
        Import.objects.filter(pk=job.pk).update(
            state=State.UNDONE, undone_at=now, kept_on_undo=F("kept_on_undo") + merged
        )
        job.refresh_from_db()
        by, kept = job.undone_by, job.kept_on_undo
        audit.record("import.undone", job, by=by, into=job.into, kept=kept)
    memory.forget_everything()
    logger.info("import undone", extra={"import": job.pk, "kept": job.kept_on_undo})
