"""Settings > Currencies: the reporting currency and the dated rates of the others."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accord.engine.errors import Refused
from accord.platform import currencies as verbs
from accord.platform.models import ExchangeRate
from accord.web.http import StaffRequest
from accord.web.staff import staff


class UnreadableRate(Refused):
    """Write the day as year-month-day and the rate as a number, for example 0.92."""


@staff("settings.manage")
def currencies(request: StaffRequest) -> HttpResponse:
    if request.method == "POST" and "reporting" in request.POST:
        verbs.change_reporting(request.POST["reporting"], by=request.user)
        return redirect("settings-currencies")
    if request.method == "POST":
        on, rate = _rate(request)
        currency = request.POST.get("currency", "")
        verbs.set_rate(currency=currency, on=on, rate=rate, by=request.user)
        return redirect("settings-currencies")
    context = {"rates": verbs.rates(), "reporting": verbs.reporting()}
    return render(request, "settings/currencies.html", context)


@staff("settings.manage")
@require_POST
def remove(request: StaffRequest, pk: int) -> HttpResponse:
    verbs.remove_rate(get_object_or_404(ExchangeRate, pk=pk), by=request.user)
    return redirect("settings-currencies")


def _rate(request: StaffRequest) -> tuple[date, Decimal]:
    try:
        on = date.fromisoformat(request.POST.get("on", ""))
        return on, Decimal(request.POST.get("rate", "").replace(",", "."))
    except (ValueError, InvalidOperation):
        raise UnreadableRate from None
