"""What a campaign cost, row by row."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from accord.engine import money
from accord.marketing import campaigns as verbs
from accord.marketing.models import Campaign, CampaignCost
from accord.platform import currencies
from accord.web.http import StaffRequest
from accord.web.staff import staff
from accord.web.tasks import days


@staff("campaign.write")
@require_POST
def add(request: StaffRequest, pk: int) -> HttpResponse:
    """Write down a cost: a day, an amount (such as 1,250.00 USD), a note."""
    campaign = get_object_or_404(Campaign.objects.visible_to(request.user), pk=pk)
    paid = money.read(request.POST.get("amount", ""), currency=currencies.reporting())
    verbs.add_cost(
        campaign,
        on=days.moment(request.POST.get("on", "")).date(),
        amount=paid.amount,
        currency=paid.currency,
        note=request.POST.get("note", ""),
        by=request.user,
    )
    messages.success(request, "The cost is written down.")
    return redirect("campaign", pk)


@staff("campaign.write")
@require_POST
def remove(request: StaffRequest, pk: int, cost: int) -> HttpResponse:
    found = get_object_or_404(CampaignCost.objects.select_related("campaign"), pk=cost, campaign=pk)
    verbs.remove_cost(found, by=request.user)
    messages.success(request, "The cost was removed.")
    return redirect("campaign", pk)
