"""Campaigns: planned efforts, what they cost and what they brought."""

from __future__ import annotations

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accord.engine.errors import Refused
from accord.marketing import campaigns as verbs
from accord.marketing import results
from accord.marketing.models import Campaign
from accord.people import fields
from accord.people.origins import channels
from accord.people.records import Conflict
from accord.platform import currencies
from accord.platform.access import permissions
from accord.web.http import StaffRequest, number
from accord.web.lists import asking, bulk, nouns, tables
from accord.web.marketing import brought, figures, forms
from accord.web.parts import render_parts
from accord.web.staff import staff


@staff("campaign.read")
@require_safe
def campaigns(request: StaffRequest) -> HttpResponse:
    asked = asking.read(nouns.CAMPAIGNS, request.GET, request.user)
    context = tables.context(asked)
    context |= figures.beside(context["lines"], request.user)
    context["change"] = bulk.shown(request, nouns.CAMPAIGNS)
    return render_parts(request, "lists/table.html", {"rows": "lists/_rows.html"}, context)


@staff("campaign.read")
@require_safe
def campaign(request: StaffRequest, pk: int) -> HttpResponse:
    found = _campaign(request, pk)
    context = {
        "campaign": found,
        "channel": _channel(found),
        "result": results.of([found], request.user)[found.pk],
        "brought": brought.by_mark(found, request.user),
        "months": brought.months(found, request.user),
        "costs": list(found.costs.all()),
        "currency": currencies.reporting(),
        "today": timezone.localdate(),
        "may_write": permissions.may(request.user, "campaign.write", found),
    }
    return render(request, "marketing/campaign.html", context)


@staff("campaign.write")
def new(request: StaffRequest) -> HttpResponse:
    return _edit(request, None)


@staff("campaign.write")
def change(request: StaffRequest, pk: int) -> HttpResponse:
    return _edit(request, _campaign(request, pk))


@staff("campaign.write")
@require_POST
def delete(request: StaffRequest, pk: int) -> HttpResponse:
    """Hide the campaign; the page after it offers to bring it back."""
    found = _campaign(request, pk)
    verbs.delete(found, by=request.user)
    return render(request, "marketing/deleted.html", {"campaign": found})


@staff("campaign.write")
@require_POST
def restore(request: StaffRequest, pk: int) -> HttpResponse:
    verbs.restore(get_object_or_404(Campaign, pk=pk), by=request.user)
    return redirect("campaign", pk)


def _edit(request: StaffRequest, found: Campaign | None) -> HttpResponse:
    form = forms.form(request.POST or None, found, request.user.pk)
    values = forms.values(form) if request.method == "POST" else None
    if values is not None:
        try:
            saved = _save(request, found, values)
        except Conflict as conflict:
            return _both(request, found, form, conflict)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "The campaign is saved.")
            return redirect("campaign", saved.pk)
    context = {"form": form, "campaign": found, "version": found.version if found else ""}
    status = 422 if form.errors else 200
    return render(request, "marketing/form.html", context, status=status)


def _both(
    request: StaffRequest, found: Campaign | None, form: Form, conflict: Conflict
) -> HttpResponse:
    """Somebody saved meanwhile: their values stand beside one's own, to keep either."""
    for name, theirs in conflict.theirs.items():
        if theirs != conflict.mine[name]:
            shown = fields.show(fields.field("campaign", name), theirs) or "nothing"
            form.add_error(name, f"Somebody changed this to “{shown}” meanwhile.")
    form.add_error(
        None, "Somebody saved this campaign while you wrote. “Keep mine” saves your words."
    )
    context = {"form": form, "campaign": found, "version": conflict.version, "both": True}
    return render(request, "marketing/form.html", context, status=409)


def _save(request: StaffRequest, found: Campaign | None, values: dict[str, object]) -> Campaign:
    if found is None:
        given = {name: value for name, value in values.items() if value not in (None, "", ())}
        return verbs.create(values=given, by=request.user)
    version = number(request.POST.get("version", ""))
    return verbs.change(found, values=values, version=version, by=request.user)


def _campaign(request: StaffRequest, pk: int) -> Campaign:
    return get_object_or_404(Campaign.objects.visible_to(request.user), pk=pk)


def _channel(found: Campaign) -> str:
    known = channels.CHANNELS.get(found.channel)
    return known.label if known else ""
