"""The fourth step: rows as they will be read, and a dry run of all of them."""

from __future__ import annotations

from collections.abc import Mapping as Keyed
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accord.engine import reference
from accord.engine.errors import Refused
from accord.people import fields
from accord.people.models import Contact
from accord.platform.access.permissions import Forbidden
from accord.platform.models import Import, Job, User
from accord.platform.transfer import imports, plans
from accord.platform.transfer.mapping import Mapping
from accord.platform.transfer.plans import Filled, Line, Plan
from accord.platform.transfer.reading.sheets import Sheet
from accord.platform.transfer.targets import Slot
from accord.web import formats
from accord.web.http import StaffRequest
from accord.web.parts import render_parts
from accord.web.staff import staff
from accord.web.transfer import drafts, origins

_ANOTHER = "another contact"  # one the file itself brings, or that is no longer there
FIRST, PROBLEMS, MADE, CHANGED = 8, 20, 5, 50
COUNTS = (
    ("created", "Create", ""),
    ("updated", "Update", ""),
    ("unchanged", "Leave as they are", ""),
    ("skipped", "Skip", ""),
    ("error", "Refuse", "bad"),
)


@dataclass(frozen=True)
class Read:
    """One row of the file as it will be read."""

    number: int
    cells: tuple[str, ...]
    problem: str


@dataclass(frozen=True)
class Count:
    label: str
    number: int
    tone: str


@dataclass(frozen=True)
class Difference:
    """A value that would be replaced."""

    number: int
    url: str
    label: str
    old: str
    new: str


@dataclass(frozen=True)
class Merging:
    """Two contacts that would be merged. taken: the fields whose values are taken over."""

    number: int
    gone: str
    kept: str
    taken: str


@staff("import.run")
@require_http_methods(["GET", "HEAD", "POST"])
@drafts.step
def page(request: StaffRequest, job: Import) -> HttpResponse:
    """GET shows what a dry run found, POST asks for another."""
    if not job.mapping:
        return redirect("import-map", job.pk)
    if request.method == "POST":
        imports.rehearse(job, by=request.user)
        return redirect("import-check", job.pk)
    return _page(request, job)


@staff("import.run")
@require_POST
def start(request: StaffRequest, pk: int) -> HttpResponse:
    """Begin, after what the form states of the people in the file."""
    job = drafts.one(request, pk)
    if "basis" in request.POST and job.state == Import.State.DRAFT:
        try:
            origins.state(request, job)
        except Forbidden:
            raise
        except Refused as refusal:
            return _page(request, job, str(refusal))
    elif request.POST.get("basis", job.basis) != job.basis:
        messages.error(request, "This import was started before and says something else.")
    imports.start(job, by=request.user)
    return redirect("import", pk)


def _page(request: StaffRequest, job: Import, error: str = "") -> HttpResponse:
    wanted = drafts.wanted(job)
    plan = plans.make(drafts.target(job), wanted, drafts.sheet(job, wanted))
    posted = request.POST if error else None
    context = drafts.shown(job, 3) | _rehearsal(job, request.user) | _preview(job, plan, wanted)
    context |= origins.shown(job, request.user, posted) | {"error": error}
    parts = {"rehearsal": "transfer/_rehearsal.html"}
    answer = render_parts(request, "transfer/check.html", parts, context)
    answer.status_code = 422 if error else 200
    return answer


def _preview(job: Import, plan: Plan, wanted: Mapping) -> dict[str, Any]:
    sheet = drafts.sheet(job, wanted)
    at = [place for place, each in enumerate(plan.filled) if each.slot.label]
    at.sort(key=lambda place: _column(plan.filled[place], sheet))
    lines = [plan.read(row) for row in sheet.sample]
    bad = [line for line in lines if line.problem][:PROBLEMS]
    return {
        "heads": [plan.filled[place].slot.label for place in at],
        "first": [_read(line, plan, at) for line in lines[:FIRST]],
        "unreadable": [_read(line, plan, at) for line in bad],
    }


