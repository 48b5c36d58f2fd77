"""How people come in: the first owner by the set-up link, everybody else by invitation."""

from __future__ import annotations

from allauth.account.utils import perform_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accord.engine.errors import Refused
from accord.platform import links
from accord.platform.access import accounts
from accord.platform.models import User
from accord.web.accounts.forms import SetupForm, WelcomeForm, default_company
from accord.web.public.guesses import slowed


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@slowed
def setup(request: HttpRequest, token: str) -> HttpResponse:
    try:
        links.find(links.Kind.SETUP, token)
    except links.LinkSpent:
        return _spent(request)
    form = SetupForm(request.POST or None, initial={"company": default_company()})
    if form.is_valid():
        try:
            owner = accounts.create_owner(token=token, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(_field_of(refusal), str(refusal))
        else:
            return _enter(request, owner)
    return render(request, "account/setup.html", {"form": form}, status=_status(form))


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@slowed
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    try:
        invited = links.find(links.Kind.INVITE, token).user
    except links.LinkSpent:
        return _spent(request)
    form = WelcomeForm(request.POST or None, initial={"name": invited.name if invited else ""})
    if form.is_valid():
        try:
            user = accounts.accept(token=token, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(_field_of(refusal), str(refusal))
        else:
            return _enter(request, user)
    page = {"form": form, "invited": invited}
    return render(request, "account/invitation.html", page, status=_status(form))


def _enter(request: HttpRequest, user: User) -> HttpResponse:
    """Sign in with a session of its own, whoever used this browser before."""
    request.session.flush()
    answer: HttpResponse = perform_login(request, user, email_verification="none")
    return answer


def _spent(request: HttpRequest) -> HttpResponse:
    return render(request, "account/link_spent.html", status=410)


def _status(form: WelcomeForm) -> int:
    return 422 if form.errors else 200


def _field_of(refusal: Refused) -> str | None:
    match refusal:
        case accounts.WeakPassword():
            return "password"
        case accounts.BadAddress() | accounts.AddressTaken():
            return "email"
        case _:
            return None
