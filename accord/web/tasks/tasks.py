"""A person's tasks: added, ticked, put off and deleted without leaving the page."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from accord.platform.access import permissions
from accord.sales.agenda import tasks as verbs
from accord.sales.models import Task
from accord.web import hats
from accord.web.http import StaffRequest
from accord.web.staff import staff
from accord.web.tasks import days, lines


@staff()
def tasks(request: StaffRequest) -> HttpResponse:
    """My tasks, or with whose=all those of the people I lead; a POST adds one."""
    if request.method == "POST":
        verbs.add(
            title=request.POST.get("title", ""),
            kind=request.POST.get("kind") or Task.Kind.TODO,
            due_at=days.moment(request.POST.get("due", "")),
            by=request.user,
        )
        messages.success(request, "Task added.")
        return redirect("tasks")
    return render(request, "tasks/tasks.html", _page(request))


@staff()
@require_POST
def done(request: StaffRequest, pk: int) -> HttpResponse:
    """Mark a task as done, or with done=0 as not done after all."""
    task = _task(pk)
    again = request.POST.get("done") == "0"
    (verbs.reopen if again else verbs.finish)(task, by=request.user)
    if not request.htmx:
        return redirect(_back(request))
    shown = lines.line(_task(pk), timezone.now())
    back = _back(request)
    context: dict[str, Any] = {"line": shown, "back": back}
    context["undo_fields"] = [("done", "0"), ("back", back)]
    context["days"] = days.chips() if back.startswith("/tasks/") else ()
    context["many"] = _many(request)
    return render(request, "tasks/_done.html", context)


@staff()
@require_POST
def due(request: StaffRequest, pk: int) -> HttpResponse:
    """Put a task off to another day; one with an hour keeps it."""
    task = _task(pk)
    hour = None if task.all_day else timezone.localtime(task.due_at).time()
    before = timezone.localtime(task.due_at).date()
    verbs.change(task, due_at=days.moment(request.POST.get("due", ""), hour), by=request.user)
    undo = {
        "text": f"Due {task.title}: {timezone.localtime(task.due_at):%d %b}.",
        "undo_url": request.path,
        "undo_fields": [("due", before.isoformat())],
    }
    return _changed(request, undo)


@staff()
@require_POST
def delete(request: StaffRequest, pk: int) -> HttpResponse:
    task = _task(pk)
    verbs.delete(task, by=request.user)
    return _changed(request, {"text": "Task deleted.", "undo_url": f"/tasks/{pk}/restoration/"})


@staff()
@require_POST
def restore(request: StaffRequest, pk: int) -> HttpResponse:
    verbs.restore(get_object_or_404(Task, pk=pk), by=request.user)
    return _changed(request, {"text": "Task restored."})


def _task(pk: int) -> Task:
    return get_object_or_404(Task.objects.alive().with_subjects(), pk=pk)


def _page(request: StaffRequest) -> dict[str, Any]:
    worn, many = hats.of(request.user), _many(request)
    return {
        "sections": lines.sections(worn.owned if many else request.user, timezone.now()),
        "many": many,
        "whose": "" if worn.whose == hats.YOURS else worn.whose,
        "days": days.chips(),
        "kinds": Task.Kind.choices,
        "may_add": permissions.may(request.user, "contact.write"),
    }


def _many(request: StaffRequest) -> bool:
    """Whether the page shows more than this person's own tasks: only who sees others' work may."""
    asked = request.POST.get("whose") or request.GET.get("whose")
    return asked == "all" and hats.of(request.user).whose != hats.YOURS


def _changed(request: StaffRequest, toast: dict[str, Any]) -> HttpResponse:
    if not request.htmx:
        messages.success(request, toast["text"])
        return redirect("tasks")
    return render(request, "tasks/_changed.html", _page(request) | {"toast": toast})


def _back(request: StaffRequest) -> str:
    """The page of ours the form stood on, else the tasks."""
    back = request.POST.get("back", "")
    return back if back and url_has_allowed_host_and_scheme(back, None) else "/tasks/"
