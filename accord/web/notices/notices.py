"""The bell: what runs in the background for somebody, and what colleagues gave them to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Max, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accord.marketing.models import Form, Submission
from accord.people import bulk, fields
from accord.people.segments import checking
from accord.platform.access import permissions
from accord.platform.models import BulkChange, Import, User
from accord.sales.models import Task
from accord.web import formats
from accord.web.http import StaffRequest
from accord.web.staff import staff

DAYS = 7
MOST = 20
BUSY = frozenset({"waiting", "running", "undoing"})
PLURALS = {"contact": "contacts", "company": "companies", "deal": "deals"}


@dataclass(frozen=True)
class Notice:
    """One line: what it is about, where it has got to, and the page that has the rest.

    percent: how far it has come, 0 to 100, while it runs; None once it has ended.
    """

    icon: str
    title: str
    detail: str
    url: str
    at: datetime
    percent: int | None = None


@staff()
@require_safe
def notices(request: StaffRequest) -> HttpResponse:
    """The list inside the bell's menu, and a page of its own by plain link."""
    since = timezone.now() - timedelta(days=DAYS)
    every = [
        *_imports(request.user, since),
        *_changes(request.user, since),
        *_tasks(request.user, since),
        *_segments(request.user),
        *_submissions(request.user, since),
    ]
    found = sorted(every, key=lambda each: (each.percent is not None, each.at), reverse=True)
    context = {
        "notices": found[:MOST],
        "busy": any(each.percent is not None for each in found),
        "days": DAYS,
    }
    template = "notices/_list.html" if request.htmx else "notices/notices.html"
    response = render(request, template, context)
    response["Vary"] = "HX-Request"
    return response


def _imports(user: User, since: datetime) -> Iterator[Notice]:
    mine = Import.objects.filter(by=user, created_at__gte=since).exclude(state="draft")
    for each in mine.defer("mapping", "rehearsal").order_by("-pk")[:MOST]:
        busy = each.state in BUSY
        counts = f"{each.created:,} new, {each.updated:,} changed, {each.errors:,} refused"
        yield Notice(
            icon="file-import",
            title=f"Import of {each.file_name}",
            detail=counts if each.state == "done" else each.get_state_display(),
            url=f"/imports/{each.pk}/",
            at=each.finished_at or each.created_at,
            percent=_percent(each.rows_done, each.rows) if busy else None,
        )


def _changes(user: User, since: datetime) -> Iterator[Notice]:
    mine = BulkChange.objects.filter(by=user, created_at__gte=since)
    mine = mine.filter(Q(total__gt=bulk.AT_ONCE) | Q(state__in=BUSY)).defer("ids", "before")
    for each in mine.order_by("-pk")[:MOST]:
        plural, busy = PLURALS[each.noun], each.state in BUSY
        known = fields.catalogue(each.noun).get(each.field)
        yield Notice(
            icon="pencil",
            title=f"{known.label if known else each.field} of {each.total:,} {plural}",
            detail=f"{each.done:,} changed" if each.state == "done" else each.get_state_display(),
            url=f"/{plural}/?changed={each.pk}",
            at=each.created_at,
            percent=_percent(each.done, each.total) if busy else None,
        )


def _tasks(user: User, since: datetime) -> Iterator[Notice]:
    given = Task.objects.filter(owner=user, done_at=None, deleted_at=None, created_at__gte=since)
    given = given.exclude(by=None).exclude(by=F("owner")).select_related("by")
    for each in given.order_by("-created_at")[:MOST]:
        due = formats.near(timezone.localtime(each.due_at).date(), timezone.localtime())
        title, detail = each.title, f"{each.by} gave you this, due {due}"
        yield Notice("checkbox", title, detail, "/tasks/", each.created_at)


def _segments(user: User) -> Iterator[Notice]:
    """Segments the nightly check found wrong, for those who run the system."""
    if not permissions.may(user, "system.manage"):
        return
    for each in checking.alarms():
        title, detail = (
            f"Segment {each.name} was wrong",
            f"{each.differed:,} members; evaluated anew",
        )
        yield Notice(
            "chart-pie", title, detail, "/settings/system/", each.checked_at or each.created_at
        )


def _submissions(user: User, since: datetime) -> Iterator[Notice]:
    """Forms somebody filled in, of those this person is told about: a line a form."""
    mine = Form.objects.visible_to(user).filter(Q(owner=user) | Q(told=user))
    sent = Submission.objects.filter(form__in=mine, at__gte=since).exclude(contact=None)
    counted = sent.values("form", "form__name").annotate(number=Count("pk"), newest=Max("at"))
    for each in counted.order_by("-newest")[:MOST]:
        detail = f"{each['number']:,} filled in within {DAYS} days"
        yield Notice("forms", each["form__name"], detail, f"/forms/{each['form']}/", each["newest"])


def _percent(done: int, of: int) -> int:
    return 100 * done // of if of else 0
