"""The funnel: of the people we know, how many reached each step of the way to a won deal."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from accord.engine import statistics
from accord.insight import questions
from accord.insight.questions import Answer, Cell, Cut, Measure, Query, Question, Report, Row

STEPS = ("leads", "mql", "accepted", "sql", "opportunity", "won")
KEYS = {
    "source": "c.source",
    "channel": "c.channel",
    "campaign": "c.campaign",
    "owner": "u.name",
    "team": "t.name",
    "manager": "b.name",
    "month": "to_char(c.acquired_at AT TIME ZONE %(zone)s, 'YYYY-MM')",
}
_REACHED = "People who ever reached this step or a later one; each is counted once."
MEASURES = (
    Measure("leads", "Leads", f"{_REACHED} A lead showed interest."),
    Measure("mql", "MQL", f"{_REACHED} It meets the definition both teams signed."),
    Measure("accepted", "Accepted", f"{_REACHED} Sales took it."),
    Measure("sql", "SQL", f"{_REACHED} Sales found need, budget, authority and time."),
    Measure("opportunity", "Opportunity", f"{_REACHED} On a deal, whatever became of it."),
    Measure("won", "Won", "People on at least one won deal; each is counted once."),
    Measure("won_share", "Lead to won", "Won divided by leads.", "share"),
    Measure("won_low", "from", "Lower end of the 95 % Wilson range of lead to won.", "share"),
    Measure("won_high", "to", "Upper end of the 95 % Wilson range of lead to won.", "share"),
)


def answer(question: Question) -> Answer:
    """Count people by step. Rows are ordered by leads, most first; `total` sums them."""
    counts = ", ".join(f"count(*) FILTER (WHERE {step}) AS {step}" for step in STEPS)
    text = f"{_population(question)} SELECT key, {counts} FROM population GROUP BY key"
    found = questions.run_over_all(text, _parameters(question))
    found = [row for row in found if row["leads"]]
    found.sort(key=lambda row: (-row["leads"], row["key"] or ""))
    if question.by == "month":
        found.sort(key=lambda row: row["key"] or "")
    rows = tuple(
        Row(row["key"], questions.label(question.by, row["key"]), _measured(row)) for row in found
    )
    total = _measured({step: sum(row[step] for row in found) for step in STEPS})
    return Answer(question, MEASURES, rows, total)


def parts(question: Question, cut: Cut, measure: str) -> Query:
    """The people behind one number; those behind a share are its leads, the won ones count 1."""
    step, figure = (measure, "1") if measure in STEPS else ("leads", "won::int")
    text = (
        f"{_population(question)} SELECT id AS contact, {figure} AS figure, began "
        f"FROM population WHERE {step} AND {questions.in_cut('key')} ORDER BY began DESC, id"
    )
    return Query(text, _parameters(question) | asdict(cut))


def _population(question: Question) -> str:
    steps = questions.sql("funnel").replace("{key}", questions.choose(KEYS, question.by))
    return f"{questions.known(question)},\n{steps}".replace(
        "{period}", questions.between("c.acquired_at")
    )


def _parameters(question: Question) -> dict[str, Any]:
    # The import and the segment choose the people; every deal of theirs counts.
    asked = questions.parameters(question, "contact.read")
    return asked | {"deal_imports": None, "deal_segment": None}


def _measured(row: dict[str, Any]) -> dict[str, Cell]:
    counts: dict[str, Cell] = {step: int(row[step]) for step in STEPS}
    range_ = statistics.wilson(row["won"], row["leads"])
    share = row["won"] / row["leads"] if row["leads"] else None
    return counts | {"won_share": share, "won_low": range_.low, "won_high": range_.high}


REPORT = Report(
    "funnel",
    "Funnel",
    "Of the people who came, how many reached each step, and how many became customers.",
    KEYS,
    MEASURES,
    answer,
    parts,
    noun="contact",
    defaults={"by": "source"},
)
