"""Forms: the list, a new one, and the page that tells how one does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone, translation
from django.views.decorators.http import require_POST, require_safe

from accord.engine.errors import Refused
from accord.marketing.forms import conversion, submissions, telling
from accord.marketing.forms import forms as verbs
from accord.marketing.forms.conversion import Figures
from accord.marketing.models import Form
from accord.people import choices
from accord.platform import links
from accord.platform.access import permissions
from accord.platform.models import User
from accord.web import charts
from accord.web.charts import Bar, Frame
from accord.web.forms import hosted
from accord.web.http import StaffRequest
from accord.web.staff import staff

DAYS = 30
WIDE, PHONE = (14, 716), (7, 326)  # days in the chart, and its width


@dataclass(frozen=True)
class Line:
    """A form in the list. silent: people may fill it in, and nobody here is told.

    ageless: they agree to something there, and nobody asks their age where children are reached.
    """

    form: Form
    figures: Figures
    spam: int
    silent: bool
    ageless: bool


@staff("form.read")
@require_safe
def forms(request: StaffRequest) -> HttpResponse:
    rows = Form.objects.visible_to(request.user).order_by("-changed_at")
    found = list(rows.select_related("owner", "published").prefetch_related("told"))
    figures = conversion.of(found, since=_since())
    may_write = permissions.may(request.user, "form.write")
    spam = submissions.doubted(found) if may_write else {}
    ageless = set(verbs.asking_no_age(found))
    lines = [
        Line(
            each,
            figures[each.pk],
            spam.get(each.pk, 0),
            silent=each.is_open and not telling.told(each),
            ageless=each in ageless,
        )
        for each in found
    ]
    context = {"lines": lines, "days": DAYS, "may_write": may_write}
    return render(request, "forms/forms.html", context)


@staff("form.write")
def new(request: StaffRequest) -> HttpResponse:
    context: dict[str, Any] = {"languages": verbs.LANGUAGES, "name": request.POST.get("name", "")}
    if request.method != "POST":
        return render(request, "forms/new.html", context)
    language = request.POST.get("language", "en")
    try:
        made = verbs.create(name=context["name"], language=language, by=request.user)
    except Refused as refused:
        return render(request, "forms/new.html", context | {"error": str(refused)}, status=422)
    return redirect("form-edit", made.pk)


@staff("form.read")
@require_safe
def form(request: StaffRequest, pk: int) -> HttpResponse:
    """How a form does, what was sent, and how to put it before people."""
    found = _form(request, pk)
    today = timezone.localdate()
    days = conversion.by_day(found, since=_since(), until=today)
    may_write = permissions.may(request.user, "form.write", found)
    context = {
        "form": found,
        "figures": conversion.of([found], since=_since())[found.pk],
        "days": [each for each in reversed(days) if each[1] != Figures()],
        "chart": _chart(days, WIDE),
        "narrow": _chart(days, PHONE),
        "span": DAYS,
        "counts": submissions.of(found),
        "may_write": may_write,
        "told": telling.told(found),
        **(_sharing(found) if found.published else {}),
        **(_handling(found) if may_write else {}),
    }
    return render(request, "forms/form.html", context)


@staff("form.write")
@require_POST
def handling(request: StaffRequest, pk: int) -> HttpResponse:
    """Say what happens with what is sent."""
    found = _form(request, pk)
    people = {str(each.pk): each for each in _people()}
    verbs.handle(
        found,
        verbs.Handling(
            name=request.POST.get("name", ""),
            stage=request.POST.get("stage", ""),
            owner=people.get(request.POST.get("owner", "")),
            told=tuple(people[pk] for pk in request.POST.getlist("told") if pk in people),
        ),
        by=request.user,
    )
    messages.success(request, "That is kept.")
    return redirect("form", pk)


@staff("form.write")
@require_POST
def closure(request: StaffRequest, pk: int) -> HttpResponse:
    verbs.close(_form(request, pk), by=request.user)
    messages.success(request, "The form is closed: its page says so. Publish it to open it again.")
    return redirect("form", pk)


@staff("form.write")
@require_POST
def deletion(request: StaffRequest, pk: int) -> HttpResponse:
    verbs.delete(_form(request, pk), by=request.user)
    messages.success(request, "The form is deleted. What was sent stays with the contacts.")
    return redirect("forms")


def _form(request: StaffRequest, pk: int) -> Form:
    rows = Form.objects.visible_to(request.user).select_related("published", "owner")
    return get_object_or_404(rows, pk=pk)


def _since() -> date:
    return timezone.localdate() - timedelta(days=DAYS - 1)


def _chart(days: list[tuple[date, Figures]], size: tuple[int, int]) -> charts.Chart:
    number, width = size
    bars = [Bar(f"{day:%-d %b}", each.sent, "var(--mkt)") for day, each in days[-number:]]
    return charts.columns(bars, Frame("Sent by day", width, height=180))


def _handling(found: Form) -> dict[str, Any]:
    people = _people()
    return {
        "stages": choices.stages(),
        "people": people,
        "others": [each for each in people if each.pk != found.owner_id],
        "chosen": set(found.told.values_list("pk", flat=True)),
    }


def _people() -> list[User]:
    return list(User.objects.people().filter(is_active=True).order_by("name", "pk"))


def _sharing(found: Form) -> dict[str, str]:
    """The address, the script for a page, and the form as plain HTML to be pasted."""
    assert found.published is not None  # noqa: S101 - asked by the caller
    definition = verbs.definition(found.published)
    address = links.address(f"/f/{found.slug}/")
    with translation.override(definition.language):
        context = hosted.fields(definition, {}, None)
        context |= {"address": address, "version": found.published.number}
        plain = render_to_string("public/_form_plain.html", context)
    script = f"{settings.BASE_URL}{static('js/form.js')}"
    return {
        "address": address,
        "script": f'<script async src="{script}" data-form="{address}"></script>',
        "plain": "\n".join(line for line in plain.splitlines() if line.strip()),
    }
