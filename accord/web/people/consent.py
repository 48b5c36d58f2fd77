"""A contact's consent: what may be sent and why, the proof, and what a colleague writes down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accord.engine.consent import countries
from accord.engine.consent.countries import Law
from accord.engine.consent.terms import Channel
from accord.engine.errors import Refused
from accord.people import families
from accord.people.consents import (
    answers,
    banner,
    heard,
    ledger,
    parents,
    preference_links,
    story,
    suppressions,
)
from accord.people.consents import consent as verbs
from accord.people.consents.answers import Answer
from accord.people.consents.suppressions import Kind
from accord.people.models import BannerAnswer, ConsentRecord, Contact, Suppression
from accord.platform.access import permissions, preferences
from accord.platform.access.permissions import Forbidden
from accord.platform.models import Import
from accord.platform.transfer import imports
from accord.web.http import StaffRequest
from accord.web.lists import nouns
from accord.web.parts import render_parts
from accord.web.people.consent_forms import (
    CHANNELS,
    GiveForm,
    ParentForm,
    PauseForm,
    PublishedForm,
    RestrictForm,
    StopForm,
    SuppressForm,
)
from accord.web.staff import staff

PAGE, CARD = "records/consent.html", "records/_consent.html"
_FORMS: dict[str, type[forms.Form]] = {
    "give": GiveForm,
    "stop": StopForm,
    "lift": GiveForm,
    "parent": ParentForm,
    "published": PublishedForm,
    "pause": PauseForm,
    "restrict": RestrictForm,
    "suppress": SuppressForm,
}


@dataclass(frozen=True)
class Line:
    """One answer in words. why: without "Refused". telling: worth a line on the card."""

    answer: Answer
    channel: str
    why: str
    telling: bool


@dataclass(frozen=True)
class Recognised:
    """What somebody agreed to in the banner on a device, with the purposes in its own words."""

    answer: BannerAnswer
    purposes: tuple[str, ...]
    is_whole: bool


@staff("contact.read")
def page(request: StaffRequest, pk: int) -> HttpResponse:
    """What may be sent, and the proof; a POST writes down a permission."""
    if request.htmx and request.method != "POST":  # the card alone
        visible = Contact.objects.visible_to(request.user)
        return render_parts(request, CARD, {}, _told(get_object_or_404(visible, pk=pk)))
    contact: Contact = nouns.record(nouns.CONTACTS, request.user, pk)
    if request.method == "POST":
        return _done(
            request,
            contact,
            "give",
            lambda form: heard.give(contact, form.given, form.said, by=request.user),
        )
    return render(request, PAGE, _context(request, contact))


@staff("contact.read")
@require_POST
def stop(request: StaffRequest, pk: int) -> HttpResponse:
    contact: Contact = nouns.record(nouns.CONTACTS, request.user, pk)

    def write_down(form: Any) -> None:
        objection = bool(form.cleaned_data["objection"])
        heard.stop(contact, form.reach, form.said, objection=objection, by=request.user)

    return _done(request, contact, "stop", write_down)


@staff("contact.read")
@require_POST
def retract(request: StaffRequest, pk: int) -> HttpResponse:
    """Take back a row of the ledger, a permission that is there by mistake."""
    row = get_object_or_404(ConsentRecord.objects.select_related("contact"), pk=pk)
    contact: Contact = nouns.record(
        nouns.CONTACTS, request.user, families.root(row.contact_id) or 0
    )
    permissions.require(request.user, "contact.write", contact)
    try:
        heard.take_back(row, request.POST.get("why", ""), by=request.user)
    except Forbidden:
        raise
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Taken back. It stays below, and counts for nothing.")
    return redirect(f"{reverse('contact-consent', args=[contact.pk])}#row-{pk}")


@staff("contact.read")
@require_POST
def lift(request: StaffRequest, pk: int) -> HttpResponse:
    """Let a suppressed address be written to again, on the person's own act."""
    contact: Contact = nouns.record(nouns.CONTACTS, request.user, pk)
    return _done(
        request,
        contact,
        "lift",
        lambda form: heard.lift(contact, form.given, form.said, by=request.user),
    )


@staff("contact.read")
@require_POST
def parent(request: StaffRequest, pk: int) -> HttpResponse:
    """Write down that a parent agreed for their child."""
    contact: Contact = nouns.record(nouns.CONTACTS, request.user, pk)
    return _done(
        request,
        contact,
        "parent",
        lambda form: parents.give(contact, form.given, form.parent, by=request.user),
    )


@staff("contact.read")
@require_POST
def published(request: StaffRequest, pk: int) -> HttpResponse:
    """Write down that they published their address for their work."""
    contact: Contact = nouns.record(nouns.CONTACTS, request.user, pk)
    return _done(
        request,
        contact,
        "published",
        lambda form: heard.note_published(contact, form.given, form.published, by=request.user),
    )


