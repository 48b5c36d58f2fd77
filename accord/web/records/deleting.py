"""Deleting a record hides it for 30 days; undo brings it back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accord.platform.access import permissions
from accord.web.http import StaffRequest
from accord.web.lists import nouns
from accord.web.staff import staff


@staff()
@require_POST
def delete(request: StaffRequest, plural: str, pk: int) -> HttpResponse:
    noun = nouns.noun(plural)
    record = nouns.record(noun, request.user, pk)
    noun.delete(record, by=request.user)
    return redirect(f"/{plural}/{pk}/deleted/")


@staff()
def deleted(request: StaffRequest, plural: str, pk: int) -> HttpResponse:
    """Says that the record is gone and offers to bring it back."""
    noun = nouns.noun(plural)
    permissions.require(request.user, noun.write)
    record = get_object_or_404(noun.model.objects.exclude(deleted_at=None), pk=pk)
    permissions.require(request.user, noun.write, record)
    if request.method == "POST":
        noun.restore(record, by=request.user)
        messages.success(request, f"{record} is back.")
        return redirect(f"/{plural}/{pk}/")
    return render(request, "records/deleted.html", {"noun": noun, "record": record})
