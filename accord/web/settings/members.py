"""Who works here: invite, give roles, switch off, merge."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accord.engine.errors import Refused
from accord.platform.access import accounts, permissions, placeholders, teams
from accord.platform.access.permissions import Forbidden
from accord.platform.models import Role, User
from accord.web.accounts import letters
from accord.web.http import StaffRequest
from accord.web.settings import forms
from accord.web.staff import staff

_SHOWN_ONCE = "invitation"


def _people() -> QuerySet[User]:
    return User.objects.people().select_related("team")


@staff("members.manage")
@require_safe
def page(request: StaffRequest) -> HttpResponse:
    people = list(_people().order_by(Lower("name"), "pk"))
    for person in people:
        person.role_names = [Role(role).label for role in person.roles]  # type: ignore[attr-defined]
    return render(request, "settings/members.html", {"people": people})


@staff("members.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: StaffRequest) -> HttpResponse:
    form = forms.InviteForm(request.POST or None, by=request.user)
    if form.is_valid():
        try:
            with transaction.atomic():
                invited = accounts.invite(**form.cleaned_data, by=request.user)
                letters.invite(invited, by=request.user)
        except Forbidden:
            raise
        except Refused as refusal:
            _blame(form, refusal)
        else:
            return _handed_out(request, invited)
    return _new(request, form, forms.PlaceholderForm())


@staff("members.manage")
@require_POST
def placeholder(request: StaffRequest) -> HttpResponse:
    form = forms.PlaceholderForm(request.POST)
    if not form.is_valid():
        return _new(request, forms.InviteForm(by=request.user), form)
    user = accounts.placeholder(**form.cleaned_data, by=request.user)
    messages.success(request, f"{user} is here and can own records.")
    return redirect("settings-member", user.pk)


@staff("members.manage")
@require_safe
def member(request: StaffRequest, pk: int) -> HttpResponse:
    return _page(request, get_object_or_404(_people(), pk=pk))


@staff("members.manage")
@require_POST
def name(request: StaffRequest, pk: int) -> HttpResponse:
    def act(user: User, said: dict[str, Any]) -> None:
        accounts.rename(user, name=said["name"], by=request.user)

    return _change(request, pk, forms.NameForm(request.POST), act, "The name is saved.")


@staff("members.manage")
@require_POST
def roles(request: StaffRequest, pk: int) -> HttpResponse:
    def act(user: User, said: dict[str, Any]) -> None:
        accounts.set_roles(user, roles=said["roles"], by=request.user)

    form = forms.RolesForm(request.POST, by=request.user)
    return _change(request, pk, form, act, "The roles are saved and hold from now on.")


@staff("members.manage")
@require_POST
def team(request: StaffRequest, pk: int) -> HttpResponse:
    def act(user: User, said: dict[str, Any]) -> None:
        teams.join(user, team=said["team"], by=request.user)

    return _change(request, pk, forms.TeamForm(request.POST), act, "The team is saved.")


@staff("members.manage")
@require_POST
def access(request: StaffRequest, pk: int) -> HttpResponse:
    on = request.POST.get("on") == "1"

    def act(user: User, said: dict[str, Any]) -> None:
        (accounts.enable if on else accounts.disable)(user, by=request.user)

    done = "The account is on again." if on else "The account is off and signed out everywhere."
    return _change(request, pk, None, act, done)


@staff("members.manage")
@require_POST
def invitation(request: StaffRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(_people(), pk=pk)
    form = forms.AddressForm(request.POST)
    refused = ""
    if form.is_valid():
        try:
            with transaction.atomic():
                address = form.cleaned_data["email"]
                roles = user.roles or [Role.READ_ONLY]
                invited = accounts.invite_again(user, email=address, roles=roles, by=request.user)
                letters.invite(invited, by=request.user)
        except Forbidden:
            raise
        except accounts.AlreadySignsIn as refusal:
            refused = str(refusal)
        except Refused as refusal:
            _blame(form, refusal)
        else:
            return _handed_out(request, invited)
    permissions.require_manage(request.user, user)
    return _page(request, user, refusal=refused, address_form=form)


@staff("members.manage")
@require_POST
def second_step(request: StaffRequest, pk: int) -> HttpResponse:
    def act(user: User, said: dict[str, Any]) -> None:
        accounts.drop_second_step(user, by=request.user)

    return _change(request, pk, None, act, "They sign in with the password alone now.")


@staff("members.manage")
@require_POST
def merge(request: StaffRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(_people(), pk=pk)
    form = forms.MergeForm(request.POST)
    if not form.is_valid():
        permissions.require_manage(request.user, user)
        return _page(request, user, merge_form=form)
    into: User = form.cleaned_data["into"]
    try:
        moved = placeholders.merge(user, into=into, by=request.user)
    except (placeholders.NotPlaceholder, placeholders.MergeIntoPerson) as refusal:
        form.add_error("into", str(refusal))
        return _page(request, user, merge_form=form)
    messages.success(request, f"{moved} records and links of {user} are {into}'s now.")
    return redirect("settings-member", into.pk)


def _change(
    request: StaffRequest,
    pk: int,
    form: Any,
    act: Callable[[User, dict[str, Any]], None],
    done: str,
) -> HttpResponse:
    """Do one thing to one person; what the trade forbids is said on their page."""
    user = get_object_or_404(_people(), pk=pk)
    permissions.require_manage(request.user, user)
    if form is not None and not form.is_valid():
        sentences = [sentence for errors in form.errors.values() for sentence in errors]
        return _page(request, user, refusal=" ".join(sentences))
    try:
        act(user, form.cleaned_data if form is not None else {})
    except Forbidden:
        raise
    except Refused as refusal:
        return _page(request, get_object_or_404(_people(), pk=pk), refusal=str(refusal))
    messages.success(request, done)
    return redirect("settings-member", pk)


def _page(request: StaffRequest, user: User, refusal: str = "", **bound: Any) -> HttpResponse:
    shown = request.session.pop(_SHOWN_ONCE, None) if request.method == "GET" else None
    values = {
        "member": user,
        "refusal": refusal,
        "may_manage": permissions.may_manage(request.user, user),
        "second_step": Authenticator.objects.filter(user=user).exists(),
        "link": shown["url"] if shown and shown["user"] == user.pk else "",
        "name_form": forms.NameForm(initial={"name": user.name}),
        "roles_form": forms.RolesForm(initial={"roles": user.roles}, by=request.user),
        "team_form": forms.TeamForm(initial={"team": user.team_id}),
        "address_form": forms.AddressForm(initial={"email": user.email}),
        "merge_form": forms.MergeForm() if user.is_placeholder else None,
    } | bound
    status = 422 if refusal or bound else 200
    return render(request, "settings/member.html", values, status=status)


def _new(
    request: StaffRequest, form: forms.InviteForm, placeholder: forms.PlaceholderForm
) -> HttpResponse:
    values = {"form": form, "placeholder_form": placeholder}
    status = 422 if form.errors or placeholder.errors else 200
    return render(request, "settings/member_new.html", values, status=status)


def _handed_out(request: StaffRequest, invited: accounts.Invitation) -> HttpResponse:
    """The link is shown once, for those who would rather hand it over themselves."""
    request.session[_SHOWN_ONCE] = {"user": invited.user.pk, "url": invited.url}
    messages.success(request, f"An invitation to {invited.user.email} is on its way.")
    return redirect("settings-member", invited.user.pk)


def _blame(form: Any, refusal: Refused) -> None:
    about_address = isinstance(
        refusal, accounts.BadAddress | accounts.AddressTaken | accounts.NeedsAddress
    )
    form.add_error("email" if about_address else None, str(refusal))
