"""A list as a file: the rows as filtered and sorted, the columns as chosen."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accord.people import exports, fields
from accord.people.consents import restrictions
from accord.platform.access import permissions
from accord.platform.trail import audit
from accord.web.http import StaffRequest
from accord.web.lists import asking, nouns
from accord.web.lists.nouns import Noun
from accord.web.staff import staff
from accord.web.streams import Streamed

# What an import recognises records by stands in every file, so that it can come back.
NAMES = ("first_name", "last_name", "name")
KEYS = ("email", "domain", "external_id")
_KNOWN = "restricted"  # "out": who asks knows that the file leaves them out


@staff("export.run")
@require_safe
def export(request: StaffRequest, plural: str) -> HttpResponseBase:
    noun = nouns.noun(plural)
    permissions.require(request.user, noun.read)
    asked = asking.read(noun, request.GET, request.user)
    catalogue = fields.catalogue(noun.name)
    chosen = dict.fromkeys([*NAMES, *(column.name for column in asked.columns), *KEYS])
    halved = "last_name" in catalogue
    columns = [catalogue[n] for n in chosen if n in catalogue and not (halved and n == "name")]
    rows, left = asking.rows(asked), 0
    if noun is nouns.CONTACTS:
        rows, left = restrictions.apart(rows)
        if left and request.GET.get(_KNOWN) != "out":
            return _tell(request, noun, left)
    count = rows.order_by().count()
    audit.record("list.exported", by=request.user, list=plural, rows=count, left_out=left)
    name = f"{plural}-{timezone.localdate().isoformat()}.csv"
    return Streamed(
        exports.written(columns, rows.iterator(chunk_size=exports.CHUNK), attach=noun.attach),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _tell(request: StaffRequest, noun: Noun, left: int) -> HttpResponse:
    """Before the file: who is not in it, and why."""
    wanted = request.GET.copy()
    wanted[_KNOWN] = "out"
    context = {
        "noun": noun,
        "sentence": restrictions.said(left),
        "query": wanted.urlencode(),
        "back": request.GET.urlencode(),
    }
    return render(request, "transfer/restricted.html", context)
