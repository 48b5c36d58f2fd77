"""What a colleague fills in about a contact's consent."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from accord.engine.consent import countries
from accord.engine.consent.terms import Channel
from accord.people.consents import heard, purposes
from accord.people.consents.consent import Given, Reach
from accord.people.consents.heard import Published, Said, Unwanted
from accord.people.consents.ledger import NotPublished
from accord.people.consents.parents import NoParent, Parent
from accord.people.consents.suppressions import Kind
from accord.people.models import ConsentRecord, ConsentText

What = ConsentRecord.What
CHANNELS = {
    Channel.EMAIL: "E-mail",
    Channel.SMS: "Text message",
    Channel.PHONE: "Phone",
    Channel.POST: "Post",
}
PERMISSIONS = (What.CONSENT, What.SOFT_OPT_IN, What.PURCHASE, What.INQUIRY)
PAUSES = [("30", "30 days"), ("90", "90 days"), ("365", "A year")]


class SaidForm(forms.Form):
    """How it was said, and the proof."""

    way = forms.ChoiceField(label="How it was said", choices=list(heard.LABELS.items()))
    proof = forms.CharField(
        label="Proof",
        max_length=400,
        widget=forms.TextInput,
        help_text="Who heard it and when, or where the paper or message is kept.",
        error_messages={"required": str(heard.NoProof())},
    )

    @property
    def said(self) -> Said:
        return Said(heard.Way(self.cleaned_data["way"]), self.cleaned_data["proof"])


class GiveForm(SaidForm):
    """A permission. reached: the channels it may be for."""

    purpose = forms.ChoiceField(label="Purpose")
    channel = forms.ChoiceField(label="Channel", choices=list(CHANNELS.items()))
    what = forms.ChoiceField(
        label="What happened",
        choices=[(each.value, each.label) for each in PERMISSIONS],
        help_text="Purchases and inquiries count in Canada only; a sale with the offer to say "
        "no in Europe.",
    )
    text = forms.ModelChoiceField(
        ConsentText.objects.none(),
        label="Words they agreed to",
        required=False,
        empty_label="None of ours",
    )
    on = forms.DateField(
        label="Day",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Today where it is empty.",
    )
    field_order = ("purpose", "channel", "what", "text", "on", "way", "proof")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [(each.pk, each.label) for each in purposes.in_use()]
        self.fields["purpose"].choices = known  # type: ignore[attr-defined]
        texts = ConsentText.objects.select_related("purpose").order_by("purpose", "-version")
        self.fields["text"].queryset = texts  # type: ignore[attr-defined]
        self.fields["text"].label_from_instance = _text  # type: ignore[attr-defined]

    @property
    def given(self) -> Given:
        said = self.cleaned_data
        return Given(
            said["purpose"],
            Channel(said["channel"]),
            said["what"],
            at=_noon(said["on"]),
            text=said["text"],
            opt_out_offered=said["what"] == What.SOFT_OPT_IN,
        )

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        text = said.get("text")
        if text and text.purpose_id != said.get("purpose"):
            self.add_error("text", "These are the words of another purpose. Choose again.")
        return said


class PlaceForm(forms.Form):
    """What a permission is for, and since when."""

    purpose = forms.ChoiceField(label="Purpose")
    channel = forms.ChoiceField(label="Channel", choices=list(CHANNELS.items()))
    on = forms.DateField(
        label="Day",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Today where it is empty.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [(each.pk, each.label) for each in purposes.in_use()]
        self.fields["purpose"].choices = known  # type: ignore[attr-defined]

    @property
    def given(self) -> Given:
        said = self.cleaned_data
        return Given(said["purpose"], Channel(said["channel"]), at=_noon(said["on"]))


class ParentForm(PlaceForm):
    """A parent's consent for their child."""

    who = forms.CharField(
        label="Parent",
        max_length=120,
        help_text="Their name, or what they are to the child.",
        error_messages={"required": str(NoParent())},
    )
    checked = forms.CharField(
        label="How you checked it",
        max_length=300,
        help_text="How you know that it is them, and where the proof is kept.",
        error_messages={"required": str(NoParent())},
    )

    @property
    def parent(self) -> Parent:
        return Parent(self.cleaned_data["who"], self.cleaned_data["checked"])


class PublishedForm(PlaceForm):
    """An address that the person published for their work."""

    where = forms.CharField(
        label="Where they published it",
        max_length=200,
        help_text="The page, or the directory or paper, where everybody finds it.",
        error_messages={"required": str(NotPublished())},
    )
    relevance = forms.CharField(
        label="Why it matters to their work",
        max_length=200,
        help_text="What messages of this purpose have to do with their role or duties.",
        error_messages={"required": str(NotPublished())},
    )
    refuses_nothing = forms.BooleanField(
        label="Nothing there says that they want no such messages",
        error_messages={"required": str(Unwanted())},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sent = [(each, label) for each, label in CHANNELS.items() if each in countries.ELECTRONIC]
        self.fields["channel"].choices = sent  # type: ignore[attr-defined]
        self.fields["on"].help_text = "When you saw it there; today where it is empty."

    @property
    def published(self) -> Published:
        said = self.cleaned_data
        return Published(said["where"], said["relevance"], said["refuses_nothing"])


class StopForm(SaidForm):
    purpose = forms.ChoiceField(label="Purpose", required=False)
    channel = forms.ChoiceField(
        label="Channel", required=False, choices=[("", "All"), *CHANNELS.items()]
    )
    objection = forms.ChoiceField(
        label="What they said",
        choices=[
            ("", "They withdraw consent"),
            ("1", "They object to marketing: only they themselves can allow it again"),
        ],
        required=False,
    )
    field_order = ("objection", "purpose", "channel", "way", "proof")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [("", "All"), *((each.pk, each.label) for each in purposes.in_use())]
        self.fields["purpose"].choices = known  # type: ignore[attr-defined]

    @property
    def reach(self) -> Reach:
        channel = self.cleaned_data["channel"]
        return Reach(self.cleaned_data["purpose"], Channel(channel) if channel else None)


class PauseForm(forms.Form):
    days = forms.ChoiceField(label="For", choices=PAUSES)

    @property
    def span(self) -> timedelta:
        return timedelta(days=int(self.cleaned_data["days"]))


class RestrictForm(forms.Form):
    reason = forms.CharField(
        label="Why",
        max_length=300,
        help_text="What the person disputes, or what the record must be kept for.",
    )


class SuppressForm(forms.Form):
    address = forms.ChoiceField(
        label="Address", choices=[(Kind.EMAIL.value, "E-mail"), (Kind.PHONE.value, "Phone")]
    )


def _noon(day: date | None) -> datetime | None:
    """The middle of a day; None, which is now, for today and where no day is given."""
    if day is None or day == timezone.localdate():
        return None
    return timezone.make_aware(datetime.combine(day, time(12)))


def _text(text: ConsentText) -> str:
    start = " ".join(text.text.split())[:60]
    return f"{text.purpose}, {text.language}, version {text.version}: {start}"
