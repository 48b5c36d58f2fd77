from __future__ import annotations

import re
from datetime import datetime, time
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone

from accord.engine import reference
from accord.engine.consent.countries import BUSINESS_MAIL
from accord.people import choices
from accord.people.models import Suppression


class PurposeForm(forms.Form):
    label = forms.CharField(
        label="Name", max_length=80, help_text="As people read it: Newsletter, Events, Offers."
    )
    definition = forms.CharField(
        label="What it is",
        max_length=500,
        required=False,
        widget=forms.TextInput,
        help_text="One sentence; stands on the preference page: what comes, and how often.",
    )
    double = forms.BooleanField(
        label="Consent must be confirmed by mail",
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "switch"}),
        help_text="Double opt-in: it counts once the link in a mail was followed.",
    )


class TextForm(forms.Form):
    language = forms.ChoiceField(label="Language", choices=settings.LANGUAGES)
    text = forms.CharField(
        label="Words",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Exactly what people agree to: who writes, about what, how often, and that "
        "they can withdraw. The version before stays with those who agreed to it.",
    )


class AssessmentForm(forms.Form):
    channel = forms.ChoiceField(label="Channel", choices=[("email", "E-mail"), ("post", "Post")])
    countries = forms.CharField(
        label="Countries",
        help_text="With commas between them, such as France, SE. By e-mail it holds only in "
        + ", ".join(sorted(reference.countries()[each].name for each in BUSINESS_MAIL))
        + "; by letter in Europe and the United States.",
    )
    text = forms.CharField(
        label="Assessment",
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="Our purpose, why writing is needed for it, and why their interest in quiet "
        "does not weigh more.",
    )
    until = forms.DateField(
        label="Review on",
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="It holds until the beginning of this day.",
    )

    def clean_countries(self) -> list[str]:
        said = re.split(r"[,;\n]+", self.cleaned_data["countries"])
        found = {each: reference.country(each) for part in said for each in _names(part)}
        if not_one := [each for each, country in found.items() if country is None]:
            named = ", ".join(f"“{each}”" for each in not_one)
            raise forms.ValidationError(f"There is no country {named}. Put commas between several.")
        return [country.code for country in found.values() if country]

    def clean_until(self) -> Any:
        day = self.cleaned_data["until"]
        return timezone.make_aware(datetime.combine(day, time()))


def _names(part: str) -> list[str]:
    """Countries named between two commas: one, or several codes with blanks between them."""
    words = part.split()
    return words if all(len(each) == 2 for each in words) else [" ".join(words)]


class BannerForm(forms.Form):
    """What the banner says; its fields are those of banner.Words."""

    title = forms.CharField(label="Heading", max_length=120)
    body = forms.CharField(
        label="Text",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Who asks, what for, and that the answer can be changed at any time.",
    )
    accept = forms.CharField(label="Button that accepts", max_length=40)
    reject = forms.CharField(
        label="Button that refuses", max_length=40, help_text="As large, and as near, as the other."
    )
    save = forms.CharField(label="Button that keeps what is ticked", max_length=40)
    visits = forms.CharField(
        label="First purpose",
        max_length=80,
        help_text="A visitor who agrees to it is recognised.",
    )
    visits_text = forms.CharField(label="What it is", max_length=400)
    marketing = forms.CharField(
        label="Second purpose",
        max_length=80,
        required=False,
        help_text="Left out where it is empty. The page is told what was agreed to.",
    )
    marketing_text = forms.CharField(label="What the second is", max_length=400, required=False)


class PolicyForm(forms.Form):
    privacy_controller = forms.CharField(
        label="Who is responsible",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Name, postal address and e-mail address of the company, and of its data "
        "protection officer where it has one.",
    )
    privacy_text_en = forms.CharField(
        label="Your own text, in English",
        max_length=20_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    privacy_text_de = forms.CharField(
        label="Your own text, in German",
        max_length=20_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
    )


class CountryForm(forms.Form):
    unknown_country = forms.ChoiceField(
        label="Where a contact’s country is not known, take",
        required=False,
        help_text="Nobody knows: only consent counts. Name a country if all of them are there.",
    )
    may_reach_children = forms.BooleanField(
        label="We may reach children",
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "switch"}),
        help_text="Forms that ask for consent then ask for the date of birth, and a parent’s "
        "consent counts. Off: nobody is asked, and who is known to be a child is never "
        "marketed to.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [(each.value, each.label) for each in choices.countries()]
        offered = [("", "Nobody knows"), *known]
        self.fields["unknown_country"].choices = offered  # type: ignore[attr-defined]


class SuppressionForm(forms.Form):
    addresses = forms.CharField(
        label="E-mail addresses or phone numbers",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "ana@acme.example"}),
        help_text="One a line.",
    )
    file = forms.FileField(
        label="Or a file",
        required=False,
        help_text="Text or CSV of at most 20 MB, as other systems export the people who left.",
    )
    way = forms.ChoiceField(label="Why", choices=Suppression.Way.choices)