@staff("contact.read")
@require_POST
def suppression(request: StaffRequest, pk: int) -> HttpResponse:
    contact: Contact = nouns.record(nouns.CONTACTS, request.user, pk)

    @transaction.atomic
    def add(form: Any) -> None:
        for channel in suppressions.CHANNELS_OF[Kind(form.cleaned_data["address"])]:
            address = story.address_of(contact, channel)
            way = Suppression.Way.SUPPRESSED
            verbs.suppress(contact, address, channel=channel, way=way, by=request.user)

    return _done(request, contact, "suppress", add)


@staff("contact.read")
@require_POST
def pause(request: StaffRequest, pk: int) -> HttpResponse:
    """Pause; `end` ends it."""
    contact: Contact = nouns.record(nouns.CONTACTS, request.user, pk)
    if "end" in request.POST:
        verbs.resume(contact, by=request.user)
        return redirect("contact-consent", pk)
    return _done(
        request,
        contact,
        "pause",
        lambda form: verbs.pause(contact, until=timezone.now() + form.span, by=request.user),
    )


@staff("contact.read")
@require_POST
def restriction(request: StaffRequest, pk: int) -> HttpResponse:
    """Restrict; `lift` lifts it."""
    contact: Contact = nouns.record(nouns.CONTACTS, request.user, pk)
    if "lift" in request.POST:
        verbs.unrestrict(contact, by=request.user)
        return redirect("contact-consent", pk)
    return _done(
        request,
        contact,
        "restrict",
        lambda form: verbs.restrict(contact, reason=form.cleaned_data["reason"], by=request.user),
    )


def _done(
    request: StaffRequest, contact: Contact, name: str, verb: Callable[[Any], object]
) -> HttpResponse:
    """Do it with what the form of this name says, or show the page with what is wrong."""
    permissions.require(request.user, "contact.write", contact)
    form = _FORMS[name](request.POST, prefix=name)
    if form.is_valid():
        try:
            verb(form)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Written down.")
            return redirect("contact-consent", contact.pk)
    context = _context(request, contact) | {name: form, "open": name}
    return render(request, PAGE, context, status=422)


def _context(request: StaffRequest, contact: Contact) -> dict[str, Any]:
    may_write = permissions.may(request.user, "contact.write", contact)
    may_reach = preferences.current().may_reach_children
    told = _told(contact)
    rows = told["standing"].history
    gone = {row.confirms_id for row in rows if row.what == ConsentRecord.What.RETRACTED}
    standing = {row.pk for row in rows if row.what not in verbs.NO_PERMISSIONS} - gone
    return told | {
        "broken": set(ledger.broken(contact.pk)),
        "retracted": gone,
        "retractable": standing if may_write else set(),
        "recognised": [_recognised(each) for each in banner.of(contact)],
        "list": _list(request, contact),
        "may_write": may_write,
        "may_reach_children": may_reach,
        **(_to_write(contact) if may_write else {}),
    }


def _list(request: StaffRequest, contact: Contact) -> Import | None:
    """The list of unknown origin that brought a contact, where this person may look at it."""
    if contact.import_id is None:
        return None
    seen = imports.visible_to(request.user).filter(pk=contact.import_id)
    return seen.filter(basis=Import.Basis.UNKNOWN).first()


def _to_write(contact: Contact) -> dict[str, Any]:
    """The forms, and the link a colleague may hand over."""
    link = {"preferences": preference_links.address(contact)}
    abroad = countries.law(story.country(contact)) != Law.CANADA
    kinds = {name: kind for name, kind in _FORMS.items() if not (abroad and name == "published")}
    return link | {name: kind(prefix=name) for name, kind in kinds.items()}


def _told(contact: Contact) -> dict[str, Any]:
    standing = answers.standing(contact, timezone.now())
    lines = [_line(each) for each in standing.answers]
    return {"record": contact, "standing": standing, "lines": lines}


def _recognised(answer: BannerAnswer) -> Recognised:
    words = answer.text.words
    agreed = [each for each in (banner.VISITS, banner.MARKETING) if each in answer.agreed]
    purposes = tuple(words.get(each) or each for each in agreed)
    return Recognised(answer, purposes, banner.is_as_written(answer))


def _line(answer: Answer) -> Line:
    words = answer.decision.words.removeprefix("Refused: ")
    telling = answer.channel == Channel.EMAIL or answer.decision or answer.record
    why = words[:1].upper() + words[1:].rstrip(".")
    return Line(answer, CHANNELS[answer.channel], why, bool(telling))
