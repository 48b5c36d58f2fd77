"""A report as a table of cells: shown values, each linked to what it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.http import QueryDict
from django.urls import reverse
from django.utils.formats import date_format

from accord.insight.questions import Answer, Cell, Cut, Measure
from accord.web import formats

ENDS = ("_low", "_high")
WAYS = ("opened to won", "opened to lost", "first contact to won")


@dataclass(frozen=True)
class Shown:
    """One cell as people read it; `url` opens what is behind it.

    exact: the whole amount where the text leaves cents out; range: the Wilson range of a share.
    numeric: set to the right.
    """

    text: str
    url: str = ""
    exact: str = ""
    range: str = ""
    numeric: bool = False


@dataclass(frozen=True)
class Line:
    label: str
    cells: tuple[Shown, ...]


@dataclass(frozen=True)
class Table:
    measures: tuple[Measure, ...]
    lines: tuple[Line, ...]
    sums: tuple[Line, ...]


def table(answer: Answer, currency: str, query: QueryDict) -> Table:
    """The answer with every number formatted and linked to what it is made of.

    The ends of a range stand in the cell of the share they belong to.
    """
    measures = tuple(_told(each) for each in answer.measures if not each.name.endswith(ENDS))
    page = _Page(answer, measures, currency, query)
    lines = tuple(
        Line(label(row.label), page.cells(Cut(row.key), row.values)) for row in answer.rows
    )
    return Table(measures, lines, _sums(page, "Total"))


def beside(table: Table, before: Answer, currency: str, query: QueryDict) -> Table:
    """The table with the total of the period before below its own."""
    asked, days = before.question, query.copy()
    first, last = asked.start or date.min, asked.end or date.max
    days["from"], days["to"] = first.isoformat(), last.isoformat()
    words = f"{date_format(first, 'j M Y')} to {date_format(last, 'j M Y')}"
    page = _Page(before, table.measures, currency, days)
    return replace(table, sums=(*table.sums, *_sums(page, words)))


def _sums(page: _Page, label: str) -> tuple[Line, ...]:
    total = page.answer.total
    return (Line(label, page.cells(Cut(whole=True), total)),) if total else ()


def label(words: str) -> str:
    """A row's name as a line begins: "opened to won" with a capital, "google / cpc" as recorded."""
    return words[:1].upper() + words[1:] if words in WAYS else words


def shown(values: Mapping[str, Cell], measure: Measure, currency: str, url: str = "") -> Shown:
    """One number with what stands beside and behind it."""
    value = values[measure.name]
    words = text(value, measure, currency)
    exact = (
        formats.money(Decimal(str(value)), currency) if measure.kind == "money" and words else ""
    )
    return Shown(words, url, exact if exact != words else "", _range(values, measure))


def _told(measure: Measure) -> Measure:
    if measure.kind != "share":
        return measure
    return replace(measure, definition=f"{measure.definition} Beside it the 95 % Wilson range.")


def _range(values: Mapping[str, Cell], measure: Measure) -> str:
    stem = measure.name.rpartition("_")[0]
    low, high = values.get(f"{stem}_low"), values.get(f"{stem}_high")
    if measure.kind != "share" or low is None or high is None:
        return ""
    return f"{float(low) * 100:.0f}–{formats.percent(float(high))}"


def opens(values: Mapping[str, Cell], measure: Measure) -> bool:
    """Whether there is something behind a number: behind none of something there is not."""
    value = values[measure.name]
    if value is None:
        return False
    return measure.kind in ("share", "days") or Decimal(str(value)) != 0


def text(value: Cell, measure: Measure, currency: str) -> str:
    """A value in the words of its kind; nothing for nothing."""
    if value is None:
        return ""
    match measure.kind:
        case "money":
            return formats.money_near(Decimal(str(value)), currency)
        case "share":
            return formats.percent(float(value), 1)
        case "days" | "credit":
            return formats.number(round(float(value), 1), 1)
        case _:
            return formats.number(int(value)) if isinstance(value, int | float) else str(value)


@dataclass(frozen=True)
class _Page:
    """A report's answer on the page whose address asked for it."""

    answer: Answer
    measures: tuple[Measure, ...]
    currency: str
    query: QueryDict

    def cells(self, cut: Cut, values: Mapping[str, Cell]) -> tuple[Shown, ...]:
        return tuple(self._cell(cut, values, each) for each in self.measures)

    def _cell(self, cut: Cut, values: Mapping[str, Cell], measure: Measure) -> Shown:
        url = self._parts(cut, measure) if opens(values, measure) else ""
        return shown(values, measure, self.currency, url)

    def _parts(self, cut: Cut, measure: Measure) -> str:
        """The address of what one number is made of."""
        left = self.query.copy()
        for name in ("key", "whole", "page", "model"):
            left.pop(name, None)
        left["by"] = self.answer.question.by
        left["measure"] = measure.name
        if cut.whole:
            left["whole"] = "1"
        elif cut.key is not None:
            left["key"] = cut.key
        path = reverse("report-rows", args=[self.answer.question.report])
        return f"{path}?{left.urlencode()}"
