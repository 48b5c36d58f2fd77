"""The attribution report: several models side by side, what nothing explains shown as such."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.utils import timezone

from accord.engine.attribution import Model
from accord.insight import attribution, questions
from accord.insight.questions import Answer, Cell, Cut, Measure, Query, Question, Report, Row

# A touch without a source or campaign has an empty key; what no touch explains has none.
KEYS = {
    "channel": "CASE WHEN k.event_id IS NOT NULL THEN k.channel END",
    "source": "CASE WHEN k.event_id IS NOT NULL THEN k.source END",
    "campaign": "CASE WHEN k.event_id IS NOT NULL THEN k.campaign END",
}
LABELS = {
    Model.FIRST: "First touch",
    Model.LAST: "Last touch",
    Model.LINEAR: "Linear",
    Model.POSITION_U: "U-shaped",
    Model.POSITION_W: "W-shaped",
    Model.TIME_DECAY: "Time decay",
}
DEFINITIONS = {
    Model.FIRST: "All credit to the first touch.",
    Model.LAST: "All credit to the last touch.",
    Model.LINEAR: "The same credit to every touch.",
    Model.POSITION_U: "40 % first touch, 40 % the touch that made the lead, 20 % the rest.",
    Model.POSITION_W: "30 % first touch, 30 % lead, 30 % deal opened, 10 % the rest.",
    Model.TIME_DECAY: "A touch seven days older counts half.",
}
_RULE = "A rule for sharing credit; it does not say what would not have happened without."
MEASURES = tuple(
    measure
    for model in Model
    for measure in (
        Measure(
            f"{model}_deals",
            f"{LABELS[model]}, deals",
            f"{DEFINITIONS[model]} {_RULE}",
            "credit",
        ),
        Measure(f"{model}_value", LABELS[model], f"{DEFINITIONS[model]} {_RULE}", "money"),
    )
)
NOTHING: dict[str, Cell] = {
    measure.name: "0.00" if measure.kind == "money" else 0.0 for measure in MEASURES
}
_SUMS = """
SELECT {key} AS key, k.model, sum(k.weight) AS deals, sum(k.value) AS value
FROM {credit} k JOIN deal d ON d.id = k.deal_id
WHERE {where}
GROUP BY 1, 2
"""
_PARTS = """
SELECT k.deal_id AS deal, k.contact_id AS contact, k.event_at AS began, k.goal_at AS ended,
       k.channel, k.source, k.campaign, k.weight, k.value, k.{figure} AS figure
FROM {credit} k JOIN deal d ON d.id = k.deal_id
WHERE k.model = %(model)s AND {where} AND {cut}
ORDER BY k.goal_at DESC, k.deal_id, k.event_at, k.event_id
"""
_WHERE = "k.goal = %(goal)s AND (%(goal)s <> 'won' OR d.is_won) AND "
_THEN = """
chosen AS (
    SELECT id AS deal_id, company_id, CASE WHEN is_won THEN closed_at END AS won_at,
           opened_at, value
    FROM deal WHERE {reached}
)"""
_REACHED = {"won": "closed_at", "opened": "opened_at"}


def answer(question: Question) -> Answer:
    """Credit by channel (or source, campaign) under every model; key None: unattributed.

    For each model the `deals` add up to the number of goals and the `value` to their value.
    Credit that is still being worked out is not in it; `left` says of how many deals.
    """
    settled = question.as_of or question.as_kept
    left = 0 if settled else attribution.catch_up(timezone.now()).left
    key = questions.choose(KEYS, question.by)
    found = questions.run_over_all(_text(question, _SUMS, key=key), _parameters(question))
    by_key: dict[str | None, dict[str, Cell]] = {}
    for row in found:
        measured = by_key.setdefault(row["key"], dict(NOTHING))
        measured[f"{row['model']}_deals"] = round(float(row["deals"]), 9)
        measured[f"{row['model']}_value"] = questions.money(row["value"])
    rows = tuple(Row(key, label(question.by, key), by_key[key]) for key in _ordered(by_key))
    return Answer(question, MEASURES, rows, _total(found), _notes(left), left)


def parts(question: Question, cut: Cut, measure: str) -> Query:
    """The touches behind one number, each with the share of its deal that it earned."""
    model, _, figure = measure.rpartition("_")
    expression = questions.choose(KEYS, question.by)
    text = _text(
        question,
        _PARTS,
        figure="weight" if figure == "deals" else "value",
        cut=questions.in_cut(expression),
    )
    return Query(text, _parameters(question) | asdict(cut) | {"model": model})


def _text(question: Question, text: str, **more: str) -> str:
    """A query over kept credit; over credit worked out for then, where a past moment is asked."""
    with_ = questions.known(question)
    if question.as_of:
        reached = questions.between(_REACHED[question.goal])
        reached += " AND is_won" if question.goal == "won" else ""
        with_ = f"{with_}, {_THEN.format(reached=reached)}, {questions.sql('credit')}"
    credit = "credit" if question.as_of else "insight_credit"
    where = _WHERE + questions.between("k.goal_at")
    return f"{with_} {text.format(credit=credit, where=where, **more)}"


def _parameters(question: Question) -> dict[str, Any]:
    asked = questions.parameters(question, "deal.read") | {"goal": question.goal}
    return asked | attribution.parameters(question.goal)


def _notes(left: int) -> tuple[str, ...]:
    if not left:
        return ()
    return (f"The credit of {left:,} deals is still being worked out; the numbers will change.",)


def label(by: str, key: str | None) -> str:
    """A row's name: what no touch explains, and touches without a source, are told apart."""
    return questions.label(by, key, empty="Unattributed") or f"No {by} recorded"


def _ordered(by_key: dict[str | None, dict[str, Cell]]) -> list[str | None]:
    def weight(key: str | None) -> tuple[bool, float, str]:
        return key is None, -float(by_key[key]["position_u_deals"] or 0), key or ""

    return sorted(by_key, key=weight)


def _total(found: list[dict[str, Any]]) -> dict[str, Cell]:
    total: dict[str, Cell] = {}
    for model in Model:
        rows = [row for row in found if row["model"] == model]
        total[f"{model}_deals"] = round(float(sum(row["deals"] for row in rows)), 9)
        values = [row["value"] for row in rows if row["value"] is not None]
        total[f"{model}_value"] = questions.money(sum(values)) if values else None
    return total


REPORT = Report(
    "attribution",
    "Attribution",
    "How the credit for won deals (or opened ones) is shared over the touches before them.",
    KEYS,
    MEASURES,
    answer,
    parts,
    noun="touch",
    defaults={"by": "channel"},
)
