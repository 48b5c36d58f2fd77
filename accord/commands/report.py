"""Print a report: funnel, winloss, revenue, velocity or attribution."""

from __future__ import annotations

import argparse
import csv
import json
import sys
from datetime import date, datetime
from typing import TYPE_CHECKING

from accord.engine.errors import Refused

if TYPE_CHECKING:
    from accord.insight.questions import Answer

REPORTS = ("attribution", "funnel", "revenue", "velocity", "winloss")
HELP = "Print a report: funnel, winloss, revenue, velocity or attribution."
NEEDS_DATABASE = True


class NoPeriod(Refused):
    """Say --from and --to: only a whole period can be compared with the one before."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", choices=REPORTS)
    parser.add_argument("--by", help="what to cut by; each report has its own keys")
    parser.add_argument("--from", dest="start", type=_day, metavar="YYYY-MM-DD")
    parser.add_argument("--to", dest="end", type=_day, metavar="YYYY-MM-DD")
    parser.add_argument("--as-of", type=_moment, metavar="YYYY-MM-DD[THH:MM]")
    parser.add_argument("--pipeline", action="append", default=[], metavar="NAME")
    parser.add_argument("--import", dest="imports", action="append", type=int, default=[])
    parser.add_argument(
        "--segment", metavar="NAME|ID", help="only its members, and deals they are on"
    )
    parser.add_argument("--goal", choices=["won", "opened"], default="won")
    parser.add_argument("--compare", action="store_true", help="beside the period before")
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument("--json", dest="shape", action="store_const", const="json")
    shape.add_argument("--csv", dest="shape", action="store_const", const="csv")


def run(options: argparse.Namespace) -> int:
    from django.utils import timezone

    from accord.insight import attribution, of_segment, reports
    from accord.insight.questions import Question

    question = Question(
        report=options.name,
        by=options.by or reports.report(options.name).defaults["by"],
        start=options.start,
        end=options.end,
        as_of=options.as_of,
        pipelines=tuple(options.pipeline),
        imports=tuple(options.imports),
        goal=options.goal,
        segment=of_segment.named(options.segment) if options.segment else None,
    )
    if question.report == "attribution":
        attribution.refresh(timezone.now())  # a script waits for all of it
    earlier = reports.before(question) if options.compare else None
    if options.compare and earlier is None:
        raise NoPeriod
    answer = reports.answer(question)
    _print(answer, reports.answer(earlier) if earlier else None, options.shape)
    return 0


def _day(text: str) -> date:
    from accord.insight import questions

    return questions.day(text)


def _moment(text: str) -> datetime:
    from accord.insight import questions

    return questions.moment(text)


def _print(answer: Answer, before: Answer | None, shape: str | None) -> None:
    from accord.insight import reports

    if shape == "json":
        told = answer.as_json()
        if before:
            told["before"] = {**before.question.filters(), "total": before.total}
        print(json.dumps(told, indent=1, ensure_ascii=False))
    elif shape == "csv":
        lines = [*reports.lines(answer), *([reports.sums("before", before)] if before else [])]
        csv.writer(sys.stdout, lineterminator="\n").writerows(lines)
    else:
        _table(answer, before)


def _table(answer: Answer, before: Answer | None) -> None:
    names = [measure.name for measure in answer.measures]
    lines = [[answer.question.by, *names]]
    lines += [[row.label, *(_text(row.values[name]) for name in names)] for row in answer.rows]
    sums = [("total", answer.total), ("before", before.total if before else {})]
    lines += [[label, *(_text(sum_[name]) for name in names)] for label, sum_ in sums if sum_]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    for line in lines:
        cells = [cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True)]
        print(line[0].ljust(widths[0]), *cells, sep="  ")
    for note in answer.notes:
        print(note)


def _text(cell: str | float | None) -> str:
    if isinstance(cell, float):
        return f"{cell:.4f}".rstrip("0").rstrip(".")
    return "" if cell is None else str(cell)
