"""Settings > Consent > Privacy page: who is responsible, and the company's own text."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accord.platform.access import preferences
from accord.web.http import StaffRequest
from accord.web.settings.consents.consent_forms import PolicyForm
from accord.web.staff import staff


@staff("consent.manage")
def page(request: StaffRequest) -> HttpResponse:
    chosen = preferences.current()
    now = {name: getattr(chosen, name) for name in PolicyForm.base_fields}
    form = PolicyForm(request.POST or None, initial=now)
    if form.is_valid():
        preferences.change(**form.cleaned_data, by=request.user)
        messages.success(request, "Saved. The page says so from now on.")
        return redirect("settings-policy")
    status = 422 if form.errors else 200
    return render(request, "settings/policy.html", {"form": form}, status=status)
