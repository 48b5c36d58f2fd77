"""The dialog that asks why a deal was won or lost."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from accord.sales.models import CloseReason, Deal, Stage
from accord.sales.pipeline import reasons
from accord.sales.pipeline.moves import Closing

TITLES = {Stage.Kind.WON: "Why was it won?", Stage.Kind.LOST: "Why was it lost?"}
ACTIONS = {Stage.Kind.WON: "Mark as won", Stage.Kind.LOST: "Mark as lost"}


class ClosingForm(forms.Form):
    """Why, what happened, and on which day."""

    reason = forms.ChoiceField(
        label="Reason",
        error_messages={
            "required": "Choose a reason.",
            "invalid_choice": "Choose one of the reasons on the list.",
        },
    )
    note = forms.CharField(
        label="What happened", required=False, widget=forms.Textarea({"rows": 3})
    )
    on = forms.DateField(
        label="Closed on",
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Choose a day from the calendar."},
    )

    def __init__(self, outcome: str, data: Any = None) -> None:
        super().__init__(data, auto_id="closing-%s", initial={"on": timezone.localdate()})
        self.picked = {str(each.pk): each for each in reasons.to_pick(outcome)}
        offered = [(pk, each.label) for pk, each in self.picked.items()]
        choice: Any = self.fields["reason"]
        choice.choices = [("", "Choose a reason"), *offered]
        choice.widget.attrs["autofocus"] = True

    @property
    def closing(self) -> Closing:
        """What was answered, once the form is valid."""
        reason: CloseReason = self.picked[self.cleaned_data["reason"]]
        return {
            "reason": reason,
            "note": self.cleaned_data["note"],
            "on": self.cleaned_data["on"],
        }


def context(deal: Deal, to: Stage, form: ClosingForm, *, version: str, before: str = "") -> Any:
    """What the dialog's template shows."""
    kind = Stage.Kind(to.kind)
    return {
        "deal": deal,
        "to": to,
        "form": form,
        "title": TITLES[kind],
        "action": ACTIONS[kind],
        "version": version,
        "before": before,
    }
