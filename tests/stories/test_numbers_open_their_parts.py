"""Every number of every report, cut every way, is what the things behind it come to."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal

import pytest
from django.db import connection

from accord.demo import loading
from accord.engine import statistics
from accord.engine.simulator import Size
from accord.insight import attribution, reports
from accord.insight.models import Credit
from accord.insight.questions import Cut, Question
from accord.platform.running import startup
from accord.sales.models import Deal

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
ASKED = (
    *(Question("funnel", by) for by in reports.report("funnel").keys),
    *(Question("winloss", by) for by in reports.report("winloss").keys),
    *(Question("revenue", by) for by in reports.report("revenue").keys),
    *(Question("attribution", by) for by in reports.report("attribution").keys),
    Question("attribution", "channel", goal="opened"),
    *(Question("velocity", by) for by in reports.report("velocity").keys),
    *(
        Question(name, report.defaults["by"], as_of=datetime(2026, 8, 1, 12, tzinfo=UTC))
        for name, report in reports.ALL.items()
    ),
)
QUANTILES = {"p10": 0.1, "lower_quartile": 0.25, "median": 0.5, "upper_quartile": 0.75, "p90": 0.9}


@pytest.fixture
def company(db):
    for function in startup._ready:
        function()
    loading.load(9, Size.SMALL, now=NOW)
    attribution.refresh(NOW)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def test_every_number_is_what_its_parts_come_to(company):
    checked = 0
    for question in ASKED:
        answer = reports.answer(question)
        lines = [(Cut(row.key), row.values) for row in answer.rows]
        lines += [(Cut(whole=True), answer.total)] if answer.total else []
        assert lines, question
        for cut, values in lines:
            for measure in answer.measures:
                shown = values[measure.name]
                found = come_to(question, cut, measure.name)
                assert found == pytest.approx(shown, abs=1e-6), (question, cut, measure.name)
                checked += 1
    assert checked > 2000


def come_to(question, cut, name):
    """What the parts of a number come to, by the definition a reader is given."""
    made = reports.made_of(question, cut, name)
    n, added = made.n, made.added
    if name in ("revenue", "won_value", "lost_value") or name.endswith("_value"):
        return money(added) if not n or has_amounts(question, cut, name) else None
    if name == "average":
        return money(added / n) if n else None
    if name in ("won_share", "win_rate"):
        return float(added / n) if n else None
    if name.endswith(("_low", "_high")):
        range_ = statistics.wilson(int(added), n)
        return range_.low if name.endswith("_low") else range_.high
    if name.endswith("_deals"):
        return float(added)
    if name == "mean" or name.endswith("_mean"):
        return float(added / n) if n else None
    if quantile := QUANTILES.get(name.rpartition("_days_")[2]):
        days = [float(part.figure) for part in reports.made_of(question, cut, name).parts]
        return between(sorted(days), quantile) if days else None
    return n


def between(ordered, share):
    """The quantile by linear interpolation between the two nearest."""
    place = share * (len(ordered) - 1)
    low = ordered[int(place)]
    high = ordered[min(int(place) + 1, len(ordered) - 1)]
    return low + (high - low) * (place - int(place))


def money(value):
    return str(Decimal(value).quantize(Decimal("0.01"), ROUND_HALF_UP))


def has_amounts(question, cut, name):
    return any(part.figure is not None for part in reports.made_of(question, cut, name).parts)


def test_the_rows_of_a_cut_add_up_to_its_total(company):
    adding = {
        "funnel": ("leads", "mql", "accepted", "sql", "opportunity", "won"),
        "winloss": ("won", "lost", "without_amount"),
        "revenue": ("won", "without_amount"),
    }
    for question in ASKED:
        answer = reports.answer(question)
        for name in adding.get(question.report, ()):
            assert sum(row.values[name] for row in answer.rows) == answer.total[name]


def test_the_credit_of_every_deal_comes_to_its_value(company):
    rows = Credit.objects.values_list("goal", "deal_id", "model", "weight", "value")
    weights, values = {}, {}
    for goal, deal, model, weight, value in rows:
        key = (goal, deal, model)
        weights[key] = weights.get(key, 0) + weight
        values[key] = values.get(key, Decimal(0)) + (value or 0)
    assert len(weights) > 1000
    assert max(abs(weight - 1) for weight in weights.values()) < 1e-9
    worth = dict(Deal.objects.values_list("pk", "value"))
    assert all(value == (worth[key[1]] or 0) for key, value in values.items())


def test_now_and_as_of_now_are_the_same(company):
    for name, report in reports.ALL.items():
        for by in report.keys:
            now = reports.answer(Question(name, by))
            then = reports.answer(Question(name, by, as_of=NOW.replace(year=2027)))
            assert [row.key for row in now.rows] == [row.key for row in then.rows], (name, by)
            assert now.total == pytest.approx(then.total), (name, by)
            for row, other in zip(now.rows, then.rows, strict=True):
                assert row.values == pytest.approx(other.values), (name, by, row.key)
