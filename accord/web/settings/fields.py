"""Settings > Fields: fields people add without code."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accord.engine.errors import Refused
from accord.people.fields import Kind, custom_fields
from accord.people.models import CustomField
from accord.web.http import StaffRequest
from accord.web.staff import staff

NOUNS = {"contact": "Contacts", "company": "Companies", "deal": "Deals"}
KINDS = CustomField.Kind.choices
WITH_CHOICES = (Kind.CHOICE, Kind.CHOICES)


class NewField(forms.Form):
    label = forms.CharField(max_length=80, label="Label")
    noun = forms.ChoiceField(label="Of")
    kind = forms.ChoiceField(choices=KINDS, label="Kind")
    group = forms.CharField(max_length=80, required=False, label="Group on the record")
    choices = forms.CharField(
        widget=forms.Textarea({"rows": 3}),
        required=False,
        label="Choices",
        help_text="One a line. Only for the kinds choice and several choices.",
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["noun"] = forms.ChoiceField(choices=NOUNS.items(), label="Of")


@staff("settings.manage")
def fields(request: StaffRequest) -> HttpResponse:
    form = NewField(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = custom_fields.add(
                given["noun"],
                label=given["label"],
                kind=given["kind"],
                group=given["group"],
                choices=_lines(given["choices"]),
                by=request.user,
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"{made.label} is a field now.")
            return redirect("settings-fields")
    status = 422 if form.errors else 200
    context = {"form": form, "groups": _by_noun(), "nouns": NOUNS}
    return render(request, "settings/fields.html", context, status=status)


@staff("settings.manage")
def field(request: StaffRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(CustomField, pk=pk)
    if "up" in request.POST:
        custom_fields.reorder(found.noun, names=_one_up(found), by=request.user)
        return redirect("settings-fields")
    if request.method == "POST":
        label, group = request.POST.get("label", ""), request.POST.get("group", "")
        custom_fields.rename(found, label=label, group=group, by=request.user)
        if found.kind in WITH_CHOICES:
            choices = _lines(request.POST.get("choices", ""))
            custom_fields.set_choices(found, choices=choices, by=request.user)
        messages.success(request, f"{found.label} was saved.")
        return redirect("settings-fields")
    lines = "\n".join(label for _, label in found.choices)
    context = {"found": found, "choices": lines, "has_choices": found.kind in WITH_CHOICES}
    return render(request, "settings/field.html", context)


@staff("settings.manage")
@require_POST
def archive(request: StaffRequest, pk: int) -> HttpResponse:
    """Take the field out of use, or bring it back."""
    found = get_object_or_404(CustomField, pk=pk)
    act = custom_fields.bring_back if found.archived_at else custom_fields.archive
    act(found, by=request.user)
    return redirect("settings-fields")


def _one_up(field: CustomField) -> list[str]:
    """The fields of its noun in their order, this one before the one it stands after."""
    order = list(CustomField.objects.filter(noun=field.noun).values_list("name", flat=True))
    at = order.index(field.name)
    order.insert(max(0, at - 1), order.pop(at))
    return order


def _by_noun() -> list[tuple[str, list[CustomField]]]:
    every = list(CustomField.objects.all())
    return [(title, [each for each in every if each.noun == noun]) for noun, title in NOUNS.items()]


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
