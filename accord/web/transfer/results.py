"""What became of an import, while it runs and after; and the list of all of them."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accord.engine.errors import Refused
from accord.people import fields
from accord.people.models import Contact, Merge
from accord.platform.access import permissions
from accord.platform.access.permissions import Forbidden
from accord.platform.models import Import, ImportRow
from accord.platform.transfer import imports, problems
from accord.platform.transfer.origins import evidence as kept
from accord.platform.transfer.undo import undoing
from accord.web.http import StaffRequest
from accord.web.parts import render_parts
from accord.web.staff import staff
from accord.web.transfer import drafts, origins

SHOWN = 20
PAGE = 50
State = Import.State
BUSY = (State.WAITING, State.RUNNING, State.UNDOING)
TONES = {State.DONE: "ok", State.FAILED: "bad", State.DRAFT: "line", State.UNDONE: "line"}


@staff("import.run")
@require_safe
def every(request: StaffRequest) -> HttpResponse:
    pages = Paginator(imports.visible_to(request.user), PAGE)
    page = pages.get_page(request.GET.get("page"))
    lines = [
        {"job": job, "tone": TONES.get(State(job.state), "accent"), **_may(request, job)}
        for job in page
    ]
    return render(request, "transfer/list.html", {"lines": lines, "page": page})


@staff("import.run")
@require_safe
def result(request: StaffRequest, pk: int) -> HttpResponse:
    job = drafts.one(request, pk)
    if job.state == State.DRAFT:
        return redirect("import-check" if job.mapping else "import-map", pk)
    return _page(request, job)


@staff("import.run")
@require_POST
def origin(request: StaffRequest, pk: int) -> HttpResponse:
    """Say where the people of a file that is in are from."""
    job = drafts.one(request, pk)
    try:
        origins.state(request, job)
    except Forbidden:
        raise
    except Refused as refusal:
        return _page(request, job, str(refusal))
    messages.success(request, "What is known of this list is kept.")
    return redirect("import", pk)


@staff("import.run")
@require_safe
def evidence(request: StaffRequest, pk: int) -> FileResponse:
    """The file that proves where a list is from, as it was brought in."""
    job = drafts.one(request, pk)
    try:
        path = kept.of(job)
    except FileNotFoundError:
        raise Http404 from None
    return FileResponse(path.open("rb"), as_attachment=True, filename=job.evidence_name)


@staff("import.run")
@require_safe
def errors(request: StaffRequest, pk: int) -> HttpResponseBase:
    """The rows that were refused, with a reason each, as a file that can be mended."""
    job = drafts.one(request, pk)
    try:
        path = problems.error_file(job)
    except FileNotFoundError:
        raise drafts.FileGone from None
    if path is None:
        raise Http404
    return FileResponse(path.open("rb"), as_attachment=True, filename=f"import-{pk}-errors.csv")


@staff("import.undo")
@require_POST
def undo(request: StaffRequest, pk: int) -> HttpResponse:
    imports.undo(drafts.one(request, pk), by=request.user)
    return redirect("import", pk)


@staff("import.run")
@require_POST
def discard(request: StaffRequest, pk: int) -> HttpResponse:
    job = drafts.one(request, pk)
    imports.discard(job, by=request.user)
    messages.success(request, f"{job.file_name} is thrown away. Nothing was imported.")
    return redirect("settings-imports")


def _page(request: StaffRequest, job: Import, error: str = "") -> HttpResponse:
    context = drafts.shown(job, 4) | _may(request, job) | _result(request, job)
    context |= origins.shown(job, request.user, request.POST if error else None)
    parts = {"import-state": "transfer/_state.html"}
    context["error"] = error
    answer = render_parts(request, "transfer/result.html", parts, context)
    answer.status_code = 422 if error else 200
    return answer


def _may(request: StaffRequest, job: Import) -> dict[str, Any]:
    return {"may_undo": imports.may_undo(job, request.user), "busy": job.state in BUSY}


def _result(request: StaffRequest, job: Import) -> dict[str, Any]:
    done = job.rows_done if job.state != State.UNDOING else undoing.rows_done(job)
    refused = job.result_rows.filter(action=ImportRow.Action.ERROR).order_by("number")
    noun = drafts.target(job).noun
    listed = noun in fields.nouns() and permissions.may(request.user, f"{noun}.read")
    notes = job.result_rows.exclude(action=ImportRow.Action.ERROR).exclude(reason="")
    return {
        "done": done,
        "percent": min(100, done * 100 // job.rows) if job.rows else 0,
        "refused": refused[:SHOWN],
        "notes": notes.order_by("number")[:SHOWN],
        "merges": _merges(request, job),
        "has_file": bool(job.stored_as),
        "list_url": f"/{job.into}/?{_new(job)}" if listed else "",
        "undo_until": job.finished_at + imports.UNDO if job.finished_at else None,
    }


def _merges(request: StaffRequest, job: Import) -> QuerySet[Merge]:
    """What the import merged and is merged still, as far as this person may read it."""
    seen = Contact.objects.visible_to(request.user)
    found = Merge.objects.filter(import_id=job.pk, undone_at=None, kept__in=seen)
    return found.select_related("kept", "gone").order_by("pk")[:SHOWN]


def _new(job: Import) -> str:
    """The query of the list that shows what came: of deals the table, where all of them fit."""
    whole = {"as": "table"} if job.into == "deals" else {}
    return urlencode({**whole, "f": f"import_id:is:{job.pk}"}, safe=":")
