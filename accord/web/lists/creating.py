"""A new record: a short form of the fields that matter first."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from accord.engine.errors import Refused
from accord.people import fields
from accord.platform.access import permissions
from accord.web.http import StaffRequest
from accord.web.lists import cells, nouns
from accord.web.lists.nouns import Noun
from accord.web.staff import staff


@staff()
def new(request: StaffRequest, plural: str) -> HttpResponse:
    noun = nouns.noun(plural)
    permissions.require(request.user, noun.write)
    form = _form(request, noun)
    if request.method != "POST":
        return render(request, "lists/new.html", {"noun": noun, "form": form})
    form.is_valid()
    try:
        values = {
            name: cells.parsed(fields.field(noun.name, name), form.cleaned_data.get(name, ""))
            for name in form.fields
            if form.cleaned_data.get(name)
        }
        made = noun.create(values=values, by=request.user)
    except Refused as refused:
        form.add_error(None, str(refused))
        return render(request, "lists/new.html", {"noun": noun, "form": form}, status=422)
    return HttpResponseRedirect(f"/{plural}/{made.pk}/")


def _form(request: StaffRequest, noun: Noun) -> forms.Form:
    start = {name: text for name, text in request.GET.items() if name in noun.first}
    if "owner" in noun.first:
        start.setdefault("owner", str(request.user.pk))
    form = forms.Form(request.POST if request.method == "POST" else None, initial=start)
    for name in noun.first:
        form.fields[name] = cells.input_of(fields.field(noun.name, name))
        form.fields[name].required = False
    return form
