"""The people of a segment: all of them, put on a list and taken off, and why one is in or out."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from accord.engine import segments as engine
from accord.engine.consent.terms import Channel
from accord.engine.errors import Refused
from accord.people import contacts, search
from accord.people.consents import consent, purposes, restrictions
from accord.people.models import Contact, Membership, Segment
from accord.people.segments import excluding, members, reading, saving
from accord.platform.access import permissions
from accord.web.http import StaffRequest, number, numbers
from accord.web.lists import asking, nouns
from accord.web.staff import staff

PAGE, FOUND, MOST = 50, 8, 50_000


class TooMany(Refused):
    """At most 50,000 people are put on a list at once. Narrow the list, or use a segment."""


@staff("contact.read")
@require_safe
def people(request: StaffRequest, pk: int) -> HttpResponse:
    """Who is in it, as far as this person may see them; on a list, with what adds and removes."""
    found = get_object_or_404(Segment, pk=pk)
    rows = _seen(request).filter(pk__in=found.memberships.values("contact"))
    words = request.GET.get("q", "").strip()
    if words:
        rows = rows.filter(search.matching(words))
    page = Paginator(contacts.with_company(rows.order_by("-pk")), PAGE).get_page(
        request.GET.get("page")
    )
    restricted = restrictions.held()
    wanted = request.GET.get("add", "").strip()
    may_write = permissions.may(request.user, "segment.write") and found.archived_at is None
    context = {
        "segment": found,
        "page": page,
        "restricted": restricted,
        "left": rows.filter(pk__in=restricted).count() if restricted else 0,
        "q": words,
        "add": wanted,
        "found": _found(request, found, wanted) if may_write else [],
        "may_export": may_export(request, found),
        "may_list": may_write and found.kind == Segment.Kind.STATIC,
    }
    return render(request, "segments/people.html", context)


@staff("segment.write")
@require_POST
def add(request: StaffRequest, pk: int) -> HttpResponse:
    return _relist(request, pk, add=True)


@staff("segment.write")
@require_POST
def remove(request: StaffRequest, pk: int) -> HttpResponse:
    return _relist(request, pk, add=False)


@staff("segment.write")
@require_POST
def choose(request: StaffRequest) -> HttpResponse:
    """The dialog that puts the chosen contacts on a list, there already or new."""
    context = {
        "lists": Segment.objects.current().filter(kind=Segment.Kind.STATIC).order_by("name"),
        "ids": request.POST.getlist("id"),
        "all": request.POST.get("all", ""),
        "query": request.POST.get("query", ""),
    }
    return render(request, "segments/bulk.html", context)


@staff("segment.write")
@require_POST
def put(request: StaffRequest) -> HttpResponse:
    """Put the chosen contacts on the list, and go back to where they were chosen."""
    ids = _chosen(request)
    text, name = request.POST.get("list", ""), request.POST.get("name", "")
    if text and not name.strip():
        kept = get_object_or_404(Segment.objects.current(), pk=number(text))
    else:
        kept = saving.create(name=name, by=request.user)
    wanted, left = restrictions.apart(_seen(request).filter(pk__in=ids))
    count = members.add(kept, people=wanted.values_list("pk", flat=True), by=request.user)
    told = "person is" if count == 1 else "people are"
    messages.success(request, f"{count:,} {told} now on “{kept.name}”. {restrictions.said(left)}")
    return redirect(f"/contacts/?{QueryDict(request.POST.get('query', '')).urlencode()}")


@staff("contact.read")
@require_safe
def test(request: StaffRequest, pk: int) -> HttpResponse:
    """Why somebody is in or out: a tick or a cross for every line."""
    found = get_object_or_404(Segment, pk=pk)
    words, who = request.GET.get("q", "").strip(), request.GET.get("who", "")
    person = _seen(request).filter(pk=number(who)).first()
    matches = _ranked(_seen(request), words) if words and not person else []
    context = {"segment": found, "q": words, "person": person, "matches": matches}
    if person:
        context |= _explained(found, person)
    return render(request, "segments/test.html", context)


@staff("contact.read")
@require_safe
def overlap(request: StaffRequest, pk: int) -> HttpResponse:
    """How many two segments share, of those this person may see."""
    found = get_object_or_404(Segment, pk=pk)
    other = get_object_or_404(Segment, pk=number(request.GET.get("with", "")))
    shared = reading.overlap(found, other, seen=_seen(request))
    whole = shared.first_only + shared.both
    context = {
        "segment": found,
        "other": other,
        "shared": shared,
        "share": round(100 * shared.both / whole) if whole else 0,
    }
    page = "segments/_overlap.html" if request.htmx else "segments/overlap.html"
    return render(request, page, context)


@staff("contact.read")
@require_safe
def reach(request: StaffRequest, pk: int) -> HttpResponse:
    """Who of them may be written to, and why not the others; with the people on a page alone."""
    found = get_object_or_404(Segment, pk=pk)
    there = list(purposes.in_use().order_by("label"))
    asked = request.GET.get("purpose", "")
    wanted = next((each for each in there if each.pk == asked), next(iter(there), None))
    context: dict[str, Any] = {"segment": found, "purpose": wanted, "purposes": there}
    if wanted:
        question = consent.question(wanted.pk, Channel.EMAIL)
        told = excluding.excluded(found, question, timezone.now(), seen=_seen(request))
        context |= {"told": told, "reasons": _reasons(told)}
    page = "segments/_reach.html" if request.htmx else "segments/reach.html"
    return render(request, page, context)


@staff("contact.read")
@require_safe
def of_contact(request: StaffRequest, pk: int) -> HttpResponse:
    """Which segments somebody is in, beside their record."""
    person = get_object_or_404(_seen(request), pk=pk)
    rows = Membership.objects.filter(contact=person, segment__archived_at=None)
    context = {"record": person, "memberships": rows.select_related("segment").order_by("-since")}
    page = "segments/_of_contact.html" if request.htmx else "segments/of_contact.html"
    return render(request, page, context)


def may_export(request: StaffRequest, segment: Segment) -> bool:
    """Whether the list of contacts gives them as a file; of one put away it does not."""
    return segment.archived_at is None and permissions.may(request.user, "export.run")


def _explained(segment: Segment, person: Contact) -> dict[str, Any]:
    inside = segment.memberships.filter(contact=person).first()
    if segment.rule is None:
        return {"membership": inside}
    try:
        line = reading.explain(person, engine.from_json(segment.rule), timezone.now())
    except Refused as refused:
        return {"membership": inside, "refused": str(refused)}
    late = line is not None and line.holds is not (inside is not None)
    return {"membership": inside, "line": line, "late": late}


def _reasons(told: excluding.Excluded) -> list[tuple[str, str, int, list[excluding.Exclusion]]]:
    """Every reason somebody is left out for: its name, its label, how many, and who."""
    return [
        (why.value, excluding.LABELS[why], count, [row for row in told.rows if row.why == why])
        for why, count in told.counts.items()
        if count
    ]


def _relist(request: StaffRequest, pk: int, *, add: bool) -> HttpResponse:
    found = get_object_or_404(Segment, pk=pk)
    ids = numbers(request.POST.getlist("id"))
    (members.add if add else members.remove)(found, people=ids, by=request.user)
    back = request.POST.get("back", "")
    if url_has_allowed_host_and_scheme(back, None):
        return redirect(back)
    return redirect("segment-people", pk)


def _chosen(request: StaffRequest) -> list[int]:
    """The ids chosen in the list of contacts; with `all`, those of the whole view."""
    if request.POST.get("all") != "1":
        return numbers(request.POST.getlist("id"))
    asked = asking.read(nouns.CONTACTS, QueryDict(request.POST.get("query", "")), request.user)
    ids = list(asking.rows(asked).order_by().values_list("pk", flat=True)[: MOST + 1])
    if len(ids) > MOST:
        raise TooMany
    return ids


def _found(request: StaffRequest, segment: Segment, words: str) -> list[Contact]:
    """People to put on the list: found by name or address, and not on it yet."""
    if not words:
        return []
    rows = _seen(request).exclude(pk__in=segment.memberships.values("contact"))
    return _ranked(rows, words)


def _ranked(rows: Any, words: str) -> list[Contact]:
    return search.pick(rows, words, FOUND)


def _seen(request: StaffRequest) -> Any:
    return Contact.objects.visible_to(request.user)
