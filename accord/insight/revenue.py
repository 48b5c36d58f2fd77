"""Revenue: what was won, by who sold it, where it came from, and when."""

from __future__ import annotations

from typing import Any

from accord.insight import questions
from accord.insight.questions import Answer, Cell, Cut, Measure, Query, Question, Report, Row

KEYS = {
    "owner": "owner",
    "team": "team",
    "manager": "manager",
    "source": "source",
    "channel": "channel",
    "campaign": "campaign",
    "month": "month",
}
MEASURES = (
    Measure("won", "Won deals", "Deals closed as won in the period."),
    Measure("revenue", "Revenue", "Sum of won amounts in the reporting currency.", "money"),
    Measure("average", "Average deal", "Revenue divided by won deals with an amount.", "money"),
    Measure("without_amount", "No amount", "Won deals without an amount."),
)


def answer(question: Question) -> Answer:
    """Sum won deals by key, most revenue first; months in order."""
    order = "key" if question.by == "month" else "revenue DESC NULLS LAST, won DESC, key"
    total, *found = questions.summed(question, KEYS, order)
    rows = tuple(
        Row(row["key"], questions.label(question.by, row["key"]), _measured(row)) for row in found
    )
    notes: tuple[str, ...] = ()
    if total["without_amount"]:
        notes = (f"{total['without_amount']:,} won deals have no amount and add nothing.",)
    return Answer(question, MEASURES, rows, _measured(total), notes)


def parts(question: Question, cut: Cut, measure: str) -> Query:
    """The won deals behind one number, each with its amount."""
    which = {"average": "AND value IS NOT NULL", "without_amount": "AND value IS NULL"}
    return questions.closed_deals(
        question, cut, keys=KEYS, which=f"is_won {which.get(measure, '')}", figure="value"
    )


def _measured(row: dict[str, Any]) -> dict[str, Cell]:
    return {
        "won": row["won"],
        "revenue": questions.worth(row["revenue"], row["won"]),
        "average": questions.money(row["average"]),
        "without_amount": row["without_amount"],
    }


REPORT = Report(
    "revenue",
    "Revenue",
    "What was won, in the reporting currency, on the day each deal was closed.",
    KEYS,
    MEASURES,
    answer,
    parts,
    defaults={"by": "owner"},
)
