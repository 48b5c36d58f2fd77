"""Win and loss: how many closed deals were won, how much, how fast, and why not."""

from __future__ import annotations

from typing import Any

from accord.engine import statistics
from accord.insight import questions
from accord.insight.questions import Answer, Cell, Cut, Measure, Query, Question, Report, Row

KEYS = {
    "reason": "reason",
    "owner": "owner",
    "team": "team",
    "source": "source",
    "channel": "channel",
    "campaign": "campaign",
    "manager": "manager",
    "month": "month",
}
_DAYS = "Calendar days from opening to closing; deals whose opening nobody knows are left out."
MEASURES = (
    Measure("won", "Won", "Deals closed as won."),
    Measure("lost", "Lost", "Deals closed as lost."),
    Measure("win_rate", "Win rate", "Won divided by won and lost.", "share"),
    Measure("win_low", "from", "Lower end of the 95 % Wilson range of the win rate.", "share"),
    Measure("win_high", "to", "Upper end of the 95 % Wilson range of the win rate.", "share"),
    Measure("won_value", "Won value", "Sum of won amounts in the reporting currency.", "money"),
    Measure("lost_value", "Lost value", "Sum of lost amounts in the reporting currency.", "money"),
    Measure("without_amount", "No amount", "Closed deals without an amount."),
    Measure("won_days_mean", "Days to win, mean", _DAYS, "days"),
    Measure("won_days_median", "median", _DAYS, "days"),
    Measure("lost_days_mean", "Days to lose, mean", _DAYS, "days"),
    Measure("lost_days_median", "median", _DAYS, "days"),
    Measure("won_days_n", "n won", "Won deals with a known opening day."),
    Measure("lost_days_n", "n lost", "Lost deals with a known opening day."),
)


def answer(question: Question) -> Answer:
    """Count closed deals by key; the total is computed over all deals, not over the rows."""
    order = "key" if question.by == "month" else "count(*) DESC, key"
    total, *found = questions.summed(question, KEYS, order)
    rows = tuple(
        Row(row["key"], questions.label(question.by, row["key"]), _measured(row)) for row in found
    )
    return Answer(question, MEASURES, rows, _measured(total), _notes(total))


def parts(question: Question, cut: Cut, measure: str) -> Query:
    """The closed deals behind one number, each with its amount or its days."""
    outcome = measure.partition("_")[0]
    which = {"won": "is_won", "lost": "is_lost"}.get(outcome, "(is_won OR is_lost)")
    figure = "value"
    if "_days_" in measure:
        which, figure = f"{which} AND days_to_close IS NOT NULL", "days_to_close"
    elif measure == "without_amount":
        which = f"{which} AND value IS NULL"
    elif measure.startswith("win_"):
        figure = "is_won::int"
    return questions.closed_deals(question, cut, keys=KEYS, which=which, figure=figure)


def _measured(row: dict[str, Any]) -> dict[str, Cell]:
    closed = row["won"] + row["lost"]
    range_ = statistics.wilson(row["won"], closed)
    measured: dict[str, Cell] = {
        "won": row["won"],
        "lost": row["lost"],
        "win_rate": row["won"] / closed if closed else None,
        "win_low": range_.low,
        "win_high": range_.high,
        "won_value": questions.worth(row["won_value"], row["won"]),
        "lost_value": questions.worth(row["lost_value"], row["lost"]),
        "without_amount": row["without_amount"],
    }
    for outcome in ("won", "lost"):
        for name in ("mean", "median"):
            days = row[f"{outcome}_days_{name}"]
            measured[f"{outcome}_days_{name}"] = None if days is None else float(days)
        measured[f"{outcome}_days_n"] = row[f"{outcome}_days_n"]
    return measured


def _notes(total: dict[str, Any]) -> tuple[str, ...]:
    notes = []
    if total["without_amount"]:
        notes.append(f"{total['without_amount']:,} closed deals have no amount.")
    unknown = total["won"] + total["lost"] - total["won_days_n"] - total["lost_days_n"]
    if unknown:
        notes.append(f"{unknown:,} closed deals have no known opening day and no days to close.")
    return tuple(notes)


REPORT = Report(
    "winloss",
    "Won and lost",
    "Of the deals that were closed, how many were won, what they were worth and how long it took.",
    KEYS,
    MEASURES,
    answer,
    parts,
    defaults={"by": "reason"},
)
