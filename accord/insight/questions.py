"""What a report is asked: by which key, over which days, as of when, for which records."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from accord.engine.errors import Refused
from accord.people.models import Segment
from accord.people.origins import channels
from accord.platform.access import permissions
from accord.platform.access.permissions import Scope
from accord.platform.access.preferences import current
from accord.platform.models import User

Cell = str | int | float | None


class UnknownKey(Refused):
    """This report cannot be cut that way."""


class UnreadableDay(Refused):
    """This day cannot be read. Write it as year-month-day, for example 2026-03-31."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"“{text}” is not a day. Write it as year-month-day, for example 2026-03-31."
        )


@dataclass(frozen=True)
class Question:
    """One report, one cut, its filters. `reader` None: everything (the command line).

    as_kept: credit as it was last worked out, without looking what changed since.
    """

    report: str
    by: str
    start: date | None = None
    end: date | None = None
    as_of: datetime | None = None
    pipelines: tuple[str, ...] = ()
    imports: tuple[int, ...] = ()
    goal: str = "won"
    segment: Segment | None = None
    reader: User | None = None
    as_kept: bool = False

    def filters(self) -> dict[str, Any]:
        """The filters that are set, as JSON values, for people and machines to read back."""
        named = {
            "from": self.start.isoformat() if self.start else None,
            "to": self.end.isoformat() if self.end else None,
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "pipeline": list(self.pipelines),
            "import": list(self.imports),
            "segment": self.segment.name if self.segment else None,
            "goal": self.goal if self.report == "attribution" else None,
        }
        return {name: value for name, value in named.items() if value}


@dataclass(frozen=True)
class Row:
    """One line: the raw key (None where the record has none), its label, its measures."""

    key: str | None
    label: str
    values: dict[str, Cell]


@dataclass(frozen=True)
class Measure:
    """A column of a report: its name, its words, its definition, and how it is shown."""

    name: str
    label: str
    definition: str
    kind: str = "count"  # count, share, money, days or credit


@dataclass(frozen=True)
class Answer:
    """What a report says. left: deals whose credit is still being worked out."""

    question: Question
    measures: tuple[Measure, ...]
    rows: tuple[Row, ...]
    total: dict[str, Cell]
    notes: tuple[str, ...] = ()
    left: int = 0

    def as_json(self) -> dict[str, Any]:
        """The report as people script against it: numbers are numbers, money is text."""
        rows = [{"key": row.key, "label": row.label, **row.values} for row in self.rows]
        return {
            "report": self.question.report,
            "by": self.question.by,
            "filters": self.question.filters(),
            "currency": current().reporting_currency,
            "rows": rows,
            "total": self.total,
            "notes": list(self.notes),
        }


@dataclass(frozen=True)
class Cut:
    """The line of a report a number stands in: one key (None: not recorded), or all of them."""

    key: str | None = None
    whole: bool = False


@dataclass(frozen=True)
class Part:
    """One thing a number is made of, as it was known at the moment asked about.

    figure: what it adds to the number: an amount, days, a share of credit, 1 or 0.
    began, ended: of a deal or of its stay in a stage; began is also when a touch happened.
    weight, value: the share of a goal a touch earned, and its worth in the reporting currency.
    """

    figure: Decimal | float | int | None
    deal: int | None = None
    contact: int | None = None
    began: datetime | None = None
    ended: datetime | None = None
    channel: str = ""
    source: str = ""
    campaign: str = ""
    weight: float | None = None
    value: Decimal | None = None


@dataclass(frozen=True)
class Query:
    """A query with its parameters whose rows have the columns of a Part."""

    text: str
    parameters: dict[str, Any]


@dataclass(frozen=True)
class Report:
    """A ready-made report: what it answers, how it can be cut, and the code that answers it.

    noun: what its numbers are made of: contact, deal, stay or touch.
    """

    name: str
    title: str
    definition: str
    keys: dict[str, str]
    measures: tuple[Measure, ...]
    answer: Callable[[Question], Answer]
    parts: Callable[[Question, Cut, str], Query]
    noun: str = "deal"
    defaults: dict[str, str] = field(default_factory=dict)


