from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accord.platform.access import sessions
from accord.web.http import StaffRequest
from accord.web.staff import staff


@staff()
@require_safe
def page(request: StaffRequest) -> HttpResponse:
    kinds = set(Authenticator.objects.filter(user=request.user).values_list("type", flat=True))
    values = {
        "second_step": Authenticator.Type.TOTP in kinds,
        "sessions": sessions.of(request.user, current_key=request.session.session_key),
    }
    return render(request, "settings/security.html", values)


@staff()
@require_POST
def others(request: StaffRequest) -> HttpResponse:
    ended = sessions.end(request.user, keep=request.session.session_key)
    messages.success(request, f"Signed out in {ended} other {'place' if ended == 1 else 'places'}.")
    return redirect("settings-security")


@staff()
@require_POST
def session(request: StaffRequest, pk: int) -> HttpResponse:
    if not sessions.end(request.user, only=pk, keep=request.session.session_key):
        raise Http404
    messages.success(request, "Signed out there.")
    return redirect("settings-security")
