"""The ready-made reports, by name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from decimal import Decimal

from accord.engine import periods
from accord.engine.errors import Refused
from accord.engine.periods import Period
from accord.insight import credit, funnel, of_segment, questions, revenue, velocity, winloss
from accord.insight.questions import Answer, Cell, Cut, Part, Query, Question, Report
from accord.platform.models import Import
from accord.platform.transfer.reading import defusing
from accord.sales.models import Pipeline

ALL: dict[str, Report] = {
    module.REPORT.name: module.REPORT for module in (funnel, winloss, revenue, velocity, credit)
}


class UnknownReport(Refused):
    """There is no report of that name."""


class UnknownMeasure(Refused):
    """This report has no such column."""


class UnknownPipeline(Refused):
    """There is no pipeline of that name."""


class UnknownImport(Refused):
    """There is no import of that number."""


def report(name: str) -> Report:
    if name not in ALL:
        raise UnknownReport(f"There is no report {name!r}. Use one of: {', '.join(ALL)}.")
    return ALL[name]


def answer(question: Question) -> Answer:
    """Answer a question. Raises Refused where it cannot be asked or the reader may not."""
    _check(question)
    return report(question.report).answer(question)


def before(question: Question) -> Question | None:
    """The same question about the period before, as long; None while an end is open."""
    if question.start is None or question.end is None:
        return None
    earlier = periods.before(Period(question.start, question.end))
    return replace(question, start=earlier.first, end=earlier.last) if earlier else None


@dataclass(frozen=True)
class Made:
    """What one number is made of: how many things, what their figures add up to, and some."""

    n: int
    added: Decimal
    parts: tuple[Part, ...]


def made_of(
    question: Question, cut: Cut, measure: str, *, start: int = 0, limit: int | None = None
) -> Made:
    """What one number is made of, with `limit` of the things from the one at `start` on.

    Raises UnknownMeasure for a measure the report does not have, and as `answer` does.
    """
    _check(question)
    query = _query(question, cut, measure)
    values = query.parameters | {"offset": start, "limit": limit}
    found = questions.run_over_all(_MADE_OF.format(parts=query.text), values)
    names = {each.name for each in fields(Part)}
    parts = tuple(
        Part(**{name: value for name, value in row.items() if name in names})
        for row in found
        if row["nth"]
    )
    return Made(found[0]["n"], Decimal(str(found[0]["added"])), parts)


# Every row tells of the whole; a page beyond the end is one row that tells of nothing else.
_MADE_OF = """
WITH part AS MATERIALIZED ({parts}),
page AS (SELECT part.*, row_number() OVER () AS nth FROM part OFFSET %(offset)s LIMIT %(limit)s)
SELECT whole.n, whole.added, page.*
FROM (SELECT count(*) AS n, coalesce(sum(figure), 0) AS added FROM part) whole
LEFT JOIN page ON true ORDER BY nth
"""


def _check(question: Question) -> None:
    """Raise where a filter fits nothing: nothing would be counted, and nobody told why."""
    Period(question.start, question.end)
    if question.pipelines:
        known = list(Pipeline.objects.values_list("name", flat=True))
        for name in set(question.pipelines) - set(known):
            raise UnknownPipeline(f"There is no pipeline {name!r}. Use one of: {', '.join(known)}.")
    if question.imports:
        found = Import.objects.filter(pk__in=question.imports).values_list("pk", flat=True)
        for number in set(question.imports) - set(found):
            raise UnknownImport(f"There is no import {number}.")
    if question.segment:
        of_segment.check(question.segment, as_of=question.as_of, reader=question.reader)


def label(question: Question, key: str | None) -> str:
    """The name of one line of a report, as people read it."""
    if question.report == "attribution":
        return credit.label(question.by, key)
    return questions.label(question.by, key)


def lines(answer: Answer) -> Iterator[list[str]]:
    """The answer as lines of a CSV file: raw values and the total, formulas defused."""
    names = [measure.name for measure in answer.measures]
    yield [answer.question.by, *names]
    for row in answer.rows:
        yield [defusing.defuse(row.label), *(_raw(row.values[name]) for name in names)]
    if answer.total:
        yield sums("total", answer)


def sums(label: str, answer: Answer) -> list[str]:
    """The total of an answer as a line of a CSV file."""
    return [label, *(_raw(answer.total.get(each.name)) for each in answer.measures)]


def _raw(value: Cell) -> str:
    return "" if value is None else str(value)


def _query(question: Question, cut: Cut, measure: str) -> Query:
    known = report(question.report)
    names = [each.name for each in known.measures]
    if measure not in names:
        raise UnknownMeasure(f"This report has no {measure!r}. Use one of: {', '.join(names)}.")
    return known.parts(question, cut, measure)
