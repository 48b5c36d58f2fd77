"""The history of fields: what a value was, what it became, who or what changed it.

First values of a record are not written here: they are the record's own row (or its import
row). A value as of a past moment is the `old` of the first change after that moment, or the
present value where nothing changed since.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Model

from accord.platform.models import FieldChange, User

Origin = FieldChange.Origin


@dataclass(frozen=True)
class Change:
    """One field of one record went from `old` to `new` (JSON values)."""

    field: str
    old: Any
    new: Any


def record(
    subject: Model,
    changes: Iterable[Change],
    *,
    at: datetime,
    by: User | None,
    origin: str = Origin.USER,
    import_id: int | None = None,
) -> None:
    """Write the changes down, in the transaction that makes them."""
    FieldChange.objects.bulk_create(
        FieldChange(
            at=at,
            subject_type=subject._meta.model_name or "",
            subject_id=subject.pk,
            field=change.field,
            old=change.old,
            new=change.new,
            by=by,
            origin=origin,
            import_id=import_id,
        )
        for change in changes
    )


def of(subject: Model, field: str | None = None) -> list[FieldChange]:
    """The changes of a record (or of one field of it), newest first."""
    found = FieldChange.objects.filter(
        subject_type=subject._meta.model_name, subject_id=subject.pk
    ).select_related("by")
    return list((found.filter(field=field) if field else found).order_by("-at", "-pk"))


def as_of(
    subject_type: str, ids: Iterable[int] | None, field: str, moment: datetime
) -> Mapping[int, Any]:
    """What a field held at a moment, for the records where it has changed since.

    ids: the records asked about; None for all of that type. A record that is missing from the
    answer still holds what it held then (if it was there: compare `recorded_at`). Values are
    as JSON; each costs one look into the index, in one query.
    """
    wanted = None if ids is None else list(ids)
    with connection.cursor() as cursor:
        cursor.execute(
            _AS_OF if wanted is None else _AS_OF_SOME,
            {"type": subject_type, "ids": wanted, "field": field, "moment": moment},
        )
        return {subject: json.loads(old) for subject, old in cursor.fetchall()}


def replace(field: str, old: Any, new: Any, *, subject_type: str = "") -> None:
    """Write another value wherever a field's history says `old`; the logbooks must be open.

    subject_type: of one type of record only.
    """
    changes = FieldChange.objects.filter(field=field)
    if subject_type:
        changes = changes.filter(subject_type=subject_type)
    changes.filter(old=old).update(old=new)
    changes.filter(new=old).update(new=new)


_AS_OF = """
SELECT DISTINCT ON (subject_id) subject_id, coalesce(old, 'null')::text
FROM platform_fieldchange
WHERE subject_type = %(type)s AND field = %(field)s AND at > %(moment)s
ORDER BY subject_id, at, id
"""

# The index starts with the record: asking record by record reads one entry of each.
_AS_OF_SOME = """
SELECT asked.id, coalesce(change.old, 'null')::text
FROM unnest(%(ids)s::bigint[]) AS asked (id)
CROSS JOIN LATERAL (
    SELECT old FROM platform_fieldchange
    WHERE subject_type = %(type)s AND subject_id = asked.id AND field = %(field)s
        AND at > %(moment)s
    ORDER BY at, id LIMIT 1
) AS change
"""
