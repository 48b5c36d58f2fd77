"""The chart that stands above a report's table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from accord.engine.attribution import Model
from accord.insight import velocity
from accord.insight.credit import LABELS
from accord.insight.questions import Answer, Row
from accord.web import charts, formats
from accord.web.charts import Bar, Chart, Column, Frame, Series, Spread, Stage, Unit
from accord.web.charts.funnels import ENDS, Team
from accord.web.insight import cells

SHOWN = 12
WHOLE, HALF, PHONE = 1120, 540, 326
MONTH = 42  # px a month needs for its label
_STEPS: tuple[tuple[str, str, Team], ...] = (
    ("leads", "Leads", "marketing"),
    ("mql", "MQL", "marketing"),
    ("accepted", "Accepted", "both"),
    ("sql", "SQL", "sales"),
    ("opportunity", "Opportunity", "sales"),
    ("won", "Won", "sales"),
)


ENDED = (Series("Won", "var(--ok)"), Series("Lost", "var(--line-input)"))
_SPREAD = ("p10", "lower_quartile", "median", "upper_quartile", "p90")


@dataclass(frozen=True)
class Drawn:
    """One chart twice: as wide as its card on a wide window, and for a phone."""

    wide: Chart
    narrow: Chart


def drawn(
    answer: Answer, currency: str, *, width: float = WHOLE, model: Model = Model.POSITION_U
) -> Drawn | None:
    """The report as a chart as wide as its card (px); None where there is nothing to draw.

    model: whose credit the attribution report draws.
    """
    if not answer.rows:
        return None
    if answer.question.report == "attribution":
        return Drawn(*(_credit(answer, currency, each, model) for each in (width, PHONE)))
    return Drawn(_chart(answer, currency, width), _chart(answer, currency, PHONE))


def _chart(answer: Answer, currency: str, width: float) -> Chart:
    draw: dict[str, Callable[[Answer, str, float], Chart]] = {
        "funnel": _funnel,
        "winloss": _win_rates,
        "revenue": _revenue,
        "velocity": _days,
    }
    return draw[answer.question.report](answer, currency, width)


def _funnel(answer: Answer, currency: str, width: float) -> Chart:
    counts = answer.total
    stages = [Stage(label, int(counts[name] or 0), team) for name, label, team in _STEPS]
    return charts.funnel(stages, width=width) if width > charts.NARROW else _steps(stages, width)


def _steps(stages: Sequence[Stage], width: float) -> Chart:
    """The funnel for a phone: a bar for each step, with the share of the step before."""
    bars = []
    for before, stage in zip((None, *stages), stages, strict=False):
        rate = formats.percent(stage.count / before.count) if before and before.count else ""
        words = f"{stage.name}, {rate} of {before.name}" if before and rate else stage.name
        bars.append(Bar(words, stage.count, ENDS[stage.team][1]))
    return charts.horizontal(bars, Frame("Funnel", width))


def _win_rates(answer: Answer, currency: str, width: float) -> Chart:
    """Closed deals of each row, won beside lost; the most first."""
    rows = sorted(answer.rows, key=lambda row: -_number(row, "won") - _number(row, "lost"))
    stacks = [
        Column(row.label, (int(_number(row, "won")), int(_number(row, "lost"))))
        for row in rows[:SHOWN]
    ]
    return charts.split(stacks, ENDED, Frame("Closed deals", width))


def _revenue(answer: Answer, currency: str, width: float) -> Chart:
    monthly = answer.question.by == "month"
    rows = answer.rows[-int(width / MONTH) :] if monthly else answer.rows[:SHOWN]
    bars = [
        Bar(_month(row.label) if monthly else row.label, _number(row, "revenue")) for row in rows
    ]
    frame = Frame("Revenue", width, unit=_near(currency))
    return charts.columns(bars, frame) if monthly else charts.horizontal(bars, frame)


def _near(currency: str) -> Unit:
    """Amounts without the cents nobody reads in a chart."""
    full = partial(formats.money_near, currency=currency)
    return Unit(full, partial(formats.money_short, currency=currency))


def _month(key: str) -> str:
    """2026-03 as Mar 26; what is not a month as it is."""
    try:
        return date.fromisoformat(f"{key}-01").strftime("%b %y")
    except ValueError:
        return key


def _days(answer: Answer, currency: str, width: float) -> Chart:
    rows = _drawn(answer)
    prefix = f"{velocity.WON}: "
    prefix = prefix if rows and all(row.label.startswith(prefix) for row in rows) else ""
    spreads = [
        Spread(
            cells.label(row.label.removeprefix(prefix)),
            int(_number(row, "n")),
            *(_number(row, name) for name in _SPREAD),
        )
        for row in rows
    ]
    title = f"Days, {velocity.WON}" if prefix else "Days"
    return charts.strips(spreads, Frame(title, width, unit=charts.days()), ends=("10 %", "90 %"))


def _drawn(answer: Answer) -> Sequence[Row]:
    """Every stage; of owners and teams how long each takes to win, the most first."""
    if answer.question.by == "stage":
        return answer.rows
    won = [row for row in answer.rows if row.label.startswith(f"{velocity.WON}: ")]
    return sorted(won, key=lambda row: -_number(row, "n"))[:SHOWN] or answer.rows[:SHOWN]


def _credit(answer: Answer, currency: str, width: float, model: Model) -> Chart:
    """Money where any deal has an amount, else deals."""
    value, deals = f"{model}_value", f"{model}_deals"
    priced = any(_number(row, value) for row in answer.rows)
    name = value if priced else deals
    rows = sorted(answer.rows, key=lambda row: -_number(row, name))
    bars = [Bar(row.label, round(_number(row, name), 0 if priced else 1)) for row in rows[:SHOWN]]
    what = "Value" if priced else "Deals"
    frame = Frame(f"{what} credited, {LABELS[model]}", width)
    if priced:
        frame = replace(frame, unit=charts.money(currency))
    return charts.horizontal(bars, frame)


def _number(row: Row, name: str) -> float:
    return float(row.values[name] or 0)
