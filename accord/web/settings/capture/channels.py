"""Settings > Channels: the company's own rules, and a box that says what a visit is classed as."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accord.engine.capture import landings
from accord.engine.errors import Refused
from accord.people.models import ChannelRule
from accord.people.origins import channel_rules, channels
from accord.people.origins.channel_rules import Values
from accord.people.origins.channels import Told, Why
from accord.web.http import StaffRequest
from accord.web.settings.capture.channel_forms import RuleForm, VisitForm
from accord.web.staff import staff


@dataclass(frozen=True)
class Tested:
    """What the test box answers."""

    channel: str
    source: str
    because: str
    own: ChannelRule | None


@staff("settings.manage")
def page(request: StaffRequest) -> HttpResponse:
    """The rules in their order; a POST adds one, `url` in the address tests them."""
    form = RuleForm(request.POST or None)
    if form.is_valid():
        try:
            channel_rules.add(_values(form), by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "The rule is added. What arrives from now on is asked by it.")
            return redirect("settings-channels")
    asked = VisitForm(request.GET if "url" in request.GET else None)
    context = {
        "rules": [(each, _label(each.channel)) for each in channel_rules.every()],
        "form": form,
        "asked": asked,
        "tested": _test(asked) if asked.is_valid() else None,
        "shipped": [(_label(name), *known) for name, known in channels.shipped().items()],
    }
    status = 422 if form.errors or asked.errors else 200
    return render(request, "settings/channels.html", context, status=status)


@staff("settings.manage")
def rule(request: StaffRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(ChannelRule, pk=pk)
    now = {name: getattr(found, name) for name in RuleForm.base_fields}
    form = RuleForm(request.POST or None, initial=now)
    if form.is_valid():
        try:
            channel_rules.change(found, _values(form), by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Saved. What arrives from now on is asked by it.")
            return redirect("settings-channels")
    status = 422 if form.errors else 200
    return render(request, "settings/channel.html", {"form": form, "rule": found}, status=status)


@staff("settings.manage")
@require_POST
def position(request: StaffRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(ChannelRule, pk=pk)
    channel_rules.move(found, up=request.POST.get("to") != "down", by=request.user)
    return redirect("settings-channels")


@staff("settings.manage")
@require_POST
def removal(request: StaffRequest, pk: int) -> HttpResponse:
    channel_rules.remove(get_object_or_404(ChannelRule, pk=pk), by=request.user)
    messages.success(request, "The rule is removed. What it classed stays as it is.")
    return redirect("settings-channels")


def _values(form: RuleForm) -> Values:
    said = form.cleaned_data
    return Values(part=said["part"], how=said["how"], text=said["text"], channel=said["channel"])


def _label(channel: str) -> str:
    return channels.CHANNELS[channel].label


def _test(form: VisitForm) -> Tested:
    url, referrer = form.cleaned_data["url"], form.cleaned_data["referrer"]
    told, own = channel_rules.test(url, referrer)
    channel = _label(told.channel) if told.channel else "No channel"
    return Tested(channel, told.source, _because(told, url, referrer), own)


def _because(told: Told, url: str, referrer: str) -> str:
    landing = landings.read(url, referrer)
    match told.why:
        case Why.RULE:
            return "A rule of yours says so."
        case Why.MARKS:
            named = (("source", landing.source), ("medium", landing.medium))
            marks = " and ".join(f"{name} “{said}”" for name, said in named if said)
            return f"The marks of the link say so: {marks}."
        case Why.CLICK:
            return f"The click id “{landing.click}” in the address says so."
        case Why.KNOWN:
            return f"Accord's lists know the referrer “{landing.referrer}”."
        case Why.REFERRER:
            return f"They came from “{landing.referrer}”, which no list of Accord knows."
        case Why.CAMPAIGN:
            return "The link names a campaign, and neither source nor medium."
        case Why.NOTHING:
            return "Nothing tells how they came: no marks, no click id, no page of another site."
