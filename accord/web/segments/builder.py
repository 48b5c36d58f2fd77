"""The builder: a rule as rows that read like a sentence. Every step works by link and form."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accord.engine import segments as engine
from accord.engine.errors import Refused
from accord.people.models import Segment
from accord.people.segments import saving, tables
from accord.platform.access import permissions
from accord.web.http import StaffRequest
from accord.web.segments import controls, live, rows
from accord.web.segments.rows import Draft, Row
from accord.web.staff import staff

ADDED = (
    ("Who they are", ("contact", "company", "was", "changed", "consent")),
    ("What they did", ("event", "first", "last", "sequence")),
    ("Deals and groups of people", ("deal", "list", "segment", "bucket")),
)
DAYS = ("today", "7 days ago", "30 days ago", "3 months ago", "1 year ago", "in 30 days")


@staff("contact.read")
def new(request: StaffRequest) -> HttpResponse:
    """A new segment: its rule is built here, and kept when it is saved."""
    permissions.require(request.user, "segment.write")
    return _page(request, None)


@staff("contact.read")
def rule(request: StaffRequest, pk: int) -> HttpResponse:
    """The rule of a segment, to change it."""
    permissions.require(request.user, "segment.write")
    found = get_object_or_404(Segment.objects.current().dynamic(), pk=pk)
    return _page(request, found)


@staff("contact.read")
@require_POST
def look(request: StaffRequest) -> HttpResponse:
    """How many the rule being built selects, and who for example; or who of them is reached."""
    permissions.require(request.user, "segment.write")
    words = tables.words()
    made = rows.draft(rows.read(request.POST), words)
    if "reach" in request.GET:
        told = live.reach(request.user, made, request.POST.get("purpose", ""))
        return render(request, "segments/_would_reach.html", told)
    exact = "exact" in request.GET
    return render(request, "segments/_live.html", live.context(request.user, made, exact=exact))


def sentence(rule: Any, words: engine.Catalogue) -> str:
    """A rule in its JSON form as one sentence; what cannot be read any more is said so."""
    try:
        return engine.describe(engine.from_json(rule), words)
    except Refused:
        return "This rule cannot be read any more."


def _page(request: StaffRequest, segment: Segment | None) -> HttpResponse:
    words = tables.words()
    there, do = _rows(request, segment), request.POST.get("do", "")
    made = rows.draft(rows.begun(there) if do == "save" else there, words)
    if request.method == "POST" and do == "save":
        return _save(request, segment, made, words)
    context = _context(request, segment, made, words)
    if request.method == "POST" and request.htmx:
        return render(request, "segments/_rule.html", context)
    if do == "count":
        context |= live.context(request.user, made, exact=True)
    return render(request, "segments/builder.html", context)


def _rows(request: StaffRequest, segment: Segment | None) -> tuple[Row, ...]:
    if request.method != "POST":
        return rows.of(segment.rule) if segment else rows.START
    there = rows.read(request.POST)
    verb, _, rest = request.POST.get("do", "").partition(":")
    place, _, what = rest.partition(":")
    at = int(place) if place.isdecimal() and len(place) < 5 else -1
    match verb:
        case "add" if what in controls.WHATS or what in rows.GROUPS:
            return rows.added(there, at, what)
        case "remove":
            return rows.removed(there, at)
        case "group":
            return rows.wrapped(there, at)
        case _:
            return there


def _save(
    request: StaffRequest, segment: Segment | None, made: Draft, words: engine.Catalogue
) -> HttpResponse:
    """Keep it, and let people in; what is missing is told where it is missing."""
    name = request.POST.get("name", "")
    about = request.POST.get("description", "")
    error = ""
    if not made.complaints:
        try:
            if segment is None:
                kept = saving.create(name=name, rule=made.rule, description=about, by=request.user)
            else:
                kept = saving.change(
                    segment, name=name, rule=made.rule, description=about, by=request.user
                )
        except permissions.Forbidden:
            raise
        except Refused as refused:
            error = str(refused)
        else:
            live.let_in(kept)
            messages.success(request, f"“{kept.name}” is saved.")
            return redirect("segment", kept.pk)
    context = _context(request, segment, made, words) | {"error": error, "told": True}
    return render(request, "segments/builder.html", context, status=422)


def _context(
    request: StaffRequest, segment: Segment | None, made: Draft, words: engine.Catalogue
) -> dict[str, Any]:
    text = json.dumps([made.rule, len(made.complaints)], sort_keys=True)  # all the panel tells
    there = tables.operational()
    offered = [
        (head, [(each, controls.WHATS[each]) for each in whats if _can(each, there)])
        for head, whats in ADDED
    ]
    post = request.method == "POST"
    return {
        "segment": segment,
        "name": request.POST.get("name", "") if post else (segment.name if segment else ""),
        "description": request.POST.get("description", "")
        if post
        else (segment.description if segment else ""),
        "lines": controls.lines(made.rows, made.complaints, words),
        "told": False,
        "fresh": _fresh(request.POST.get("do", ""), made.rows),
        "unfinished": len(made.complaints),
        "sentence": "Not finished yet." if made.bare else sentence(made.rule, words),
        "offered": offered,
        "days": DAYS,
        "tracked": () if request.htmx else tables.tracked(),
        "state": hashlib.sha256(text.encode()).hexdigest()[:12],
    }


def _fresh(do: str, there: tuple[Row, ...]) -> int:
    """The place of the row just added, -1 where none was: it gets the focus."""
    verb, _, rest = do.partition(":")
    place, _, what = rest.partition(":")
    at = int(place) if place.isdecimal() and len(place) < 5 else len(there)
    if verb != "add" or at >= len(there):
        return -1
    added = [at for at in rows.children(there, at) if there[at].what == what]
    return -1 if not added else added[-1] + (1 if what in rows.GROUPS else 0)


def _can(what: str, there: Any) -> bool:
    return {"consent": there.answers, "deal": there.deals}.get(what, True) is not None
