"""Segments and lists: all of them, one of them, and what is done with one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accord.engine import segments as engine
from accord.engine.errors import Refused
from accord.engine.segments import references
from accord.people.models import Contact, Segment, SegmentSize, SegmentVersion
from accord.people.segments import members, reading, saving, tables
from accord.platform.access import permissions
from accord.web.http import StaffRequest
from accord.web.segments import builder, live, people, sizes
from accord.web.staff import staff

TABS = (("", "All"), ("dynamic", "By a rule"), ("static", "Lists"), ("away", "Put away"))


@dataclass(frozen=True)
class Line:
    """A segment in the list. change: since yesterday. used: the segments that ask for it."""

    segment: Segment
    size: int
    change: int
    used: tuple[Segment, ...]

    @property
    def made_today(self) -> bool:
        """Whether there was no yesterday to compare it with."""
        return timezone.localdate(self.segment.created_at) == timezone.localdate()


@staff("contact.read")
@require_safe
def segments(request: StaffRequest) -> HttpResponse:
    words, tab = request.GET.get("q", "").strip(), request.GET.get("kind", "")
    every = list(Segment.objects.select_related("owner").order_by("name", "pk"))
    shown = [each for each in every if _fits(each, tab, words.casefold())]
    there = [each for each in every if each.archived_at is None]
    used, sizes_of = _users(there), _sizes(shown)
    context = {
        "lines": [_line(each, sizes_of[each.pk], used.get(each.pk, [])) for each in shown],
        "tabs": [(value, label, value == tab) for value, label in TABS],
        "q": words,
        "kind": tab,
        "unused": not every,
        "may_write": permissions.may(request.user, "segment.write"),
    }
    return render(request, "segments/segments.html", context)


@staff("contact.read")
@require_safe
def segment(request: StaffRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Segment.objects.select_related("owner"), pk=pk)
    words, days = tables.words(), sizes.rows(found)
    seen = Contact.objects.visible_to(request.user)
    inside = seen.filter(pk__in=found.memberships.values("contact"))
    context = {
        "segment": found,
        "line": _line(found, days, []),
        "uses": reading.where_used(found),
        "sentence": builder.sentence(found.rule, words) if found.rule is not None else "",
        "people": live.shown(inside, 6),
        "may_export": people.may_export(request, found),
        "drawn": sizes.drawn(days),
        "versions": _versions(found, words),
        "others": sorted(
            ((id, name) for id, name in {**words.lists, **words.segments}.items() if id != pk),
            key=lambda each: each[1].casefold(),
        ),
        "may_write": permissions.may(request.user, "segment.write"),
    }
    return render(request, "segments/segment.html", context)


@staff("segment.write")
def new_list(request: StaffRequest) -> HttpResponse:
    """A list that people are put on by hand."""
    error = ""
    if request.method == "POST":
        try:
            made = saving.create(
                name=request.POST.get("name", ""),
                description=request.POST.get("description", ""),
                by=request.user,
            )
        except Refused as refused:
            error = str(refused)
        else:
            return redirect("segment-people", made.pk)
    context = {"error": error, "given": request.POST}
    return render(request, "segments/list.html", context, status=422 if error else 200)


@staff("segment.write")
def name(request: StaffRequest, pk: int) -> HttpResponse:
    """Another name or description."""
    found, error = get_object_or_404(Segment.objects.current(), pk=pk), ""
    if request.method == "POST":
        given = {key: request.POST.get(key, "") for key in ("name", "description")}
        try:
            saving.change(found, **given, by=request.user)
        except Refused as refused:
            error = str(refused)
        else:
            return redirect("segment", pk)
    given = request.POST if error else {"name": found.name, "description": found.description}
    context = {"error": error, "given": given, "segment": found}
    return render(request, "segments/list.html", context, status=422 if error else 200)


@staff("segment.write")
@require_POST
def copy(request: StaffRequest, pk: int) -> HttpResponse:
    """A list of those who are in it now."""
    found = get_object_or_404(Segment, pk=pk)
    made = members.copy_static(found, name=_free(f"{found.name}, copy"), by=request.user)
    messages.success(request, f"“{made.name}” holds who was in “{found.name}” just now.")
    return redirect("segment-name", made.pk)


@staff("segment.write")
@require_POST
def archive(request: StaffRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Segment, pk=pk)
    saving.archive(found, by=request.user)
    messages.success(request, f"“{found.name}” is put away.")
    return redirect("segments")


@staff("segment.write")
@require_POST
def restore(request: StaffRequest, pk: int, number: int) -> HttpResponse:
    """What it was in an earlier version, as a new version."""
    found = get_object_or_404(Segment.objects.current(), pk=pk)
    version = get_object_or_404(found.versions, number=number)
    rule = version.rule if found.rule is not None else None
    saving.change(
        found, name=version.name, description=version.description, rule=rule, by=request.user
    )
    if found.rule is not None:
        live.let_in(found)
    messages.success(request, f"“{found.name}” is again what it was in version {number}.")
    return redirect("segment", pk)


def _line(segment: Segment, rows: list[SegmentSize], used: list[Segment]) -> Line:
    """rows: the sizes of the last days, oldest first."""
    today = timezone.localdate()
    size = rows[-1].size if rows else 0
    before = [row.size for row in rows if row.day < today]
    if rows and rows[-1].day < today:
        return Line(segment, size, 0, tuple(used))
    return Line(segment, size, size - (before[-1] if before else 0), tuple(used))


def _sizes(segments: Iterable[Segment]) -> dict[int, list[SegmentSize]]:
    """The sizes of the last days, and of those without any the one before."""
    kept = list(segments)
    found = reading.latest(kept)
    quiet = [pk for pk, rows in found.items() if not rows]
    older = SegmentSize.objects.filter(segment__in=quiet).order_by("segment", "-day")
    for row in older.distinct("segment") if quiet else ():
        found[row.segment_id] = [row]
    return found


def _fits(segment: Segment, tab: str, words: str) -> bool:
    if (segment.archived_at is not None) is not (tab == "away"):
        return False
    if tab in Segment.Kind.values and segment.kind != tab:
        return False
    return words in f"{segment.name} {segment.description}".casefold()


def _users(there: list[Segment]) -> dict[int, list[Segment]]:
    """Who asks for whom, for one reading of every rule."""
    found: dict[int, list[Segment]] = {}
    for each in there:
        if each.rule is None:
            continue
        try:
            rule = engine.from_json(each.rule)
        except Refused:
            continue
        for pk in references.segments(rule) | references.lists(rule):
            found.setdefault(pk, []).append(each)
    return found


def _versions(segment: Segment, words: engine.Catalogue) -> list[tuple[SegmentVersion, str]]:
    rows = segment.versions.select_related("by").order_by("-number")
    return [
        (each, builder.sentence(each.rule, words) if each.rule is not None else "A list")
        for each in rows
    ]


def _free(name: str) -> str:
    """A name nobody has yet, made of this one."""
    taken = {each.casefold() for each in Segment.objects.current().values_list("name", flat=True)}
    name = name[:110]
    tries = (name if at == 1 else f"{name} {at}" for at in range(1, len(taken) + 2))
    return next(each for each in tries if each.casefold() not in taken)