def _column(filled: Filled, sheet: Sheet) -> int:
    """Where in the file a value comes from; what no column fills stands last."""
    columns = filled.fill.columns
    return sheet.headers.index(columns[0]) if columns else len(sheet.headers)


def _read(line: Line, plan: Plan, at: list[int]) -> Read:
    cells = (_named(plan.filled[place].slot, line.values[place]) for place in at)
    return Read(line.number, tuple(cells), line.problem)


def _named(slot: Slot, value: object) -> str:
    """A value that was read, as the field is shown elsewhere."""
    if slot.kind == "country" and (country := reference.country(str(value or ""))):
        return country.name
    labels = {choice.value: choice.label for choice in reversed(slot.choices)}
    return labels.get(value, words(value)) if isinstance(value, str) else words(value)


def _rehearsal(job: Import, user: User) -> dict[str, Any]:
    asked = drafts.working("import.rehearse", job)
    busy = asked is not None and asked.state in (Job.State.READY, Job.State.RUNNING)
    found = job.rehearsal
    if busy or not found or "refused" in found:
        return {
            "busy": busy,
            "refused": (found or {}).get("refused", ""),
            "tried": None,
        }
    counts = found["counts"]
    return {
        "busy": False,
        "tried": found["rows"],
        "counts": [Count(label, counts.get(name, 0), tone) for name, label, tone in COUNTS],
        "problems": found["problems"][:PROBLEMS],
        "notes": found.get("notes", [])[:PROBLEMS],
        "merged": _merges(found.get("merged", [])[:PROBLEMS], user),
        "more_merged": found.get("merges", 0) - len(found.get("merged", [])[:PROBLEMS]),
        "more_problems": counts.get("error", 0) - len(found["problems"][:PROBLEMS]),
        "differences": [_difference(job, each) for each in found["changed"][:CHANGED]],
        "is_partial": found["rows"] < job.rows,
    }


def _merges(merged: list[dict[str, Any]], user: User) -> list[Merging]:
    """Who would be merged, by the names they have now."""
    ids = {each[side] for each in merged for side in ("kept", "gone")}
    found = Contact.objects.visible_to(user).filter(pk__in=ids)
    names = {each.pk: f"{each} ({each.pk})" for each in found}
    return [
        Merging(
            each["number"],
            names.get(each["gone"], _ANOTHER),
            names.get(each["kept"], _ANOTHER),
            ", ".join(each["taken"]),
        )
        for each in merged
    ]


def _difference(job: Import, each: Keyed[str, Any]) -> Difference:
    noun = drafts.target(job).noun
    known = fields.catalogue(noun) if noun in fields.nouns() else {}
    field = known.get(each["field"])
    label = field.label if field else each["field"].replace("_", " ").capitalize()
    url = f"/{job.into}/{each['object_id']}/" if noun in fields.nouns() else ""
    old, new = (_kept(field, each[side]) for side in ("old", "new"))
    return Difference(each["number"], url, label, old, new)


def _kept(field: fields.Field | None, stored: Any) -> str:
    """A value of the history in words."""
    if field is not None:
        try:
            return fields.show(field, fields.from_json(field, stored))
        except (KeyError, TypeError, ValueError, InvalidOperation):
            return words(stored)
    return words(stored)


def words(value: object) -> str:
    """A value that was read, as people write it; "" where there is none."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case fields.Money():
            return str(formats.money(value.amount, value.currency))
        case {"amount": amount, "currency": str(currency)}:
            return str(formats.money(Decimal(str(amount)), currency))
        case Decimal():
            return f"{value:f}"
        case datetime():
            local = timezone.localtime(value)
            return f"{local:%Y-%m-%d}" if local.time() == time() else f"{local:%Y-%m-%d %H:%M}"
        case tuple() | list():
            return ", ".join(words(each) for each in value)
        case _:
            return str(value)
