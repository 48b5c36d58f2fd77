"""Moving a deal: to another stage, to its end, and back. The board swaps what changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from accord.people.records import Conflict
from accord.platform.access import permissions
from accord.sales import choices, days, deals
from accord.sales.models import Deal, Stage
from accord.sales.pipeline import board, moves
from accord.web.http import StaffRequest, number
from accord.web.lists import nouns
from accord.web.sales import boards, cards, closing
from accord.web.sales.closing import ClosingForm
from accord.web.staff import staff


@dataclass(frozen=True)
class Undo:
    """Where a toast's Undo posts to, with which fields."""

    url: str
    fields: tuple[tuple[str, object], ...]


@staff("deal.write")
@require_POST
def stage(request: StaffRequest, pk: int) -> HttpResponse:
    """Move a deal to `stage`, above the card of `before`. A last stage asks for the reason."""
    deal: Deal = nouns.record(nouns.DEALS, request.user, pk)
    to = _stage(request)
    was, below = deal.stage, board.below(deal)
    if to.kind != Stage.Kind.OPEN and not deal.outcome:
        permissions.require(request.user, "deal.write", deal)
        return _ask(request, deal, to, ClosingForm(to.kind), status=422)
    try:
        deals.move(deal, to=to, before=_posted(request, "before"), **_how(request))
    except Conflict as conflict:
        return _stale(request, deal, conflict)
    if to == was:
        return _moved(request, deal, "")
    back = (("stage", was.pk), ("before", below or ""), ("version", deal.version))
    return _moved(request, deal, f"{deal} is in {to} now.", Undo(_url("stage", request, pk), back))


@staff("deal.write")
def outcome(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask why a deal was won or lost, close it, or open it again."""
    deal: Deal = nouns.record(nouns.DEALS, request.user, pk)
    permissions.require(request.user, "deal.write", deal)
    if request.method != "POST":
        to = get_object_or_404(_last_stages(deal), pk=number(request.GET.get("stage", "")))
        return _ask(request, deal, to, ClosingForm(to.kind))
    try:
        return _reopen(request, deal) if "reopen" in request.POST else _close(request, deal)
    except Conflict as conflict:
        return _stale(request, deal, conflict)


def back(
    request: StaffRequest, deal: Deal, words: str = "", tone: int = messages.SUCCESS
) -> HttpResponse:
    """To the deal's page, which shows the words once."""
    if words:
        messages.add_message(request, tone, words)
    if request.htmx:
        return HttpResponseClientRedirect(reverse("deal", args=[deal.pk]))
    return redirect("deal", deal.pk)


def _close(request: StaffRequest, deal: Deal) -> HttpResponse:
    to, was = (
        get_object_or_404(_last_stages(deal), pk=_posted(request, "stage")),
        deal.stage,
    )
    form = ClosingForm(to.kind, request.POST)
    if not form.is_valid():
        return _ask(request, deal, to, form, status=422)
    before = _posted(request, "before")
    try:
        deals.move(deal, to=to, before=before, **_how(request), **form.closing)
    except (days.OutOfRange, moves.NotYetOver, moves.ClosedBeforeOpened) as refused:
        form.add_error("on", str(refused))
        return _ask(request, deal, to, form, status=422)
    words = f"{deal} is {deal.get_outcome_display().lower()}."
    back = (("reopen", 1), ("stage", was.pk), ("version", deal.version))
    return _moved(request, deal, words, Undo(_url("outcome", request, deal.pk), back))


def _reopen(request: StaffRequest, deal: Deal) -> HttpResponse:
    number = _posted(request, "stage")
    to = get_object_or_404(Stage, pk=number) if number else None
    deals.reopen(deal, to=to, **_how(request))
    return _moved(request, deal, f"{deal} is open again.")


def _moved(request: StaffRequest, deal: Deal, words: str, undo: Undo | None = None) -> HttpResponse:
    """What changed on the board, or the way back to the deal's page."""
    if "board" not in request.GET:
        return back(request, deal, words)
    return render(request, "sales/_moved.html", _changed(request, deal, words, undo))


def _changed(
    request: StaffRequest, deal: Deal, words: str, undo: Undo | None = None
) -> dict[str, Any]:
    """Heads and sums, and the card: where it is dropped already, or in its column drawn anew."""
    question = boards.read(request)
    found = boards.totals(question, request) | {"deal": deal, "words": words, "undo": undo}
    if (request.htmx.target or "").endswith(f"#deal-{deal.pk}"):
        known = board.card(deal, request.user)
        return found | {"dropped": cards.card(known, request.user) if known else None}
    if deal.pipeline_id != question.pipeline.pk:
        return found
    return found | boards.one(question, request, deal.stage)


def _stale(request: StaffRequest, deal: Deal, conflict: Conflict) -> HttpResponse:
    """Somebody else moved it meanwhile: the card goes where it is now."""
    deal.refresh_from_db()
    words = f"Somebody else changed {deal} meanwhile: it is in {deal.stage} now. Try again."
    if "board" not in request.GET:
        return back(request, deal, words, tone=messages.ERROR)
    question = boards.read(request)
    context = boards.totals(question, request) | {"deal": deal, "words": words, "tone": "error"}
    if deal.pipeline_id == question.pipeline.pk:
        context |= boards.one(question, request, deal.stage)
    return render(request, "sales/_moved.html", context, status=409)


def _ask(
    request: StaffRequest, deal: Deal, to: Stage, form: ClosingForm, status: int = 200
) -> HttpResponse:
    """The dialog: alone where it was asked for by a link, as a part of the answer to a move."""
    if to.archived_at:
        raise moves.StageGone
    asked = {**request.GET.dict(), **request.POST.dict()}
    version = asked.get("version") or str(deal.version)
    context = closing.context(deal, to, form, version=version, before=asked.get("before", ""))
    context |= {"url": _url("outcome", request, deal.pk)}
    alone = request.method != "POST" or not request.htmx
    template = "sales/closing.html" if alone else "sales/_asked.html"
    return render(request, template, context, status=status)


def _how(request: StaffRequest) -> Any:
    return {"version": _posted(request, "version"), "by": request.user}


def _stage(request: StaffRequest) -> Stage:
    wanted = _posted(request, "stage")
    found = next((each for each in choices.stages() if each.pk == wanted), None)
    if found is None:
        raise Http404
    return found


def _last_stages(deal: Deal) -> Any:
    """The stages in use a deal can end in."""
    return deal.pipeline.stages.filter(archived_at=None).exclude(kind=Stage.Kind.OPEN)


def _posted(request: StaffRequest, name: str) -> int | None:
    return number(request.POST.get(name, ""))


def _url(what: str, request: StaffRequest, pk: int) -> str:
    query = request.GET.urlencode()
    return reverse(f"deal-{what}", args=[pk]) + (f"?{query}" if query else "")
