from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accord.platform.access import accounts
from accord.platform.models import Role, User
from accord.web.http import StaffRequest
from accord.web.settings.forms import DisplayForm, NameForm
from accord.web.staff import staff


@staff()
@require_safe
def home(request: StaffRequest) -> HttpResponse:
    return redirect("settings-profile")


@staff()
@require_safe
def page(request: StaffRequest) -> HttpResponse:
    return _page(request, NameForm(initial={"name": request.user.name}))


@staff()
@require_POST
def name(request: StaffRequest) -> HttpResponse:
    form = NameForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    accounts.rename(request.user, name=form.cleaned_data["name"], by=request.user)
    messages.success(request, "Your name is saved.")
    return redirect("settings-profile")


@staff()
@require_POST
def display(request: StaffRequest) -> HttpResponse:
    form = DisplayForm(request.POST)
    if form.is_valid():
        accounts.set_theme(request.user, theme=form.cleaned_data["theme"])
        accounts.set_single_keys(request.user, on=form.cleaned_data["single_keys"])
        messages.success(request, "Saved.")
    return redirect("settings-profile")


@staff()
@require_POST
def theme(request: StaffRequest) -> HttpResponse:
    """What the shell's switch between light and dark posts."""
    chosen = request.POST.get("theme", "")
    if chosen not in User.Theme.values:
        return HttpResponseBadRequest("There is no such theme: write auto, light or dark.")
    accounts.set_theme(request.user, theme=chosen)
    return HttpResponse(status=204)


def _page(request: StaffRequest, form: NameForm) -> HttpResponse:
    display = {"theme": request.user.theme, "single_keys": request.user.single_keys}
    values = {
        "form": form,
        "display": DisplayForm(initial=display),
        "roles": [Role(role).label for role in request.user.roles],
    }
    status = 422 if form.errors else 200
    return render(request, "settings/profile.html", values, status=status)