def day(text: str) -> date:
    """A day as people write it. Raises UnreadableDay."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UnreadableDay(text) from None


def moment(text: str) -> datetime:
    """A moment as people write it; a day means its end. Raises UnreadableDay.

    Without a zone it is in the company's.
    """
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        raise UnreadableDay(text) from None
    if len(text) <= len("2026-01-31"):
        value = datetime.combine(value, time.max)
    return value if value.tzinfo else timezone.make_aware(value)


def sql(name: str) -> str:
    """The text of a query in queries/."""
    return (Path(__file__).parent / "queries" / f"{name}.sql").read_text()


def run(text: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
    """Run a query; one dict a row, by column name."""
    with connection.cursor() as cursor:
        cursor.execute(text, parameters)
        return _rows(cursor)


def run_over_all(text: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
    """Run a query that reads much of everything; one dict a row, by column name."""
    with connection.cursor() as cursor:
        cursor.execute(not_row_by_row(text), parameters)
        cursor.nextset()
        return _rows(cursor)


def not_row_by_row(text: str) -> str:
    """The query with its joins made by hash or in order; its result is the second of three.

    Where the planner takes thousands of rows for one (of a table just filled, of what was
    known then), joining them row by row takes minutes.
    """
    return f"SET LOCAL enable_nestloop = off;\n{text};\nSET LOCAL enable_nestloop TO DEFAULT"


def _rows(cursor: Any) -> list[dict[str, Any]]:
    columns = [column.name for column in cursor.description]
    return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


def parameters(question: Question, permission: str) -> dict[str, Any]:
    """The parameters every query takes; see the head of queries/*.sql."""
    segment = question.segment.pk if question.segment else None
    return {
        "as_of": question.as_of,
        "start": question.start,
        "end": question.end,
        "zone": settings.TIME_ZONE,
        "currency": current().reporting_currency,
        "pipelines": list(question.pipelines) or None,
        "imports": list(question.imports) or None,
        "deal_imports": list(question.imports) or None,
        "segment": segment,
        "deal_segment": segment,
        "owners": _owners(question.reader, permission),
    }


def known(question: Question) -> str:
    """The start of every query: people and deals as they are, or were known at `as_of`."""
    return "WITH " + sql("known" if question.as_of else "known_now")


def deals(question: Question) -> str:
    """The start of every query on deals: `cut` has one row a deal with every key."""
    return f"{known(question)},\n{sql('deal_keys')}"


def summed(question: Question, keys: dict[str, str], order: str) -> list[dict[str, Any]]:
    """What the report's own query says of closed deals: of the whole first, then by key."""
    text = sql(question.report).replace("{key}", choose(keys, question.by))
    text = text.replace("{period}", between("closed_at"))
    return run_over_all(
        f"{deals(question)} {text} ORDER BY whole DESC, {order}",
        parameters(question, "deal.read"),
    )


def closed_deals(question: Question, cut: Cut, *, keys: dict[str, str], **what: str) -> Query:
    """The deals behind one number of a report on closed deals, the dearest first.

    what: `which`, the condition on deals; `figure`, the column that is added up.
    """
    text = f"""{deals(question)}
        SELECT id AS deal, {what["figure"]} AS figure, opened_at AS began, closed_at AS ended
        FROM cut
        WHERE {what["which"]} AND {in_cut(choose(keys, question.by))} AND {between("closed_at")}
        ORDER BY value DESC NULLS LAST, id"""
    return Query(text, parameters(question, "deal.read") | asdict(cut))


def in_cut(expression: str) -> str:
    """The condition on rows of one line of a report; its parameters are the fields of a Cut."""
    return f"(%(whole)s OR {expression} IS NOT DISTINCT FROM %(key)s)"


def between(moment: str) -> str:
    """The condition that a moment lies in the days asked about, both included."""
    day = f"({moment} AT TIME ZONE %(zone)s)::date"
    return (
        f"(%(start)s::date IS NULL OR {day} >= %(start)s::date) "
        f"AND (%(end)s::date IS NULL OR {day} <= %(end)s::date)"
    )


def choose(keys: dict[str, str], by: str) -> str:
    """The expression to group by. Raises UnknownKey, naming the keys there are."""
    if by not in keys:
        raise UnknownKey(f"This report cannot be cut by {by!r}. Use one of: {', '.join(keys)}.")
    return keys[by]


def label(by: str, key: str | None, *, empty: str = "Not recorded") -> str:
    """A row's key as people read it: channels by their name, the rest as recorded."""
    if key is None:
        return empty
    if by == "channel" and key in channels.CHANNELS:
        return channels.CHANNELS[key].label
    return key


def money(value: Decimal | None) -> str | None:
    return None if value is None else str(value.quantize(Decimal("0.01"), ROUND_HALF_UP))


def worth(value: Decimal | None, n: int) -> str | None:
    """The sum of n amounts: 0.00 of none, None where none of them is known."""
    return money(Decimal(0) if value is None and not n else value)


def _owners(reader: User | None, permission: str) -> list[int] | None:
    """Ids whose records the reader may count besides unowned ones; None for everybody's."""
    if reader is None:
        return None
    permissions.require(reader, "report.read")
    scopes = permissions.scopes(reader, permission)
    if Scope.ALL in scopes:
        return None
    if not scopes:
        raise permissions.Forbidden
    condition = Q(pk=reader.pk)
    if Scope.TEAM in scopes and reader.team_id:
        condition |= Q(team=reader.team_id)
    if Scope.LED in scopes:
        condition |= Q(team__lead=reader.pk)
    return list(User.objects.filter(condition).values_list("pk", flat=True))
