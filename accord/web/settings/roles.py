from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accord.platform.access import permissions, preferences
from accord.platform.access.permissions import Scope
from accord.platform.models import Role
from accord.web.http import StaffRequest
from accord.web.settings.forms import ROLE_HINTS, SellersForm
from accord.web.staff import staff

_WORDS = {
    Scope.NONE: "",
    Scope.OWN: "own and unowned",
    Scope.TEAM: "own team's",
    Scope.LED: "teams they lead",
    Scope.ALL: "yes",
}


@dataclass(frozen=True)
class Row:
    """One permission, and what each role may do, in the order of the roles."""

    label: str
    words: tuple[str, ...]


def rows() -> list[Row]:
    return [
        Row(label, tuple(_WORDS[permissions.granted(role, name)] for role in Role.values))
        for name, label in permissions.PERMISSIONS.items()
    ]


@staff()
@require_safe
def page(request: StaffRequest) -> HttpResponse:
    chosen = preferences.current()
    now = {"seller_reads": chosen.seller_reads, "seller_writes_team": chosen.seller_writes_team}
    values = {
        "roles": [(role.label, ROLE_HINTS[role]) for role in Role],
        "rows": rows(),
        "form": SellersForm(initial=now)
        if permissions.may(request.user, "settings.manage")
        else None,
    }
    return render(request, "settings/roles.html", values)


@staff("settings.manage")
@require_POST
def sellers(request: StaffRequest) -> HttpResponse:
    form = SellersForm(request.POST)
    if form.is_valid():
        preferences.change(**form.cleaned_data, by=request.user)
        messages.success(request, "Saved. It holds from now on.")
    return redirect("settings-roles")
