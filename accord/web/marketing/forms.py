"""The form of a campaign, from the catalogue of fields."""

from __future__ import annotations

from django import forms
from django.http import QueryDict

from accord.engine.errors import Refused
from accord.marketing.models import Campaign
from accord.people import fields
from accord.web.lists import cells

NAMES = ("name", "channel", "goal", "marks", "starts_on", "ends_on", "owner")
_HINTS = {
    "marks": "What your links carry as utm_campaign, separated by commas. "
    "Visits, leads and deals with one of them count for this campaign.",
    "goal": "Whom it should reach, and what would make it a success.",
}


def form(data: QueryDict | None, campaign: Campaign | None, owner: int) -> forms.Form:
    """The form, filled with what the campaign has; a new one belongs to `owner`."""
    start = {"owner": str(owner)}
    if campaign:
        start = {name: cells.written(campaign, fields.field("campaign", name)) for name in NAMES}
    made = forms.Form(data, initial=start)
    for name in NAMES:
        made.fields[name] = cells.input_of(fields.field("campaign", name))
        made.fields[name].required = name == "name"
        made.fields[name].help_text = _HINTS.get(name, "")
    return made


def values(filled: forms.Form) -> dict[str, object] | None:
    """The typed values of what was written; None with the errors on the form."""
    found: dict[str, object] = {}
    if not filled.is_valid():
        return None
    for name in NAMES:
        try:
            found[name] = cells.parsed(fields.field("campaign", name), filled.cleaned_data[name])
        except Refused as refused:
            filled.add_error(name, str(refused))
    return None if filled.errors else found
