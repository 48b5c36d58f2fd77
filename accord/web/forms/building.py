"""The builder of a form: what it asks, consent, what comes after, and the preview beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accord.engine.consent.terms import Channel
from accord.engine.errors import Refused
from accord.engine.forms import answers
from accord.engine.forms.terms import CHOSEN, EMAIL, Consent, Definition, Kind, Option, Question
from accord.marketing.forms import forms, questions
from accord.marketing.models import Form
from accord.people.consents import purposes
from accord.people.models import ConsentText, Purpose
from accord.platform.access import preferences
from accord.web.forms import drafts, hosted
from accord.web.http import StaffRequest
from accord.web.public.pages import POLICY
from accord.web.staff import staff

FRAMED = POLICY | {"frame-ancestors": ["'self'"], "script-src": ["'self'"]}
KINDS = {
    Kind.TEXT: "one line",
    Kind.LONG: "several lines",
    Kind.EMAIL: "an e-mail address",
    Kind.PHONE: "a phone number",
    Kind.NUMBER: "a number",
    Kind.DATE: "a day",
    Kind.URL: "a web address",
    Kind.CHOICE: "one choice",
    Kind.CHOICES: "several choices",
    Kind.YES: "a tick",
}


@dataclass(frozen=True)
class Row:
    """One question in the builder. field: what it fills; above: what it may depend on.

    values: what may be chosen as the answer it depends on; () where it is written freely.
    """

    question: Question
    field: str
    kind: str
    fixed: bool
    above: list[Question]
    values: tuple[Option, ...]


@dataclass(frozen=True)
class BoxRow:
    """One consent in the builder. now: with the words it would be published with, or None."""

    consent: Consent
    name: str
    label: str
    way: str
    now: Consent | None


@staff("form.write")
def edit(request: StaffRequest, pk: int) -> HttpResponse:
    """The builder. Whatever changes is kept as the draft at once; people see it once published."""
    form = _form(request, pk)
    if request.method != "POST":
        return render(request, "forms/edit.html", _context(form))
    version = request.POST.get("version", "")
    try:
        draft = drafts.read(request.POST, forms.draft(form))
        seen = int(version) if version.isdecimal() and len(version) < 10 else None
        forms.write(form, draft, version=seen, by=request.user)
    except Refused as refused:
        form.refresh_from_db()
        context = _context(form) | {"refused": str(refused)}
        return _answer(request, context, 422)
    if not request.htmx:
        return redirect("form-edit", pk)
    return _answer(request, _context(form), 200)


@staff("form.write")
@require_POST
def publication(request: StaffRequest, pk: int) -> HttpResponse:
    """Let people see the draft; where something is missing the builder says what."""
    form = _form(request, pk)
    try:
        version = forms.publish(form, by=request.user)
    except forms.NotReady:
        messages.error(request, "Not published yet: see what is missing.")
        return redirect("form-edit", pk)
    messages.success(request, f"Version {version.number} is what people see now.")
    return redirect("form", pk)


@csrf_exempt
@staff("form.read")
@xframe_options_sameorigin
def preview(request: StaffRequest, pk: int) -> HttpResponse:
    """The draft as people would see it. It may be tried out.

    Nothing is kept, so a post forged by another site does nothing; a page for the public has no
    token, and this is that page.
    """
    form = _form(request, pk)
    draft, _ = forms.ready(forms.draft(form))
    given = {name: request.POST.getlist(name) for name in request.POST if name[:1] != "_"}
    given.pop(hosted.TRAP, None)
    checked = None
    if request.method == "POST":
        region = preferences.current().phone_region
        checked = answers.check(draft, given, region=region)
    with translation.override(draft.language):
        context = hosted.fields(draft, given, checked)
        context |= {"whole": True, "tried": checked is not None and checked.good}
        answer = render(request, "forms/preview.html", context)
    answer.status_code = 422 if checked and not checked.good else 200
    answer._csp_config = FRAMED  # type: ignore[attr-defined]  # as csp.decorators does
    return answer


def _answer(request: StaffRequest, context: dict[str, Any], status: int) -> HttpResponse:
    template = "forms/_builder.html" if request.htmx else "forms/edit.html"
    return render(request, template, context, status=status)


def _context(form: Form) -> dict[str, Any]:
    draft = forms.draft(form)
    made, wrong = forms.ready(draft)
    known = questions.catalogue()
    return {
        "form": form,
        "draft": draft,
        "rows": [
            _row(draft, each, above, known) for each, above in drafts.earlier(draft.questions)
        ],
        "boxes": [_box(each, draft) for each in draft.consents],
        "offered": _offered(draft),
        "askable": [each for each in known.values() if not draft.question(each.name)],
        "languages": forms.LANGUAGES,
        "wrong": wrong,
        "unpublished": forms.unpublished(form, made),
    }


def _row(
    draft: Definition, each: Question, above: list[Question], known: dict[str, Question]
) -> Row:
    asked = draft.question(each.shown.question) if each.shown else None
    values = asked.options if asked and asked.kind in CHOSEN else ()
    if asked and asked.kind is Kind.YES:
        values = (Option(answers.YES, "ticked"),)
    now = known.get(each.name)
    return Row(each, now.label if now else "", KINDS[each.kind], each.name == EMAIL, above, values)


def _box(each: Consent, draft: Definition) -> BoxRow:
    purpose = Purpose.objects.filter(pk=each.purpose).first()
    return BoxRow(
        each,
        f"{each.purpose}:{each.channel}",
        purpose.label if purpose else each.purpose,
        f"by {purposes.WAYS[Channel(each.channel)]}",
        forms.worded(each, draft.language),
    )


def _offered(draft: Definition) -> list[tuple[str, str]]:
    """What may be asked for: each purpose that has words in the form's language, by each way."""
    worded = ConsentText.objects.filter(language=draft.language).values("purpose")
    asked = {(each.purpose, each.channel) for each in draft.consents}
    return [
        (f"{each.pk}:{channel}", f"{each.label}, by {way}")
        for each in Purpose.objects.filter(pk__in=worded).order_by("label")
        for channel, way in purposes.WAYS.items()
        if (each.pk, channel) not in asked
    ]


def _form(request: StaffRequest, pk: int) -> Form:
    return get_object_or_404(
        Form.objects.visible_to(request.user).select_related("published", "owner"), pk=pk
    )
