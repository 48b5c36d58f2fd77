"""Today: what is to be done, what is new, and how the month stands."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accord.platform.access import accounts, permissions, preferences
from accord.sales.agenda import tasks
from accord.web import hats
from accord.web.http import StaffRequest
from accord.web.staff import staff
from accord.web.tasks import lines
from accord.web.today import changes, deals, leads, month, steps

SHOWN = 9


@staff()
@require_safe
def today(request: StaffRequest) -> HttpResponse:
    return render(request, "today/today.html", _page(request))


@staff()
@require_POST
def first_steps(request: StaffRequest) -> HttpResponse:
    """Put the first steps away, or with show=1 bring them back."""
    accounts.hide_checklist(request.user, on="show" not in request.POST)
    return redirect("today")


def _page(request: StaffRequest) -> dict[str, Any]:
    user, now = request.user, timezone.now()
    worn, today = hats.of(user), timezone.localdate(now)
    before = changes.last_working_day(today)
    due = tasks.due_first(user, now, SHOWN)
    read = bool(request.session.get("report_read"))
    first = [] if user.checklist_hidden else steps.steps(user, read=read)
    open_steps = [step for step in first if not step.done]
    return {
        "now": now,
        "hats": worn,
        "due": lines.lines(due.first, now),
        "due_count": due.count,
        "late": due.overdue,
        "leads": leads.new(user, worn, now) if worn.leads else [],
        "attention": deals.attention(user, worn, now) if worn.deals else [],
        "changes": changes.since(before, user, worn, now),
        "since": "yesterday" if (today - before).days == 1 else f"{before:%A}",
        "month": month.figures(user, worn, now),
        "currency": preferences.current().reporting_currency,
        "may_privacy": permissions.may(user, "privacy.manage"),
        "steps": first if open_steps else [],
        "steps_done": len(first) - len(open_steps),
    }
