"""Two contacts that one row of a file means are merged, as a person merges them; and back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from accord.engine.errors import Refused
from accord.people import fields
from accord.people.identity import merging
from accord.people.models import Contact, Merge, MergeItem
from accord.platform.models import ImportRow, User
from accord.platform.queue import work
from accord.platform.trail import logbooks
from accord.platform.transfer.targets import Batch, Pair

# What merging and its undo wrote of a contact that the import made goes with the contact. Nobody
# else wrote anything of it in these moments: its row was held.
_FORGET = (
    """DELETE FROM platform_fieldchange WHERE subject_type = 'contact'
    AND subject_id = ANY(%(made)s) AND import_id IS NULL
    AND (at BETWEEN %(at)s AND %(done)s OR at >= %(since)s)""",
    """DELETE FROM platform_event WHERE contact_id = ANY(%(made)s) AND import_id IS NULL
    AND name IN ('contact.merged', 'contact.unmerged', 'lifecycle.changed')
    AND (recorded_at BETWEEN %(at)s AND %(done)s OR recorded_at >= %(since)s)""",
)


def merge(batch: Batch, pair: Pair) -> tuple[str, ...]:
    """Merge the two, each field as merging suggests; answers what was taken over.

    Raises what merging raises.
    """
    kept, gone = (Contact.objects.get(pk=pk) for pk in (pair.kept, pair.gone))
    done = merging.merge(kept, gone, choices={}, by=batch.by)
    Merge.objects.filter(pk=done.pk).update(
        import_id=batch.values["import_id"], merged_until=timezone.now()
    )
    known = fields.catalogue("contact")
    taken = done.items.filter(kind=MergeItem.Kind.FIELD).order_by("pk")
    return tuple(known[name].label for name in taken.values_list("name", flat=True))


def unmerge(job: int, by: User | None) -> int:
    """Undo the merges of an import, the last one first; answers how many stay."""
    stay = 0
    for each in Merge.objects.filter(import_id=job, undone_at=None).order_by("-pk"):
        since = timezone.now()
        try:
            with transaction.atomic():
                work.fence()
                done = merging.unmerge(each, by=by)
                _forget(done, job, since)
        except Refused:
            stay += 1
    return stay


def _forget(merge: Merge, job: int, since: datetime) -> None:
    """Of a contact that the import made and will take away, forget that it was merged."""
    both = [merge.kept_id, merge.gone_id]
    rows = ImportRow.objects.filter(source=job, object_id__in=both, action="created")
    made = list(rows.values_list("object_id", flat=True))
    if not made or merge.items.filter(returned_at=None).exists():
        return
    values: dict[str, Any] = {
        "made": made,
        "at": merge.at,
        "done": merge.merged_until,
        "since": since,
    }
    with logbooks.opened(), connection.cursor() as cursor:
        for statement in _FORGET:
            cursor.execute(statement, values)
    merge.delete()
