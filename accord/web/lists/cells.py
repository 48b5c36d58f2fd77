"""One value edited where it stands: in a table's cell or beside its label on a record."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accord.engine.errors import Refused
from accord.people import choices, fields
from accord.people.fields import Field, Kind
from accord.people.records import Conflict
from accord.platform.access import permissions
from accord.platform.access.preferences import current
from accord.platform.models import Record
from accord.web.http import StaffRequest, number
from accord.web.lists import nouns, shown
from accord.web.lists.nouns import Noun
from accord.web.staff import staff

LONG = ("description", "goal", "reason_note")


@staff()
def cell(request: StaffRequest, plural: str, pk: int, name: str) -> HttpResponse:
    noun = nouns.noun(plural)
    record = nouns.record(noun, request.user, pk)
    permissions.require(request.user, noun.write, record)
    field = fields.field(noun.name, name)
    if request.method != "POST":
        return _editor(request, noun, record, field)
    try:
        changed = _save(request, noun, record, field)
    except Conflict as conflict:
        return _conflict(request, noun, record, field, conflict)
    except Refused as refused:
        return _editor(request, noun, record, field, error=str(refused))
    if not request.htmx:
        return redirect(f"/{plural}/{pk}/")
    return render(request, "lists/_cell.html", _shown(request, noun, changed, field))


def one(field: Field, value: str, error: str = "") -> forms.BoundField:
    """The one field of an editor, named `value`, holding what a person wrote."""
    data = {"value": value} if error else None
    made = forms.Form(data, initial={"value": value}, auto_id=f"edit-{field.name}-%s")
    made.fields["value"] = input_of(field)
    made.fields["value"].required = False
    if error:
        made.is_valid()
        made.add_error("value", error)
    return made["value"]


def typed(field: Field) -> forms.BoundField:
    """A plain field to type into, for questions that take several values or a number of days."""
    made = forms.Form(auto_id=f"edit-{field.name}-%s")
    made.fields["value"] = forms.CharField(label=field.label, required=False)
    return made["value"]


def written(record: Record, field: Field) -> str:
    """The value as a person would write it into the editor."""
    value = fields.read(record, field)
    if value is None:
        return ""
    match field.kind:
        case Kind.PERSON | Kind.CHOICE | Kind.STAGE:
            return str(value)
        case Kind.BOOLEAN:
            return "yes" if value else "no"
        case Kind.DATE:
            return str(value.isoformat())
        case _:
            return fields.show(field, value)


def input_of(field: Field) -> forms.Field:
    """What a value of this field is written or chosen in."""
    match field.kind:
        case Kind.CHOICE | Kind.STAGE:
            offered = [(each.value, each.label) for each in field.choices]
            return forms.ChoiceField(choices=[("", "—"), *offered], label=field.label)
        case Kind.PERSON:
            people = [(str(pk), name) for pk, name in choices.colleagues_now().items()]
            return forms.ChoiceField(choices=[("", "Nobody"), *people], label=field.label)
        case Kind.BOOLEAN:
            answers = [("", "—"), ("yes", "Yes"), ("no", "No")]
            return forms.ChoiceField(choices=answers, label=field.label)
        case Kind.DATE:
            return forms.CharField(widget=forms.DateInput({"type": "date"}), label=field.label)
        case _ if field.name in LONG:
            return forms.CharField(widget=forms.Textarea({"rows": 4}), label=field.label)
        case _:
            return forms.CharField(label=field.label)


def parsed(field: Field, text: str) -> object:
    """The typed value of what was written. Raises Unreadable with the sentence to show."""
    if field.kind is Kind.PERSON:
        return number(text)
    now = current()
    return fields.parse(field, text, region=now.phone_region, currency=now.reporting_currency)


def _save(request: StaffRequest, noun: Noun, record: Record, field: Field) -> Record:
    value = parsed(field, request.POST.get("value", ""))
    version = number(request.POST.get("version", ""))
    return noun.change(record, values={field.name: value}, version=version, by=request.user)


def _editor(
    request: StaffRequest, noun: Noun, record: Record, field: Field, error: str = ""
) -> HttpResponse:
    value = request.POST.get("value", written(record, field))
    context = _shown(request, noun, record, field)
    context |= {"field": one(field, value, error), "version": record.version}
    return _asked(request, "_editor", context, 422 if error else 200)


def _conflict(
    request: StaffRequest, noun: Noun, record: Record, field: Field, conflict: Conflict
) -> HttpResponse:
    context = _shown(request, noun, record, field) | {
        "conflict": conflict,
        "mine": request.POST.get("value", ""),
        "version": record.version,
    }
    return _asked(request, "_conflict", context, 409)


def _asked(request: StaffRequest, part: str, context: dict[str, Any], status: int) -> HttpResponse:
    """The part where the value stands; by plain link and form, the same on a page of its own."""
    part = f"lists/{part}.html"
    template = part if request.htmx else "lists/value.html"
    return render(request, template, context | {"part": part}, status=status)


def _shown(request: StaffRequest, noun: Noun, record: Record, field: Field) -> dict[str, Any]:
    beside = request.GET.get("as") == "prop"
    url = f"/{noun.plural}/{record.pk}/fields/{field.name}/" + ("?as=prop" if beside else "")
    html = shown.fact(record, field, links=False) if beside else shown.cell(record, field)
    return {
        "noun": noun,
        "record": record,
        "column": field,
        "url": url,
        "beside": beside,
        "html": html,
    }
