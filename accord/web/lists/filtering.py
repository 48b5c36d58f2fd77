"""Choosing a filter: field, operator, value; each step works by link and form."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accord.people import fields
from accord.people.fields import Field, filters
from accord.people.fields.filters import Op
from accord.web.http import StaffRequest
from accord.web.lists import cells, nouns
from accord.web.staff import staff

WORDS = {
    Op.IS: "is",
    Op.NOT: "is not",
    Op.HAS: "contains",
    Op.ANY: "is any of",
    Op.LT: "is less than",
    Op.GT: "is more than",
    Op.BETWEEN: "is between",
    Op.BEFORE: "is before",
    Op.AFTER: "is after",
    Op.WITHIN: "is in the last days",
    Op.EMPTY: "is empty",
    Op.FILLED: "is filled",
}
HINTS = {
    Op.ANY: "Several values, commas between them.",
    Op.BETWEEN: "Two values with a comma between them.",
    Op.WITHIN: "How many days: 30.",
    Op.BEFORE: "A day: 2026-03-31.",
    Op.AFTER: "A day: 2026-03-31.",
}
TYPED = frozenset({Op.HAS, Op.ANY, Op.BETWEEN, Op.WITHIN})


@staff()
@require_safe
def choose(request: StaffRequest, plural: str) -> HttpResponse:
    """The dialog that makes one filter of one field."""
    noun = nouns.noun(plural)
    field = fields.field(noun.name, request.GET.get("field", "owner"))
    offered = filters.operators(field)
    op = next((each for each in offered if each == request.GET.get("op")), offered[0])
    context = {
        "noun": noun,
        "column": field,
        "offered": [f for f in fields.catalogue(noun.name).values() if f.filterable],
        "operators": [(each, WORDS[each]) for each in offered],
        "op": op,
        "hint": HINTS.get(op, ""),
        "field": None if op in (Op.EMPTY, Op.FILLED) else _value(field, op),
        "query": request.GET.get("query", ""),
    }
    return render(request, "lists/filter.html", context)


@staff()
@require_safe
def add(request: StaffRequest, plural: str) -> HttpResponse:
    """Add the filter to the list's address and go there. Raises Refused where it reads badly."""
    noun = nouns.noun(plural)
    name, op, value = (request.GET.get(each, "").strip() for each in ("field", "op", "value"))
    text = f"{name}:{op}:{value}" if value else f"{name}:{op}"
    filters.parse(noun.name, [text], timezone.now(), user=request.user)
    before = QueryDict(request.GET.get("query", ""), mutable=True)
    before.appendlist("f", text)
    before.pop("page", None)
    return HttpResponseRedirect(f"/{plural}/?{before.urlencode()}")


def _value(field: Field, op: Op) -> object:
    return cells.typed(field) if op in TYPED else cells.one(field, "")
