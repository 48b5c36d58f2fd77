"""The deals of a pipeline: as a board of cards, or as a table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accord.people.fields.filters import Filter
from accord.platform import currencies, views
from accord.platform.access import permissions
from accord.sales import choices
from accord.sales.models import Pipeline, Stage
from accord.sales.pipeline import board
from accord.web.http import StaffRequest
from accord.web.lists import asking, nouns, tables
from accord.web.lists.asking import Asked
from accord.web.lists.tables import Tab
from accord.web.parts import render_parts
from accord.web.sales import cards
from accord.web.staff import staff

WAYS = ("board", "table")
OPEN = "outcome:empty"  # no filter here: a board is of open deals, with what closed this month
MOST = 500


@dataclass(frozen=True)
class Question:
    """What a board's address asks: a pipeline and filters."""

    asked: Asked
    pipeline: Pipeline
    pipelines: tuple[Pipeline, ...]

    @property
    def filters(self) -> tuple[Filter, ...]:
        pairs = zip(self.asked.filters, self.asked.texts, strict=True)
        return tuple(each for each, text in pairs if text != OPEN)

    @property
    def texts(self) -> list[str]:
        return [text for text in self.asked.texts if text != OPEN]

    def query(self, **changes: Any) -> str:
        """The address's query with some parts replaced."""
        first = self.pipeline == self.pipelines[0]
        parts: dict[str, Any] = {
            "pipeline": None if first else self.pipeline.pk,
            "view": self.asked.view.pk if self.asked.view else None,
            "f": self.texts,
        }
        return asking.encode(parts | changes)


@staff("deal.read")
@require_safe
def deals(request: StaffRequest) -> HttpResponse:
    """The board or the table, whichever this person looked at last."""
    way = request.GET.get("as")
    if way in WAYS and way != request.session.get("deals_as"):  # a write is three round trips
        request.session["deals_as"] = way
    if request.session.get("deals_as") == "table":
        query = request.GET or QueryDict(asking.encode({"f": OPEN}))
        asked = asking.read(nouns.DEALS, query, request.user)
        texts = [text for text in asked.texts if not text.startswith("outcome:")]
        context = tables.context(asked) | {"board_query": asking.encode({"f": texts})}
        return render_parts(request, "sales/table.html", {"rows": "lists/_rows.html"}, context)
    return render(request, "sales/board.html", whole(read(request), request))


@staff("deal.read")
@require_safe
def column(request: StaffRequest, pk: int) -> HttpResponse:
    """One column with more cards than before, in place of the old one."""
    stage = get_object_or_404(Stage.objects.select_related("pipeline"), pk=pk)
    text = request.GET.get("size", "")
    size = min(int(text), MOST) if text.isdecimal() and len(text) < 5 else board.SIZE
    question = read(request)
    context = one(question, request, stage, size=size)
    return render(request, "sales/_column.html", context)


def read(request: StaffRequest) -> Question:
    """What the address asks. Raises Refused with a sentence where a filter does not exist."""
    asked = asking.read(nouns.DEALS, request.GET, request.user)
    known = tuple(each for each in choices.pipelines() if each.archived_at is None)
    if not known:
        raise Http404
    wanted = request.GET.get("pipeline") or _of_view(asked)
    chosen = next((each for each in known if str(each.pk) == wanted), known[0])
    return Question(asked, chosen, known)


def whole(question: Question, request: StaffRequest) -> dict[str, Any]:
    """Everything the page shows."""
    shown = totals(question, request, size=board.SIZE)
    return shown | {
        "noun": nouns.DEALS,
        "asked": question.asked,
        "pipeline": question.pipeline,
        "pipelines": [(each, question.query(pipeline=each.pk)) for each in question.pipelines],
        "chips": _chips(question),
        "tabs": _tabs(question, request),
        "table_query": asking.encode({"f": [OPEN, *question.texts]}),
        "unused": not shown["totals"].count and not nouns.DEALS.rows(request.user).exists(),
        "may_import": permissions.may(request.user, "import.run"),
        "may_write": shown["may_create"],
    }


def totals(question: Question, request: StaffRequest, *, size: int = 0) -> dict[str, Any]:
    """The columns with their heads and the sums above them; size 0 leaves the cards out."""
    found = board.board(
        question.pipeline,
        request.user,
        question.filters,
        size=size,
        closed_since=month(),
    )
    return {
        "columns": [
            cards.column(each, request.user, place, shown=size)
            for place, each in enumerate(found.columns)
        ],
        "totals": found.totals,
        "currency": found.currency,
        "month": month(),
        "query": question.query(),
        "no_step_query": question.query(f=[*question.texts, "next_step:empty"], view=None),
        "stalled_query": question.query(f=[*question.texts, "stalled:is:yes"], view=None),
        "may_create": permissions.may(request.user, "deal.write"),
    }


def one(
    question: Question, request: StaffRequest, stage: Stage, *, size: int = board.SIZE
) -> dict[str, Any]:
    """What the template of one column shows."""
    found = board.column(stage, request.user, question.filters, size=size, closed_since=month())
    places = [each.pk for each in choices.stages_of(stage.pipeline)]
    place = places.index(stage.pk) if stage.pk in places else 0
    made = cards.column(found, request.user, place, shown=size)
    return {
        "each": made,
        "query": question.query(),
        "currency": currencies.reporting(),
        "may_create": permissions.may(request.user, "deal.write"),
    }


def month() -> date:
    """The first day of this month: since when closed deals stand on the board."""
    return timezone.localdate().replace(day=1)


def _of_view(asked: Asked) -> str:
    return QueryDict(asked.view.query).get("pipeline", "") if asked.view else ""


def _chips(question: Question) -> list[tables.Chip]:
    texts = question.texts
    return [
        tables.chip(each, question.query(f=texts[:at] + texts[at + 1 :]))
        for at, each in enumerate(question.filters)
    ]


def _tabs(question: Question, request: StaffRequest) -> list[Tab]:
    """The built-in views and this person's own; those of closed deals open as a table."""
    here, found = set(question.texts), []
    for view in nouns.DEALS.built_in:
        texts = [text for text in QueryDict(view.query).getlist("f") if text != OPEN]
        closed = not view.query or any(text.startswith("outcome:") for text in texts)
        query = f"as=table&{view.query or 'f='}" if closed else question.query(f=texts, view=None)
        current = not closed and question.asked.view is None and here == set(texts)
        found.append(Tab(view.name, f"?{query}", current))
    saved = views.usable("deal", request.user)
    chosen = question.asked.view
    return found + [Tab(each.name, f"?view={each.pk}", each == chosen) for each in saved]
