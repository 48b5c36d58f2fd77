"""The first step: a file, and what its rows are."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accord.engine.errors import Refused
from accord.platform.access import permissions
from accord.platform.access.permissions import Forbidden
from accord.platform.models import Import, User
from accord.platform.transfer import imports, mapping, targets
from accord.web.http import StaffRequest
from accord.web.staff import staff
from accord.web.transfer import drafts

ORDER = ("contacts", "companies", "deals", "products", "users")


class NoFile(Refused):
    """Choose a file first: CSV, XLSX or ODS, packed with gzip or not."""


@dataclass(frozen=True)
class Offer:
    """Something the rows can be."""

    name: str
    label: str
    chosen: bool


@staff("import.run")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: StaffRequest) -> HttpResponse:
    asked = request.POST or request.GET
    like, into, error = _like(request, asked.get("like", "")), asked.get("into", ""), ""
    if request.method == "POST":
        try:
            return _begin(request, into, like)
        except Forbidden:
            raise
        except Refused as refusal:
            error = str(refusal)
    context = {
        "offers": _offers(request.user, into),
        "error": error,
        "like": like,
        "most": settings.IMPORT_MAX_MB,
        "steps": [
            drafts.Stop(label, "", False, number == 0)
            for number, (_, label) in enumerate(drafts.STEPS)
        ],
    }
    return render(request, "transfer/upload.html", context, status=422 if error else 200)


def _like(request: StaffRequest, pk: str) -> Import | None:
    """The import whose mapping the new one takes over, where this person may see it."""
    seen = imports.visible_to(request.user).exclude(mapping={})
    return seen.filter(pk=int(pk)).first() if pk.isdecimal() and len(pk) < 10 else None


def _begin(request: StaffRequest, into: str, like: Import | None) -> HttpResponse:
    file = request.FILES.get("file")
    if file is None or not file.size:
        raise NoFile
    name = file.name or "file"
    job = imports.begin(file, name=name, into=into, by=request.user)  # type: ignore[arg-type]
    if like:
        # A file with other columns is mapped anew.
        with suppress(Refused):
            imports.set_mapping(job, mapping.from_json(like.mapping), by=request.user)
    return redirect("import-map", job.pk)


def _offers(user: User, into: str) -> list[Offer]:
    known = [name for name in ORDER if name in targets.names()]
    found = [targets.named(name) for name in known]
    mine = [
        each
        for each in found
        if permissions.may(user, each.permission) and permissions.may(user, each.write)
    ]
    chosen = into if into in known else known[0]
    return [Offer(each.name, each.label, each.name == chosen) for each in mine]
