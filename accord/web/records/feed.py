"""The timeline of a record, and what people write into it: notes, calls, meetings, tasks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateformat import format as date_format
from django.views.decorators.http import require_POST, require_safe

from accord.people import timeline
from accord.people.models import Company, Contact
from accord.people.timeline import Cursor, Entry
from accord.platform.access import permissions
from accord.platform.events.log import About
from accord.platform.models import Record
from accord.sales.agenda import activities, next_steps, tasks
from accord.sales.models import Activity, Deal, Task
from accord.sales.subjects import Subject
from accord.web.http import StaffRequest, number
from accord.web.lists import nouns
from accord.web.records import kinds
from accord.web.staff import staff
from accord.web.tasks import days

TEAMS = ("", "marketing", "sales")
WRITTEN = frozenset(Activity.Kind.values)


@dataclass(frozen=True)
class Day:
    title: str
    entries: tuple[Entry, ...]


@staff()
@require_safe
def feed(request: StaffRequest, plural: str, pk: int) -> HttpResponse:
    """One page of the timeline; htmx replaces the whole or adds what is older."""
    noun = nouns.noun(plural)
    record = nouns.record(noun, request.user, pk)
    context = page(request, plural, record) | {"noun": noun, "record": record}
    older = "before" in request.GET
    return render(request, "records/_older.html" if older else "records/_feed.html", context)


@staff()
@require_POST
def activity(request: StaffRequest, plural: str, pk: int) -> HttpResponse:
    noun = nouns.noun(plural)
    record = nouns.record(noun, request.user, pk)
    activities.log(
        kind=request.POST.get("kind", "note"),
        body=request.POST.get("body", ""),
        outcome=request.POST.get("outcome", ""),
        minutes=number(request.POST.get("minutes", "")),
        by=request.user,
        **_on(record),
    )
    return answer(request, plural, record)


@staff()
@require_POST
def task(request: StaffRequest, plural: str, pk: int) -> HttpResponse:
    noun = nouns.noun(plural)
    record = nouns.record(noun, request.user, pk)
    tasks.add(
        title=request.POST.get("title", ""),
        kind=request.POST.get("kind") or Task.Kind.TODO,
        due_at=days.moment(request.POST.get("due", "")),
        by=request.user,
        **_on(record),
    )
    return answer(request, plural, record)


def answer(
    request: StaffRequest, plural: str, record: Record, toast: dict[str, Any] | None = None
) -> HttpResponse:
    """The timeline anew after something was written, and what a toast tells; else the page."""
    if not request.htmx:
        return redirect(f"/{plural}/{record.pk}/")
    context = page(request, plural, record) | {"noun": nouns.noun(plural), "record": record}
    template = "records/_feed_told.html" if toast else "records/_feed.html"
    return render(request, template, context | {"toast": toast})


def page(request: StaffRequest, plural: str, record: Record) -> dict[str, Any]:
    """What the timeline's templates show."""
    team = request.GET.get("team", "")
    team = team if team in TEAMS else ""
    kind = request.GET.get("kind", "")
    kind = kind if kind in kinds.KINDS else ""
    before = request.GET.get("before", "")
    now, waiting = timezone.now(), tasks.on(Subject(**_on(record)))
    if isinstance(record, Deal):
        next_steps.attach_first(record, waiting)
    entries, following = timeline.page(
        about(record),
        team=team,
        only=kinds.names_of(kind),
        before=Cursor.parse(before) if before else None,
    )
    return {
        "days": list(by_day(entries)),
        "team": team,
        "kind": kind,
        "kinds": {name: title for name, (title, _) in kinds.KINDS.items()},
        "written": WRITTEN,
        "may_correct_all": permissions.may(request.user, "settings.manage"),
        "following": following.text if following else "",
        "feed_url": f"/{plural}/{record.pk}/feed/",
        "open_tasks": [(each, tasks.is_overdue(each, now)) for each in waiting],
        "now": now,
        "may_write": permissions.may(request.user, f"{record._meta.model_name}.write", record),
        "outcomes": activities.OUTCOMES,
    }


def about(record: Record) -> About:
    name = str(record._meta.model_name)
    return About(**{name: record.pk})


def by_day(entries: Iterable[Entry]) -> Iterator[Day]:
    """The entries by day in the company's time zone, newest first."""
    for day, found in groupby(entries, key=lambda each: timezone.localdate(each.happened_at)):
        yield Day(_title(day), tuple(found))


def _title(day: date) -> str:
    past = (timezone.localdate() - day).days
    if past in (0, 1):
        return ("Today", "Yesterday")[past]
    return date_format(day, "l, j F" if 0 < past < 180 else "j F Y")


def _on(record: Record) -> dict[str, Any]:
    """The keyword that says what an activity or task is on."""
    match record:
        case Contact():
            return {"contact": record}
        case Company():
            return {"company": record}
        case Deal():
            return {"deal": record}
        case _:
            raise TypeError(record)
