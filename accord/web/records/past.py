"""What was changed on a record: each field's old and new value, when, by whom, and how."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accord.people import fields
from accord.people.fields import Field
from accord.platform.models import FieldChange, User
from accord.platform.trail import history
from accord.web.http import StaffRequest
from accord.web.lists import nouns
from accord.web.staff import staff

MOST = 200


@dataclass(frozen=True)
class Line:
    """One change in words. origin is "" for a person; an import has its number."""

    label: str
    old: str
    new: str
    at: datetime
    by: User | None
    origin: str
    import_id: int | None


@staff()
@require_safe
def past(request: StaffRequest, plural: str, pk: int) -> HttpResponse:
    """The newest changes of the record, or of the one field that `field` names."""
    noun = nouns.noun(plural)
    record = nouns.record(noun, request.user, pk)
    known = fields.catalogue(noun.name)
    only = known.get(request.GET.get("field", ""))
    changes = history.of(record, only.name if only else None)[:MOST]
    context = {
        "noun": noun,
        "record": record,
        "only": only,
        "lines": [_line(each, known.get(each.field)) for each in changes],
    }
    return render(request, "records/past.html", context)


def _line(change: FieldChange, field: Field | None) -> Line:
    person = change.origin == FieldChange.Origin.USER
    return Line(
        label=field.label if field else change.field,
        old=_words(field, change.old),
        new=_words(field, change.new),
        at=change.at,
        by=change.by,
        origin="" if person else change.get_origin_display(),
        import_id=change.import_id,
    )


def _words(field: Field | None, stored: Any) -> str:
    """A stored value for people; that of a field no longer known as it was kept."""
    if field is None:
        return "" if stored is None else str(stored)
    return fields.show(field, fields.from_json(field, stored))
