from __future__ import annotations

from typing import Any

from django import forms
from django.utils.html import format_html

from accord.people import choices
from accord.platform.access import permissions
from accord.platform.models import Role, Team, User

ROLE_HINTS = {
    Role.OWNER: "Everything, and the only one who changes owners.",
    Role.ADMIN: "Everything, except the owner's account.",
    Role.MANAGER: "Reads all; writes the records of the teams they lead; sets targets; imports.",
    Role.MARKETER: "Reads and writes all contacts and companies, campaigns; imports; reads deals.",
    Role.SELLER: "Reads what the company lets sellers read; writes own and unowned records.",
    Role.ANALYST: "Reads everything and exports it.",
    Role.READ_ONLY: "Reads everything, exports nothing.",
}


class NameForm(forms.Form):
    name = forms.CharField(
        label="Name", max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )


class DisplayForm(forms.Form):
    theme = forms.ChoiceField(
        label="Light or dark", choices=User.Theme.choices, widget=forms.RadioSelect
    )
    single_keys = forms.BooleanField(
        label="Shortcuts of a single key",
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "switch"}),
        help_text="Such as G then D for Deals. They never act while you type.",
    )


class RolesForm(forms.Form):
    roles = forms.MultipleChoiceField(
        label="Roles",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one role."},
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # What is offered, not what is allowed: the verb refuses.
        owner = self.is_bound or permissions.may(by, "owner.manage")
        self.fields["roles"].choices = [  # type: ignore[attr-defined]
            (role.value, format_html('<b class="med">{}</b>: {}', role.label, hint))
            for role, hint in ROLE_HINTS.items()
            if owner or role != Role.OWNER
        ]


class TeamForm(forms.Form):
    team = forms.ModelChoiceField(Team.objects.all(), required=False, empty_label="No team")


class InviteForm(RolesForm, TeamForm):
    email = forms.CharField(
        label="E-mail address",
        max_length=320,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    name = forms.CharField(label="Name", max_length=200, required=False)
    field_order = ("email", "name", "roles", "team")


class PlaceholderForm(TeamForm):
    name = forms.CharField(label="Name", max_length=200)
    external_id = forms.CharField(
        label="Id in your old system",
        max_length=200,
        required=False,
        help_text="Imports find the person by it.",
    )
    field_order = ("name", "external_id", "team")


class AddressForm(forms.Form):
    email = forms.CharField(label="E-mail address", max_length=320, widget=forms.EmailInput)


class MergeForm(forms.Form):
    into = forms.ModelChoiceField(
        User.objects.none(), label="Whose records these become", empty_label="Choose a person"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["into"].queryset = User.objects.with_password()  # type: ignore[attr-defined]


class LeadForm(forms.Form):
    lead = forms.ModelChoiceField(
        User.objects.people(), label="Lead", required=False, empty_label="Nobody"
    )


class TeamMembersForm(forms.Form):
    members = forms.ModelMultipleChoiceField(
        User.objects.people(),
        label="Members",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


class NewTeamForm(LeadForm):
    name = forms.CharField(label="Name", max_length=120)
    field_order = ("name", "lead")


class SellersForm(forms.Form):
    seller_reads = forms.ChoiceField(
        label="Sellers read contacts, companies and deals of",
        choices=[("all", "everybody"), ("team", "their team"), ("own", "themselves")],
        widget=forms.RadioSelect,
        help_text="Records nobody owns are always among them. "
        "Reports count only what their reader may read.",
    )
    seller_writes_team = forms.BooleanField(
        label="Sellers also write the records of their team",
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "switch"}),
    )


class CompanyForm(forms.Form):
    company_name = forms.CharField(label="Company name", max_length=120)
    postal_address = forms.CharField(
        label="Postal address",
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Stands under each marketing mail. While it is empty, none leaves.",
    )
    lookback_days = forms.IntegerField(
        label="Attribution looks back (days)",
        min_value=1,
        max_value=3650,
        help_text="Touches older than this before a deal get no credit. 180 is usual. "
        "After a change, credit is worked out anew in the background.",
    )
    phone_region = forms.ChoiceField(
        label="Country of phone numbers without a code",
        help_text="0151 2345678 is read as a number of this country.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        countries = [(each.value, each.label) for each in choices.countries()]
        self.fields["phone_region"].choices = countries  # type: ignore[attr-defined]

    def clean_postal_address(self) -> str:
        written = self.cleaned_data["postal_address"].splitlines()
        return "\n".join(filter(None, (" ".join(line.split()) for line in written)))


class BrandForm(forms.Form):
    colour = forms.CharField(
        label="Colour",
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "#1f6feb"}),
        help_text="As # and six digits. Empty is Accord's blue.",
    )
