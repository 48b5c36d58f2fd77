"""Settings > Reasons: why deals are won and lost."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accord.sales.models import CloseReason, Deal
from accord.sales.pipeline import reasons as verbs
from accord.web.http import StaffRequest
from accord.web.staff import staff


@staff("settings.manage")
def reasons(request: StaffRequest) -> HttpResponse:
    if request.method == "POST":
        outcome = "won" if request.POST.get("outcome") == "won" else "lost"
        verbs.add(outcome=outcome, label=request.POST.get("label", ""), by=request.user)
        return redirect("settings-reasons")
    lists = [(outcome, verbs.to_pick(outcome.value)) for outcome in Deal.Outcome]
    return render(request, "settings/reasons.html", {"lists": lists})


@staff("settings.manage")
@require_POST
def reason(request: StaffRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(CloseReason, pk=pk)
    verbs.rename(found, label=request.POST.get("label", ""), by=request.user)
    return redirect("settings-reasons")


@staff("settings.manage")
@require_POST
def archive(request: StaffRequest, pk: int) -> HttpResponse:
    verbs.archive(get_object_or_404(CloseReason, pk=pk), by=request.user)
    return redirect("settings-reasons")
