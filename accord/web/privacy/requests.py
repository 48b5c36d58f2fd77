"""Settings > Privacy requests: what people asked, by when, and every step towards the answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accord.engine.errors import Refused
from accord.people.models import Contact, Erasure, PrivacyRequest, PrivacyStep
from accord.people.privacy import requests
from accord.platform.models import User
from accord.web.http import StaffRequest
from accord.web.staff import staff

SOON = timedelta(days=7)
CLOSED_SHOWN = 50


class RequestForm(forms.Form):
    kind = forms.ChoiceField(label="What was asked", choices=PrivacyRequest.Kind.choices)
    who = forms.CharField(
        label="Whose data",
        max_length=320,
        required=False,
        help_text="Their e-mail address or the number of their record. May be found later.",
    )
    asked_by = forms.CharField(
        label="Who asked, and how",
        max_length=320,
        help_text="Such as: by mail from ana@acme.example, on the phone, their lawyer.",
    )
    received_on = forms.DateField(
        label="Received on",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Today where it is left empty. An answer is due one month later.",
    )


@dataclass(frozen=True)
class Line:
    """A request in the list. tone: of its due date."""

    request: PrivacyRequest
    tone: str
    words: str


@dataclass(frozen=True)
class Told:
    """A step in words."""

    step: PrivacyStep
    words: str


@staff("privacy.manage")
def page(request: StaffRequest) -> HttpResponse:
    """What waits for an answer, and what was answered; a POST writes one down."""
    form = RequestForm(request.POST or None)
    if form.is_valid():
        try:
            made = _receive(form.cleaned_data, request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"Written down. An answer is due {made.due_at:%-d %B}.")
            return redirect("settings-privacy-request", made.pk)
    closed = PrivacyRequest.objects.exclude(state="open").select_related("contact")
    values = {
        "lines": [line(each) for each in requests.waiting()],
        "closed": list(closed.order_by("-closed_at", "-pk")[:CLOSED_SHOWN]),
        "form": form,
    }
    return render(request, "privacy/requests.html", values, status=422 if form.errors else 200)


@staff("privacy.manage")
@require_safe
def one(request: StaffRequest, pk: int) -> HttpResponse:
    return _shown(request, _get(pk))


@staff("privacy.manage")
@require_POST
def step(request: StaffRequest, pk: int, what: str) -> HttpResponse:
    """Take one step towards the answer."""
    asked, said, by = _get(pk), request.POST.get("note", ""), request.user
    steps: dict[str, Callable[[], object]] = {
        "person": lambda: requests.find(asked, contact_of(request.POST.get("who", "")), by=by),
        "identity": lambda: requests.identify(asked, said, by=by),
        "extension": lambda: requests.extend(asked, said, by=by),
        "restriction": lambda: requests.restrict(asked, by=by),
        "objection": lambda: requests.object_to(asked, by=by),
        "correction": lambda: requests.correct(asked, said, by=by),
        "note": lambda: requests.note(asked, "noted", said, by=by),
        "answer": lambda: requests.answer(asked, said, by=by),
        "refusal": lambda: requests.refuse(asked, said, by=by),
        "withdrawal": lambda: requests.withdraw(asked, by=by),
        "reopening": lambda: requests.reopen(asked, by=by),
    }
    if what not in steps:
        return redirect("settings-privacy-request", pk)
    try:
        steps[what]()
    except Refused as refusal:
        return _shown(request, _get(pk), error=str(refusal))
    messages.success(request, "Saved.")
    return redirect("settings-privacy-request", pk)


@staff("privacy.manage")
@require_safe
def erasure(request: StaffRequest, pk: int) -> HttpResponse:
    """How far an erasure has come; htmx asks again while it runs."""
    made = get_object_or_404(Erasure, pk=pk)
    done = len(made.done)
    values = {
        "made": made,
        "done": done,
        "percent": 100 if made.finished_at else 100 * done // (made.total or 1),
    }
    template = "privacy/_erasure.html" if request.htmx else "privacy/erasure.html"
    return render(request, template, values)


def line(asked: PrivacyRequest) -> Line:
    """How a request is shown where it waits."""
    left = asked.due_at - timezone.now()
    if left < timedelta(0):
        return Line(asked, "bad", "Overdue")
    return Line(asked, "warn" if left < SOON else "", "Due soon" if left < SOON else "Open")


def contact_of(who: str) -> Contact:
    """A contact by an e-mail address or number, deleted ones too. Raises requests.NoPerson."""
    text = who.strip().lower()
    known = Contact.objects.filter(erased_at=None)
    if text.isdecimal() and len(text) < 19:
        found = known.filter(pk=int(text)).first()
    else:
        mails = known.filter(Q(addresses__kind="email", addresses__value=text) | Q(email=text))
        found = mails.order_by("-deleted_at", "pk").first() if text else None
    if found is None:
        raise requests.NoPerson("No contact has this e-mail address or number.")
    return found


def _receive(said: dict[str, Any], by: User) -> PrivacyRequest:
    contact = contact_of(said["who"]) if said["who"] else None
    on = said["received_on"]
    at = None
    if on and on != timezone.localdate():
        at = timezone.make_aware(datetime.combine(on, time(12)))
    return requests.receive(said["kind"], contact, asked_by=said["asked_by"], at=at, by=by)


def _get(pk: int) -> PrivacyRequest:
    found: PrivacyRequest = get_object_or_404(
        PrivacyRequest.objects.select_related("contact", "by"), pk=pk
    )
    return found


def _shown(request: StaffRequest, asked: PrivacyRequest, error: str = "") -> HttpResponse:
    steps = requests.history(asked)
    values = {
        "asked": asked,
        "line": line(asked),
        "error": error,
        "erasures": list(asked.erasures.order_by("-pk")),
        "steps": [Told(each, requests.STEPS.get(each.what, each.what)) for each in steps],
        "erased": requests.is_erased(asked),
        "identified": requests.is_identified(asked),
    }
    return render(request, "privacy/request.html", values, status=422 if error else 200)
