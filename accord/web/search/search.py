"""Search: the list inside the palette, and a page of its own without scripts."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accord.people import search as engine
from accord.web import navigation
from accord.web.http import StaffRequest
from accord.web.search import found, recent
from accord.web.staff import staff

IN_PALETTE = 5  # of each noun
ON_PAGE = 50


@staff()
@require_safe
def search(request: StaffRequest) -> HttpResponse:
    """What fits `q`: records, pages, things to do. Without it the records opened last."""
    text = " ".join(request.GET.get("q", "").split())[: engine.LONGEST]
    inside = bool(request.htmx)
    # The palette has the main pages at hand already and sifts them as one types.
    menus = (navigation.SETTINGS,) if inside else (navigation.MAIN, navigation.SETTINGS)
    limit = IN_PALETTE if inside else ON_PAGE
    context = {
        "q": text,
        "records": found.records(text, request.user, limit) if text else recent.found(request),
        "pages": found.pages(text, request.user, menus),
        "actions": found.actions(text, request.user),
    }
    response = render(request, "search/_found.html" if inside else "search/search.html", context)
    response["Vary"] = "HX-Request"
    return response
