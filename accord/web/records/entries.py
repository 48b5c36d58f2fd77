"""What people wrote into a timeline, corrected, taken away and brought back by who wrote it."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accord.people.records import Conflict
from accord.platform.access.permissions import Forbidden
from accord.sales.agenda import activities
from accord.sales.agenda.activities import Blank
from accord.sales.models import Activity
from accord.web.http import StaffRequest, number
from accord.web.lists import nouns
from accord.web.records import feed
from accord.web.staff import staff


@staff()
def entry(request: StaffRequest, plural: str, pk: int, activity: int) -> HttpResponse:
    """The form that corrects an entry, and what it sends."""
    noun, found = nouns.noun(plural), _entry(request, activity)
    record = nouns.record(noun, request.user, pk)
    context = {"noun": noun, "record": record, "body": request.POST.get("body", found.body)}
    status = 200
    if request.method == "POST":
        try:
            activities.edit(
                found,
                body=context["body"],
                version=number(request.POST.get("version", "")),
                by=request.user,
            )
        except Conflict:
            status, context["theirs"] = 409, True
        except Blank as refused:
            status, context["error"] = 422, str(refused)
        else:
            return redirect(f"/{plural}/{pk}/")
    found.refresh_from_db()
    return render(request, "records/entry.html", context | {"entry": found}, status=status)


@staff()
@require_POST
def delete(request: StaffRequest, plural: str, pk: int, activity: int) -> HttpResponse:
    noun = nouns.noun(plural)
    record = nouns.record(noun, request.user, pk)
    found = _entry(request, activity)
    activities.delete(found, by=request.user)
    toast = {
        "text": f"{found.get_kind_display()} deleted.",
        "undo_url": f"/{plural}/{pk}/activities/{activity}/restoration/",
    }
    return feed.answer(request, plural, record, toast)


@staff()
@require_POST
def restore(request: StaffRequest, plural: str, pk: int, activity: int) -> HttpResponse:
    noun = nouns.noun(plural)
    record = nouns.record(noun, request.user, pk)
    found = get_object_or_404(Activity, pk=activity)
    activities.restore(found, by=request.user)
    toast = {"text": f"{found.get_kind_display()} restored."}
    return feed.answer(request, plural, record, toast)


def _entry(request: StaffRequest, pk: int) -> Activity:
    found: Activity = get_object_or_404(Activity.objects.filter(deleted_at=None), pk=pk)
    if not activities.may_correct(found, request.user):
        raise Forbidden
    return found
