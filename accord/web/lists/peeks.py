"""A look at a record from the list, beside it, without leaving."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accord.people import fields
from accord.web.http import StaffRequest
from accord.web.lists import nouns, shown
from accord.web.staff import staff

MOST = 14


@staff()
@require_safe
def peek(request: StaffRequest, plural: str, pk: int) -> HttpResponse:
    noun = nouns.noun(plural)
    record = nouns.record(noun, request.user, pk)
    known = (field for field in fields.catalogue(noun.name).values() if field.listed)
    pairs = ((field, shown.cell(record, field)) for field in known)
    facts = [(field, html) for field, html in pairs if html and field.name != "name"]
    context = {"noun": noun, "record": record, "facts": facts[:MOST]}
    return render(request, "lists/_peek.html", context)
