from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accord.insight import attribution
from accord.platform.access import preferences
from accord.web.http import StaffRequest
from accord.web.settings.forms import CompanyForm
from accord.web.staff import staff


@staff("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: StaffRequest) -> HttpResponse:
    chosen = preferences.current()
    now = {name: getattr(chosen, name) for name in CompanyForm.base_fields}
    form = CompanyForm(request.POST or None, initial=now)
    if form.is_valid():
        preferences.change(**form.cleaned_data, by=request.user)
        attribution.ask()  # looking back another span, every deal has other touches
        messages.success(request, "Saved.")
        return redirect("settings-company")
    values = {"form": form, "currency": chosen.reporting_currency}
    return render(request, "settings/company.html", values, status=422 if form.errors else 200)
