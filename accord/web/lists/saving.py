"""Saved views: keep a list as it is now, change it, let it go."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from accord.platform import views
from accord.platform.access import permissions
from accord.platform.models import SavedView
from accord.web.http import StaffRequest
from accord.web.lists import nouns
from accord.web.staff import staff


@staff()
def new(request: StaffRequest, plural: str) -> HttpResponse:
    """The dialog that names a view, and the view it makes."""
    noun = nouns.noun(plural)
    if request.method != "POST":
        context = {
            "noun": noun,
            "query": request.GET.get("query", ""),
            "may_share": permissions.may(request.user, "view.share"),
        }
        return render(request, "lists/view.html", context)
    made = views.save(
        noun.name,
        name=request.POST.get("name", ""),
        query=request.POST.get("query", ""),
        shared=bool(request.POST.get("shared")),
        by=request.user,
    )
    return HttpResponseRedirect(f"/{plural}/?view={made.pk}")


@staff()
@require_POST
def update(request: StaffRequest, plural: str, pk: int) -> HttpResponse:
    """Keep the list as it is now under the view's name."""
    views.change(_theirs(request, plural, pk), query=request.POST.get("query", ""), by=request.user)
    return HttpResponseRedirect(f"/{plural}/?view={pk}")


@staff()
def rename(request: StaffRequest, plural: str, pk: int) -> HttpResponse:
    """The dialog that gives a view another name, and the new name."""
    view = _theirs(request, plural, pk)
    if request.method != "POST":
        return render(request, "lists/rename.html", {"noun": nouns.noun(plural), "view": view})
    views.rename(view, name=request.POST.get("name", ""), by=request.user)
    return HttpResponseRedirect(f"/{plural}/?view={pk}")


@staff()
@require_POST
def share(request: StaffRequest, plural: str, pk: int) -> HttpResponse:
    """Let everybody use the view, or its owner alone again."""
    views.share(
        _theirs(request, plural, pk), shared=request.POST.get("shared") == "1", by=request.user
    )
    return HttpResponseRedirect(f"/{plural}/?view={pk}")


@staff()
def delete(request: StaffRequest, plural: str, pk: int) -> HttpResponse:
    """The dialog that asks, and the end of the view. The records in it stay."""
    view = _theirs(request, plural, pk)
    if request.method != "POST":
        return render(request, "lists/unview.html", {"noun": nouns.noun(plural), "view": view})
    views.delete(view, by=request.user)
    return HttpResponseRedirect(f"/{plural}/")


def _theirs(request: StaffRequest, plural: str, pk: int) -> SavedView:
    """The view, if it is this person's to change; raises Forbidden where it is not."""
    view = get_object_or_404(SavedView, pk=pk, noun=nouns.noun(plural).name)
    if not views.may_change(view, request.user):
        raise permissions.Forbidden
    return view
