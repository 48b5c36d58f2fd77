"""The audit log: who did what to which record, append-only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Model

from accord.platform.models import AuditEntry, User


def record(verb: str, subject: Model | None = None, *, by: User | None, **details: Any) -> None:
    """Write down that `by` did `verb` to `subject`, in the transaction of the change.

    details: JSON values; names of fields rather than personal values.
    """
    AuditEntry.objects.create(
        verb=verb,
        by=by,
        subject_type=subject._meta.model_name or "" if subject else "",
        subject_id=subject.pk if subject else None,
        details=details,
    )


@dataclass(frozen=True)
class Question:
    """Which entries are wanted; what is empty does not narrow."""

    person: int | None = None
    verb: str = ""
    subject_type: str = ""
    subject_id: int | None = None


@dataclass(frozen=True)
class Page:
    """Entries, newest first, and the id to ask for older ones `before`; None at the end."""

    entries: tuple[AuditEntry, ...]
    older: int | None


def page(question: Question, *, before: int | None = None, size: int = 50) -> Page:
    """One page of the log, by key: as fast on the thousandth page as on the first."""
    rows = AuditEntry.objects.select_related("by").order_by("-pk")
    asked = {
        "by": question.person,
        "verb": question.verb,
        "subject_type": question.subject_type,
        "subject_id": question.subject_id,
        "pk__lt": before,
    }
    wanted = {name: value for name, value in asked.items() if value}
    found = list(rows.filter(**wanted)[: size + 1])
    entries = tuple(found[:size])
    return Page(entries, entries[-1].pk if len(found) > size else None)


_VERBS = """
WITH RECURSIVE known AS (
    (SELECT verb FROM platform_auditentry ORDER BY verb LIMIT 1)
    UNION ALL
    SELECT (SELECT verb FROM platform_auditentry WHERE verb > known.verb ORDER BY verb LIMIT 1)
    FROM known WHERE known.verb IS NOT NULL
)
SELECT verb FROM known WHERE verb IS NOT NULL
"""


def verbs() -> list[str]:
    """Every verb the log holds, in alphabetical order, by hops along the index."""
    with connection.cursor() as cursor:
        cursor.execute(_VERBS)
        return [row[0] for row in cursor.fetchall()]
