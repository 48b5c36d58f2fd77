"""Velocity: how many days deals spend in each stage, and on the whole way."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from accord.insight import questions
from accord.insight.questions import Answer, Cell, Cut, Measure, Query, Question, Report, Row

# Stays of different stages never share a line: a key beside theirs divides each of them.
_BESIDE = "stays.key || ': ' || coalesce({}, 'Not recorded')"
KEYS = {
    "stage": "stays.key",
    "owner": _BESIDE.format("u.name"),
    "team": _BESIDE.format("t.name"),
}
WON = "opened to won"
_STAY = "Days from entering a stage to leaving it; stays that have not ended are left out."
MEASURES = (
    Measure("n", "n", "Stays counted."),
    Measure("p10", "A tenth", f"{_STAY} A tenth took less.", "days"),
    Measure("lower_quartile", "Lower quartile", f"{_STAY} A quarter took less.", "days"),
    Measure("median", "Median", f"{_STAY} Half took less.", "days"),
    Measure(
        "upper_quartile",
        "Upper quartile",
        f"{_STAY} Three quarters took less.",
        "days",
    ),
    Measure("p90", "Nine tenths", f"{_STAY} Nine tenths took less.", "days"),
    Measure("mean", "Mean", _STAY, "days"),
    Measure(
        "negative",
        "Below zero",
        "Stays that end before they begin; counted.",
    ),
)
_SUMMARY = """
SELECT key, min(position) AS position, count(*) AS n, avg(days) AS mean,
       percentile_cont(ARRAY[0.1, 0.25, 0.5, 0.75, 0.9]) WITHIN GROUP (ORDER BY days) AS quartiles,
       count(*) FILTER (WHERE days < 0) AS negative
FROM population WHERE {period} GROUP BY key ORDER BY position, key
"""


def answer(question: Question) -> Answer:
    """Quartiles (linear interpolation), mean and count of days by stage and of whole ways, of each
    owner or team where it is cut by them.
    """
    text = f"{_stays(question)} {_SUMMARY.format(period=questions.between('left_at'))}"
    found = questions.run_over_all(text, questions.parameters(question, "deal.read"))
    rows = tuple(Row(row["key"], row["key"], _measured(row)) for row in found)
    return Answer(question, MEASURES, rows, {}, _notes(found))


def parts(question: Question, cut: Cut, measure: str) -> Query:
    """The stays behind one number, longest first; `negative`: those that end before they begin."""
    below = "AND days < 0" if measure == "negative" else ""
    text = (
        f"{_stays(question)} SELECT deal_id AS deal, days AS figure, entered_at AS began, "
        f"left_at AS ended FROM population WHERE {questions.between('left_at')} "
        f"AND {questions.in_cut('key')} {below} ORDER BY days DESC, deal_id"
    )
    return Query(text, questions.parameters(question, "deal.read") | asdict(cut))


def _stays(question: Question) -> str:
    key = questions.choose(KEYS, question.by)
    return f"{questions.known(question)},\n{questions.sql('velocity').replace('{key}', key)}"


def _measured(row: dict[str, Any]) -> dict[str, Cell]:
    tenth, lower, median, upper, ninetieth = row["quartiles"]
    return {
        "n": row["n"],
        "p10": tenth,
        "lower_quartile": lower,
        "median": median,
        "upper_quartile": upper,
        "p90": ninetieth,
        "mean": float(row["mean"]),
        "negative": row["negative"],
    }


def _notes(found: list[dict[str, Any]]) -> tuple[str, ...]:
    return tuple(
        f"{row['key']}: {row['negative']} end before they begin; they are counted as given."
        for row in found
        if row["negative"]
    )


REPORT = Report(
    "velocity",
    "Velocity",
    "How long deals stay in each stage, and from opening or first contact to the end.",
    KEYS,
    MEASURES,
    answer,
    parts,
    noun="stay",
    defaults={"by": "stage"},
)
