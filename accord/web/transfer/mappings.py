"""The second step: what becomes of each column."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accord.engine import reference
from accord.engine.errors import Refused
from accord.platform.access import permissions
from accord.platform.access.permissions import Forbidden
from accord.platform.models import Import
from accord.platform.transfer import files, headers, imports, mapping
from accord.platform.transfer.mapping import Fill, Mapping
from accord.platform.transfer.reading.sheets import Sheet
from accord.platform.transfer.targets import Slot
from accord.web.http import StaffRequest
from accord.web.staff import staff
from accord.web.transfer import columns, drafts, stages

LARGEST_MAPPING = 1 << 20
LAYOUT = ("sheet", "encoding", "delimiter", "header_row")


class NoMapping(Refused):
    """Choose the file of a mapping first: it ends in .json."""


@dataclass(frozen=True)
class Choice:
    value: str
    label: str


@dataclass(frozen=True)
class Group:
    """Fields that stand together in the choice."""

    label: str
    fields: tuple[Choice, ...]


MODES = (
    Choice("both", "Create new ones, update those that are there"),
    Choice("create", "Create new ones, skip those that are there"),
    Choice("update", "Update those that are there, skip new ones"),
)
TWO = (
    Choice("refuse", "Refuse the row, so that somebody looks at the two"),
    Choice("merge", "Merge the two, as a person would; the check shows which"),
)
DATES = (
    Choice("", "Find out"),
    Choice("iso", "2026-03-31"),
    Choice("day first", "31.03.2026, day first"),
    Choice("month first", "03/31/2026, month first"),
)
MARKS = (Choice("", "Find out"), Choice(".", "1,234.50"), Choice(",", "1.234,50"))


@staff("import.run")
@require_http_methods(["GET", "HEAD", "POST"])
@drafts.step
def page(request: StaffRequest, job: Import) -> HttpResponse:
    if request.method == "POST":
        return _save(request, job)
    wanted = _read_again(job, request.GET) if request.GET.keys() & set(LAYOUT) else None
    wanted = wanted or drafts.wanted(job)
    return _page(request, job, wanted)


@staff("import.run")
@require_http_methods(["GET", "HEAD", "POST"])
def file(request: StaffRequest, pk: int) -> HttpResponse:
    """GET saves the mapping as a file, POST loads one."""
    job = drafts.one(request, pk)
    if request.method == "POST":
        return _load(request, job)
    text = json.dumps(mapping.to_json(drafts.wanted(job)), indent=2, ensure_ascii=False)
    name = f'attachment; filename="mapping-{job.into}-{job.pk}.json"'
    return HttpResponse(
        text + "\n", content_type="application/json", headers={"Content-Disposition": name}
    )


def _load(request: StaffRequest, job: Import) -> HttpResponse:
    given = request.FILES.get("mapping")
    try:
        if given is None or not given.size or given.size > LARGEST_MAPPING:
            raise NoMapping
        text = given.read().decode("utf-8-sig", errors="replace")
        wanted = mapping.from_text(text)
        stages.declared(wanted)
        imports.set_mapping(job, wanted, by=request.user)
    except FileNotFoundError:
        raise drafts.FileGone from None
    except Forbidden:
        raise
    except Refused as refusal:
        return _page(request, job, drafts.wanted(job), error=str(refusal))
    messages.success(request, "The mapping is loaded.")
    return redirect("import-map", job.pk)


def _save(request: StaffRequest, job: Import) -> HttpResponse:
    before = drafts.wanted(job)
    try:
        layout = columns.layout(request.POST)
        before = replace(before, layout=layout, sheet=request.POST.get("sheet", ""))
        sheet = drafts.sheet(job, before)
        wanted = _with_pipeline(request, columns.read(request.POST, before, sheet), sheet)
    except mapping.Wrong as refusal:
        return _page(request, job, before, error=str(refusal))
    try:
        imports.set_mapping(job, wanted, by=request.user)
    except Forbidden:
        raise
    except Refused as refusal:
        return _page(request, job, wanted, error=str(refusal))
    if request.POST.get("new_pipeline", "").strip():
        return redirect("import-stages", job.pk)
    return redirect(stages.after(request, job, wanted), job.pk)


def _with_pipeline(request: StaffRequest, wanted: Mapping, sheet: Sheet) -> Mapping:
    """The mapping with the pipeline its form names anew, or without one nobody wants any more.

    Raises Wrong, or Forbidden for those who may not add pipelines.
    """
    name = request.POST.get("new_pipeline", "").strip()[:120]
    fill = wanted.filling("pipeline")
    if not name:
        used = fill.value if fill else ""
        known = stages.declared(wanted)
        if known and known["name"] != used and not (fill and fill.columns):
            rest = {key: each for key, each in wanted.sections.items() if key != "pipelines"}
            return replace(wanted, sections=rest)
        return wanted
    permissions.require(request.user, "settings.manage")
    others = tuple(each for each in wanted.fills if each.field != "pipeline")
    wanted = replace(wanted, fills=(*others, Fill("pipeline", value=name)))
    return stages.declare(wanted, name, sheet)


def _read_again(job: Import, query: QueryDict) -> Mapping:
    """What the headers suggest when the file is read in another way."""
    before = drafts.wanted(job)
    again = replace(before, layout=columns.layout(query), sheet=query.get("sheet", ""))
    found = drafts.sheet(job, again).headers
    slots = drafts.slots(job, again).values()
    known = [fill for fill in before.fills if fill.columns and set(fill.columns) <= set(found)]
    taken = {fill.field for fill in known}
    suggested = [
        Fill(each.field, (each.header,))
        for each in headers.suggest(job.into, found, slots)
        if each.field not in taken
    ]
    return replace(again, fills=(*known, *suggested))


def _page(request: StaffRequest, job: Import, wanted: Mapping, error: str = "") -> HttpResponse:
    sheet = drafts.sheet(job, wanted)
    slots = drafts.slots(job, wanted)
    pipelines = slots.get("pipeline")
    shown = columns.show(wanted, sheet, pipelines=pipelines is not None)
    context = drafts.shown(job, 1) | {
        "error": error,
        "wanted": wanted,
        "shown": shown,
        "groups": _groups(slots.values()),
        "rules": drafts.target(job).rules(),
        "pipelines": _pipelines(pipelines, wanted),
        "declared": stages.declared(wanted),
        "may_add": permissions.may(request.user, "settings.manage"),
        "modes": MODES,
        "two": TWO if drafts.target(job).merge else (),
        "unique": [rule.label for rule in drafts.target(job).rules() if rule.unique],
        "dates": DATES,
        "marks": MARKS,
        "currencies": sorted(reference.currencies()),
        "unmapped": sum(1 for each in shown.columns if not each.fill.field),
        "system": wanted.name if not job.mapping else "",
        **_layout(job, sheet),
    }
    return render(request, "transfer/map.html", context, status=422 if error else 200)


def _layout(job: Import, sheet: Sheet) -> dict[str, Any]:
    return {
        "sheet": sheet,
        "sheet_names": files.sheet_names(job),
        "delimiter": "tab" if sheet.layout.delimiter == "\t" else sheet.layout.delimiter,
        "map_url": reverse("import-map", args=[job.pk]),
    }


def _groups(slots: Iterable[Slot]) -> list[Group]:
    """Fields by group, in their order. How a person came is said in words."""
    named = {"Origin": "How the person came", "": "Fields"}
    ordered = sorted(slots, key=lambda slot: slot.group)
    return [
        Group(named.get(label, label), tuple(Choice(slot.name, slot.label) for slot in group))
        for label, group in groupby(ordered, lambda slot: slot.group)
    ]


def _pipelines(slot: Slot | None, wanted: Mapping) -> list[str]:
    """The pipelines there are, and those the mapping will add."""
    if slot is None:
        return []
    declared = wanted.sections.get("pipelines", [])
    added = [each["name"] for each in declared if isinstance(each, dict) and "name" in each]
    return list(dict.fromkeys([*(each.label for each in slot.choices), *added]))
