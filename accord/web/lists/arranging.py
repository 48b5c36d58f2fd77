"""How a list is laid out: its order, its columns with their places and widths, its density."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.views.decorators.http import require_safe

from accord.web.http import StaffRequest
from accord.web.lists import nouns
from accord.web.staff import staff


@staff()
@require_safe
def columns(request: StaffRequest, plural: str) -> HttpResponse:
    """Show these columns in this order and go back to the list.

    `earlier` and `later` name a column to move by one place; `width-stage` is in pixels.
    """
    nouns.noun(plural)
    asked = request.GET
    names = asked.getlist("column")
    _move(names, asked.get("earlier", ""), -1)
    _move(names, asked.get("later", ""), 1)
    widths = [(name, asked.get(f"width-{name}", "").strip()) for name in ["name", *names]]
    layout = {
        "columns": ",".join(names),
        "widths": ",".join(f"{name}:{width}" for name, width in widths if width),
        "density": asked.get("density", ""),
        "size": asked.get("size", ""),
    }
    return _back(plural, asked.get("query", ""), layout)


@staff()
@require_safe
def order(request: StaffRequest, plural: str) -> HttpResponse:
    """Order the list by these fields, the first before the second, and go back to it."""
    nouns.noun(plural)
    pairs = zip(request.GET.getlist("by"), request.GET.getlist("down"), strict=False)
    keys = {name: f"-{name}" if down else name for name, down in reversed(list(pairs)) if name}
    sort = ",".join(reversed(keys.values()))
    return _back(plural, request.GET.get("query", ""), {"sort": sort})


def _move(names: list[str], name: str, step: int) -> None:
    if name in names:
        at = names.index(name)
        names.insert(max(0, at + step), names.pop(at))


def _back(plural: str, query: str, layout: dict[str, str]) -> HttpResponse:
    address = QueryDict(query, mutable=True)
    address.pop("page", None)
    for name, text in layout.items():
        address.pop(name, None)
        if text:
            address[name] = text
    return HttpResponseRedirect(f"/{plural}/?{address.urlencode()}")
