from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accord.platform.models import AuditEntry, User
from accord.platform.trail import audit
from accord.web.http import StaffRequest, number
from accord.web.staff import staff


@dataclass(frozen=True)
class Line:
    """One entry as it is shown; `record` is how one asks for all entries of the same record."""

    entry: AuditEntry
    record: str
    details: tuple[tuple[str, str], ...]


@staff("audit.read")
@require_safe
def page(request: StaffRequest) -> HttpResponse:
    asked = request.GET
    record = " ".join(asked.get("record", "").lower().split())
    noun, _, which = record.rpartition(" ")
    question = audit.Question(
        person=number(asked.get("person", "")),
        verb=asked.get("verb", ""),
        subject_type=noun if number(which) else record,
        subject_id=number(which),
    )
    found = audit.page(question, before=number(asked.get("before", "")))
    values = {
        "lines": [_line(entry) for entry in found.entries],
        "older": found.older,
        "people": User.objects.people(),
        "verbs": audit.verbs(),
        "question": question,
        "record": record,
        "narrowed": question != audit.Question(),
        "later": "before" in asked,
    }
    return render(request, "settings/audit.html", values)


def _line(entry: AuditEntry) -> Line:
    number = "" if entry.subject_id is None else str(entry.subject_id)
    details = tuple((name, _words(value)) for name, value in entry.details.items())
    return Line(entry, f"{entry.subject_type} {number}".strip(), details)


def _words(value: object) -> str:
    match value:
        case None | "" | [] | {}:
            return "nothing"
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(_words(each) for each in value)
        case dict():
            return ", ".join(f"{name} {_words(each)}" for name, each in value.items())
        case _:
            return str(value)
