"""Reports: each number with its definition, and the records behind it one click away."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accord.engine.errors import Refused
from accord.insight import attribution, reports
from accord.insight.credit import LABELS
from accord.insight.questions import Answer, Cut
from accord.platform.access import permissions
from accord.platform.access.preferences import current
from accord.web.http import StaffRequest
from accord.web.insight import asking, behind, cells, drawing
from accord.web.insight.cells import Table
from accord.web.insight.drawing import Drawn
from accord.web.staff import staff

PAGE = 50
ON_INDEX = (("funnel", "source"), ("revenue", "month"), ("winloss", "owner"), ("velocity", "stage"))


@dataclass(frozen=True)
class Card:
    """One report on the overview: its chart, drawn, and where it opens."""

    name: str
    by: str
    title: str
    definition: str
    drawn: Drawn | None


def answered(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A report that cannot be asked so says why, with its filters there to ask differently."""

    @wraps(view)
    def told(request: StaffRequest, name: str) -> HttpResponse:
        try:
            return view(request, name)
        except permissions.Forbidden:
            raise
        except Refused as refused:
            if request.htmx:
                raise
            sentence = str(refused)
        question = asking.readable(name, request.GET, request.user)
        context = {
            "report": reports.report(name),
            "reports": reports.ALL,
            "question": question,
            "choices": asking.choices(question),
            "chips": asking.chips(question, request.GET),
            "model": asking.model(request.GET),
            "refused": sentence,
        }
        return render(request, "insight/report.html", context, status=422)

    return told


@staff("report.read")
@require_safe
def index(request: StaffRequest) -> HttpResponse:
    cards = []
    for name, by in ON_INDEX:
        query = request.GET.copy()
        query["by"] = by
        answer = reports.answer(asking.question(name, query, request.user))
        known = reports.report(name)
        drawn = drawing.drawn(answer, current().reporting_currency, width=drawing.HALF)
        cards.append(Card(name, by, known.title, known.definition, drawn))
    return render(request, "insight/reports.html", {"cards": cards, "reports": reports.ALL})


@staff("report.read")
@require_safe
@answered
def report(request: StaffRequest, name: str) -> HttpResponse:
    question = asking.question(name, request.GET, request.user)
    answer = reports.answer(question)
    currency, model = current().reporting_currency, asking.model(request.GET)
    request.session.setdefault("report_read", True)  # one of the first steps on Today
    context = {
        "report": reports.report(name),
        "reports": reports.ALL,
        "answer": answer,
        "question": question,
        "choices": asking.choices(question),
        "chips": asking.chips(question, request.GET),
        "drawn": drawing.drawn(answer, currency, model=model),
        "model": model,
        "models": LABELS.items(),
        "table": _table(answer, currency, request.GET),
        "may_export": permissions.may(request.user, "export.run"),
        "standing": attribution.standing() if answer.left else None,
    }
    asks_again = (request.htmx.target or "").endswith("#answer")
    return render(request, "insight/report.html" + "#answer" * asks_again, context)


def _table(answer: Answer, currency: str, query: QueryDict) -> Table:
    table = cells.table(answer, currency, query)
    earlier = reports.before(answer.question)
    return cells.beside(table, reports.answer(earlier), currency, query) if earlier else table


@staff("report.read")
@require_safe
@answered
def rows(request: StaffRequest, name: str) -> HttpResponse:
    """What one number of a report is made of."""
    question = asking.question(name, request.GET, request.user)
    known = reports.report(name)
    measure = asking.measure(known, request.GET.get("measure", ""))
    cut = Cut(request.GET.get("key"), whole="whole" in request.GET)
    noun = behind.noun(known, cut)
    number = asking.page(request.GET)
    made = reports.made_of(question, cut, measure.name, start=PAGE * (number - 1), limit=PAGE)
    page = Paginator(range(made.n), PAGE).get_page(number)
    if page.number != number:
        return redirect(f"{request.path}?{asking.without(request.GET, 'page')}")
    context = {
        "report": known,
        "page": page,
        "line": asking.line(question, cut),
        "measure": measure,
        "chips": asking.chips(question, request.GET),
        "said": behind.said(noun, made, measure),
        "listing": behind.listing(noun, made.parts, measure, request.user),
        "back": asking.without(request.GET, "key", "whole", "measure", "page"),
    }
    return render(request, "insight/rows.html", context)


@staff("export.run")
@require_safe
def export(request: StaffRequest, name: str) -> HttpResponse:
    answer = reports.answer(asking.question(name, request.GET, request.user))
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="accord-{answer.question.report}.csv"'
    csv.writer(response).writerows(reports.lines(answer))
    return response
