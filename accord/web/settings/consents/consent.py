"""Settings > Consent: purposes and their words, assessments, countries."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accord.engine.consent import ages
from accord.engine.consent import countries as law
from accord.engine.consent.countries import Law
from accord.engine.consent.terms import RULES, Channel
from accord.engine.errors import Refused
from accord.marketing.forms import forms as verbs
from accord.marketing.models import Form
from accord.people import choices
from accord.people.consents import purposes
from accord.people.models import Assessment, ConsentText, Contact, Purpose
from accord.people.segments import ending
from accord.platform.access import preferences
from accord.web.http import StaffRequest
from accord.web.settings.consents.consent_forms import (
    AssessmentForm,
    CountryForm,
    PurposeForm,
    TextForm,
)
from accord.web.staff import staff


@dataclass(frozen=True)
class Country:
    """What counts beside consent in one country, or in every other."""

    name: str
    code: str
    sale: bool
    implied: bool
    mail: bool
    letter: bool
    age: int


@staff("consent.manage")
def page(request: StaffRequest) -> HttpResponse:
    """The purposes; a POST makes one."""
    form = PurposeForm(request.POST or None)
    if _done(form, lambda said: purposes.add(**said, by=request.user)):
        messages.success(request, "The purpose is made. Write the words people agree to next.")
        return redirect("settings-consent")
    counted = Purpose.objects.annotate(
        words=Count("texts", distinct=True),
        interests=Count(
            "assessments", filter=Q(assessments__until__gt=timezone.now()), distinct=True
        ),
    ).order_by("label", "pk")
    values = {
        "purposes": [each for each in counted if each.archived_at is None],
        "archived": [each for each in counted if each.archived_at],
        "form": form,
        "address": preferences.current().postal_address,
        "ending": ending.soon(
            timezone.now(), seen=Contact.objects.visible_to(request.user), most=ending.MOST
        ),
        "ending_asked": ending.MOST,
    }
    return render(request, "settings/consent.html", values, status=_status(form))


@staff("consent.manage")
def purpose(request: StaffRequest, name: str) -> HttpResponse:
    """One purpose with its texts and assessments; a POST changes what it is called."""
    found = _purpose(name)
    now = {"label": found.label, "definition": found.definition, "double": found.double}
    form = PurposeForm(request.POST or None, initial=now)
    if _done(form, lambda said: purposes.change(found, **said, by=request.user)):
        messages.success(request, "Saved.")
        return redirect("settings-purpose", name)
    return _shown(request, found, {"form": form})


@staff("consent.manage")
@require_POST
def text(request: StaffRequest, name: str) -> HttpResponse:
    """Write the next version of the words."""
    found = _purpose(name)
    form = TextForm(request.POST)
    if _done(form, lambda said: purposes.word(found, **said, by=request.user)):
        messages.success(request, "These words count from now on.")
        return redirect("settings-purpose", name)
    return _shown(request, found, {"text_form": form})


@staff("consent.manage")
@require_POST
def assessment(request: StaffRequest, name: str) -> HttpResponse:
    found = _purpose(name)
    form = AssessmentForm(request.POST)

    def assess(said: dict[str, Any]) -> None:
        channel = Channel(said.pop("channel"))
        purposes.assess(found, channel=channel, **said, by=request.user)

    if _done(form, assess):
        messages.success(request, "The assessment is kept and counts until its review.")
        return redirect("settings-purpose", name)
    return _shown(request, found, {"assessment_form": form})


@staff("consent.manage")
@require_POST
def archive(request: StaffRequest, name: str) -> HttpResponse:
    """Archive; `restore` brings it back."""
    found = _purpose(name)
    if "restore" in request.POST:
        purposes.restore(found, by=request.user)
    else:
        purposes.archive(found, by=request.user)
    return redirect("settings-consent")


@staff("consent.manage")
def countries(request: StaffRequest) -> HttpResponse:
    """What counts where; a POST says what counts where nobody knows, and of children."""
    now = preferences.current()
    chosen = now.unknown_country
    initial = {"unknown_country": chosen, "may_reach_children": now.may_reach_children}
    form = CountryForm(request.POST or None, initial=initial)
    if form.is_valid():
        preferences.change(**form.cleaned_data, by=request.user)
        messages.success(request, "Saved.")
        return redirect("settings-countries")
    open_forms = Form.objects.visible_to(request.user).open().select_related("published")
    values = {
        "form": form,
        "rows": list(_countries()),
        "rules": RULES,
        "chosen": chosen,
        "ageless": verbs.asking_no_age(open_forms.order_by("name", "pk")),
    }
    return render(request, "settings/countries.html", values, status=_status(form))


@staff("consent.manage")
@require_safe
def words(request: StaffRequest, pk: int) -> HttpResponse:
    """One version of the words, whole."""
    known = ConsentText.objects.select_related("purpose", "by")
    return render(request, "settings/consent_text.html", {"text": get_object_or_404(known, pk=pk)})


def _countries() -> Iterator[Country]:
    named = (each for each in choices.countries() if law.law(each.value) != Law.CONSENT_ONLY)
    yield from (_country(each.label, each.value) for each in named)
    yield _country("Every other country, and where nobody knows", "")


def _country(name: str, code: str) -> Country:
    return Country(
        name=name,
        code=code,
        sale=law.law(code) == Law.EUROPE,
        implied=law.law(code) == Law.CANADA,
        mail=law.interest_holds(code, Channel.EMAIL, business=True),
        letter=law.interest_holds(code, Channel.POST, business=False),
        age=ages.AGES.get(code, ages.DEFAULT),
    )


def _shown(request: StaffRequest, found: Purpose, forms_: dict[str, forms.Form]) -> HttpResponse:
    now = {"label": found.label, "definition": found.definition, "double": found.double}
    texts = ConsentText.objects.filter(purpose=found).select_related("by")
    values = {
        "purpose": found,
        "texts": list(texts.order_by("language", "-version")),
        "assessments": list(
            Assessment.objects.filter(purpose=found).select_related("by").order_by("-pk")
        ),
        "now": timezone.now(),
        "form": PurposeForm(initial=now),
        "text_form": TextForm(),
        "assessment_form": AssessmentForm(),
        **forms_,
    }
    wrong = any(each.errors for each in forms_.values() if each.is_bound)
    return render(request, "settings/purpose.html", values, status=422 if wrong else 200)


def _done(form: forms.Form, verb: Callable[[dict[str, Any]], object]) -> bool:
    """Whether the form was sent and the verb took it; what it refused stands in the form."""
    if not form.is_valid():
        return False
    try:
        verb(dict(form.cleaned_data))
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def _purpose(name: str) -> Purpose:
    return get_object_or_404(Purpose, pk=name)


def _status(form: forms.Form) -> int:
    return 422 if form.errors else 200
