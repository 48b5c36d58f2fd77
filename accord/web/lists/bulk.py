"""Changing many records at once, with undo; above 200 it runs in the background."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import Q
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST, require_safe

from accord.people import bulk, fields, search
from accord.people.bulk import Edit, How
from accord.people.fields import Kind, filters
from accord.platform.access import permissions
from accord.platform.models import BulkChange
from accord.web.http import StaffRequest, number, numbers
from accord.web.lists import asking, cells, nouns
from accord.web.lists.nouns import Noun
from accord.web.staff import staff


@staff("bulk.edit")
@require_POST
def choose(request: StaffRequest, plural: str) -> HttpResponse:
    """The dialog: which field, which value, for how many."""
    noun = nouns.noun(plural)
    offered = bulk.editable(noun.name)
    name = request.POST.get("field")
    field = next((each for each in offered if each.name == name), offered[0])
    context = {
        "noun": noun,
        "column": field,
        "offered": offered,
        "field": cells.one(field, ""),
        "several": field.kind is Kind.TAGS,
        "ids": request.POST.getlist("id"),
        "all": request.POST.get("all", ""),
        "query": request.POST.get("query", ""),
    }
    return render(request, "lists/bulk.html", context)


@staff("bulk.edit")
@require_POST
def apply(request: StaffRequest, plural: str) -> HttpResponse:
    """Make the change and go back to the list, which says what was done and offers undo."""
    noun = nouns.noun(plural)
    field = fields.field(noun.name, request.POST.get("field", ""))
    value = cells.parsed(field, request.POST.get("value", ""))
    how = request.POST.get("how") or How.SET
    made = bulk.apply(
        noun.name,
        chosen=_chosen(request, noun),
        edit=Edit(field.name, value, how if how in How.values else How.SET),
        by=request.user,
    )
    return HttpResponseRedirect(_back(plural, request.POST.get("query", ""), made))


@staff("bulk.edit")
@require_safe
def state(request: StaffRequest, plural: str, pk: int) -> HttpResponse:
    """How far a change has come; asked again until it is done."""
    return render(request, "lists/_bulk_state.html", _context(request, plural, pk))


@staff("bulk.edit")
@require_POST
def undo(request: StaffRequest, plural: str, pk: int) -> HttpResponse:
    made = bulk.undo(_context(request, plural, pk)["change"], by=request.user)
    query = request.POST.get("query", "")
    return HttpResponseRedirect(_back(plural, query, made))


def shown(request: StaffRequest, noun: Noun) -> BulkChange | None:
    """The change the list should tell of: the one its address names, if it is theirs."""
    changed = number(request.GET.get("changed", ""))
    if changed is None:
        return None
    mine = BulkChange.objects.filter(noun=noun.name, by=request.user)
    return mine.defer("ids", "before").filter(pk=changed).first()


def _context(request: StaffRequest, plural: str, pk: int) -> dict[str, Any]:
    noun = nouns.noun(plural)
    mine = BulkChange.objects.filter(noun=noun.name, by=request.user)
    return {"noun": noun, "change": get_object_or_404(mine, pk=pk)}


def _back(plural: str, query: str, made: BulkChange) -> str:
    address = QueryDict(query, mutable=True)
    address["changed"] = str(made.pk)
    return f"/{plural}/?{address.urlencode()}"


def _chosen(request: StaffRequest, noun: Noun) -> Collection[int] | Q:
    """The chosen rows; with `all`, the condition of the whole view."""
    permissions.require(request.user, noun.write)
    if request.POST.get("all") == "1":
        asked = asking.read(noun, QueryDict(request.POST.get("query", "")), request.user)
        condition = filters.condition(asked.filters)
        return condition & search.matching(asked.words) if asked.words else condition
    return numbers(request.POST.getlist("id"))
