from __future__ import annotations

from django import forms

from accord.people.models import ChannelRule
from accord.people.origins import channels


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
