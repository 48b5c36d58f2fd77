"""Settings > Brand: what public pages look like."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accord.platform import brand
from accord.platform.access import preferences
from accord.web.http import StaffRequest
from accord.web.settings.forms import BrandForm
from accord.web.staff import staff


@staff("settings.manage")
def page(request: StaffRequest) -> HttpResponse:
    """The colour; a POST chooses another."""
    chosen = preferences.current()
    form = BrandForm(request.POST or None, initial={"colour": chosen.brand_colour})
    if form.is_valid():
        try:
            brand.colour(form.cleaned_data["colour"], by=request.user)
        except brand.BadColour as refusal:
            form.add_error("colour", str(refusal))
        else:
            messages.success(request, "Saved.")
            return redirect("settings-brand")
    values = {"form": form, "most_kb": brand.LOGO_KB}
    return render(request, "settings/brand.html", values, status=422 if form.errors else 200)


@staff("settings.manage")
@require_POST
def logo(request: StaffRequest) -> HttpResponse:
    """A picture sent becomes the logo; none takes it away."""
    if file := request.FILES.get("logo"):
        brand.put_logo(file.read(brand.LOGO_KB * 1000 + 1), by=request.user)
        messages.success(request, "Public pages show the logo.")
    else:
        brand.remove_logo(by=request.user)
        messages.success(request, "Public pages show the company’s name.")
    return redirect("settings-brand")
