from __future__ import annotations

from django import forms

from accord.engine.capture import landings
from accord.people.models import ChannelRule
from accord.people.origins import channels

NOT_WHOLE = "Write the whole address, such as https://acme.example/, or copy it from the browser."


class RuleForm(forms.Form):
    part = forms.ChoiceField(label="Where", choices=ChannelRule.Part.choices)
    how = forms.ChoiceField(label="How", choices=ChannelRule.How.choices)
    text = forms.CharField(
        label="What",
        max_length=11_000,
        help_text="Small and capital letters are the same. With “is one of”, put commas between "
        "several.",
    )
    channel = forms.ChoiceField(
        label="Channel", choices=[(each.value, each.label) for each in channels.choices()]
    )


class VisitForm(forms.Form):
    """What the test box is asked."""

    url = forms.CharField(
        label="Address of the page",
        max_length=2048,
        widget=forms.TextInput(
            attrs={"placeholder": "https://acme.example/?utm_source=news&utm_medium=email"}
        ),
        help_text="As the browser shows it, with everything after the question mark.",
    )
    referrer = forms.CharField(
        label="Address they came from",
        max_length=2048,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "https://www.google.com/"}),
    )

    def clean_url(self) -> str:
        return _whole(self.cleaned_data["url"])

    def clean_referrer(self) -> str:
        return _whole(self.cleaned_data["referrer"])


def _whole(address: str) -> str:
    """An address that names a host, or none."""
    if address and not landings.host(address):
        raise forms.ValidationError(NOT_WHOLE)
    return address
