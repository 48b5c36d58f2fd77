"""What was sent by a form, and its spam box."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accord.engine.forms.terms import Definition
from accord.marketing.forms import forms
from accord.marketing.forms import submissions as verbs
from accord.marketing.models import Form, Submission
from accord.platform.access import permissions
from accord.web.http import StaffRequest
from accord.web.staff import staff

ON_A_PAGE = 25


@dataclass(frozen=True)
class Line:
    """A submission with its answers in words. opens: the reader may open the contact."""

    submission: Submission
    answers: list[tuple[str, str]]
    opens: bool


@staff("form.write")
@require_safe
def page(request: StaffRequest, pk: int) -> HttpResponse:
    """What was sent, newest first; by `?verdict=spam` the spam box."""
    form = get_object_or_404(Form.objects.visible_to(request.user), pk=pk)
    verdict = request.GET.get("verdict", "")
    verdict = verdict if verdict in Submission.Verdict.values else Submission.Verdict.ACCEPTED
    found = Submission.objects.filter(form=form, verdict=verdict).order_by("-pk")
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < 19:
        found = found.filter(pk__lt=int(before))
    rows = list(found.select_related("version", "contact__owner__team")[: ON_A_PAGE + 1])
    shown = rows[:ON_A_PAGE]
    counts = verbs.of(form)
    context = {
        "form": form,
        "lines": [_line(each, request) for each in shown],
        "verdict": verdict,
        "tabs": [(each.value, each.label, counts[each.value]) for each in Submission.Verdict],
        "older": shown[-1].pk if len(rows) > ON_A_PAGE else None,
        "later": bool(before),
    }
    return render(request, "forms/submissions.html", context)


@staff("form.write")
@require_POST
def release(request: StaffRequest, pk: int, submission: int) -> HttpResponse:
    verbs.release(_submission(request, pk, submission), by=request.user)
    messages.success(request, "It is taken in as if nobody had doubted it.")
    return redirect(f"/forms/{pk}/submissions/?verdict=spam")


@staff("form.write")
@require_POST
def removal(request: StaffRequest, pk: int, submission: int) -> HttpResponse:
    verbs.discard(_submission(request, pk, submission), by=request.user)
    messages.success(request, "It is thrown away.")
    return redirect(f"/forms/{pk}/submissions/?verdict=spam")


def _submission(request: StaffRequest, pk: int, submission: int) -> Submission:
    form = get_object_or_404(Form.objects.visible_to(request.user), pk=pk)
    rows = Submission.objects.filter(form=form).select_related("form__owner__team", "version")
    return get_object_or_404(rows, pk=submission)


def _line(each: Submission, request: StaffRequest) -> Line:
    contact = each.contact
    opens = contact is not None and permissions.may(request.user, "contact.read", contact)
    return Line(each, _told(each, forms.definition(each.version)), opens)


def _told(each: Submission, definition: Definition) -> list[tuple[str, str]]:
    """The answers by the words that asked for them, choices by their labels."""
    found = []
    for question in definition.questions:
        labels = {option.value: option.label for option in question.options}
        texts = [labels.get(text, text) for text in each.answers.get(question.name, [])]
        if texts:
            found.append((question.label, ", ".join(texts)))
    return found
