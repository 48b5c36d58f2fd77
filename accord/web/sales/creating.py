"""A new deal: with whom, how much, by when, in which stage it begins."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accord.engine.errors import Refused
from accord.people import fields
from accord.people.models import Contact
from accord.platform import currencies
from accord.platform.access.permissions import Forbidden
from accord.sales import deals
from accord.sales.pipeline import pipelines
from accord.web.http import StaffRequest
from accord.web.lists import cells, nouns
from accord.web.sales import people
from accord.web.staff import staff

FIRST = ("name", "company", "amount", "currency", "stage", "close_on", "owner")


@staff("deal.write")
def new(request: StaffRequest) -> HttpResponse:
    chosen = _contacts(request)
    form = _form(request, chosen)
    context = {"form": form, "noun": nouns.DEALS, "chosen": chosen}
    if request.method != "POST":
        return render(request, "sales/new.html", context)
    form.is_valid()
    try:
        made = deals.create(values=_values(form) | {"contacts": chosen}, by=request.user)
    except Refused as refused:
        if isinstance(refused, Forbidden):
            raise
        form.add_error(None, str(refused))
        return render(request, "sales/new.html", context, status=422)
    return redirect("deal", made.pk)


@staff("deal.write")
@require_safe
def found(request: StaffRequest) -> HttpResponse:
    """Who the deal could be with, to tick."""
    context = {"found": people.find(request.GET.get("q", ""), request.user)}
    return render(request, "sales/_people_choice.html", context)


def _form(request: StaffRequest, chosen: list[Contact]) -> forms.Form:
    form = forms.Form(
        request.POST if request.method == "POST" else None, initial=_start(request, chosen)
    )
    for name in FIRST:
        form.fields[name] = _input(name)
        form.fields[name].required = name in ("name", "stage", "currency")
    form.fields["name"].error_messages["required"] = "Give the deal a name."
    return form


def _input(name: str) -> forms.Field:
    if name == "stage":
        return forms.ChoiceField(choices=_stages(), label="Stage")
    if name == "currency":
        known = dict.fromkeys([currencies.reporting(), *(r.currency for r in currencies.rates())])
        return forms.ChoiceField(choices=[(code, code) for code in known], label="Currency")
    return cells.input_of(fields.field("deal", name))


def _start(request: StaffRequest, chosen: list[Contact]) -> dict[str, Any]:
    """What the form begins with: the company and person somebody came from."""
    start = {name: text for name, text in request.GET.items() if name in FIRST}
    start.setdefault("owner", str(request.user.pk))
    start.setdefault("currency", currencies.reporting())
    company = request.GET.get("company", "")
    if company.isdecimal() and len(company) < 19:
        start["company"] = str(nouns.record(nouns.COMPANIES, request.user, int(company)))
    elif chosen:
        field = fields.field("contact", "company")
        start["company"] = fields.show(field, fields.read(chosen[0], field))
    wanted = request.GET.get("pipeline")
    for pipeline in pipelines.every():
        if str(pipeline.pk) == wanted:
            start.setdefault("stage", str(pipeline.stages.all()[0].pk))
    return start


def _stages() -> list[tuple[str, str]]:
    every = pipelines.every()
    return [
        (str(stage.pk), f"{pipeline}: {stage}" if len(every) > 1 else str(stage))
        for pipeline in every
        for stage in pipeline.stages.all()
        if stage.kind == "open"
    ]


def _contacts(request: StaffRequest) -> list[Contact]:
    """The people chosen so far, as far as this person may see them."""
    asked = request.POST if request.method == "POST" else request.GET
    ids = [int(text) for text in asked.getlist("contact") if text.isdecimal() and len(text) < 19]
    return list(nouns.CONTACTS.rows(request.user).filter(pk__in=ids))


def _values(form: forms.Form) -> dict[str, object]:
    written = {name: form.data.get(name, "").strip() for name in FIRST}
    currency = written.pop("currency")
    if written["amount"] and not written["amount"][-3:].isalpha():
        written["amount"] += f" {currency}"
    return {
        name: text if name == "stage" else cells.parsed(fields.field("deal", name), text)
        for name, text in written.items()
        if text or name == "name"
    }
