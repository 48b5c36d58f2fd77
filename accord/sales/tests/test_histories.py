"""Whatever happens to a deal, its stage, its outcome and its history agree."""

from datetime import timedelta
from itertools import pairwise

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accord.engine.errors import Refused
from accord.platform.models import AuditEntry, Event
from accord.platform.trail import history
from accord.sales import deals
from accord.sales.models import Deal, Stage, StageChange
from accord.sales.pipeline import pipelines, reasons, stages

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("move"), st.integers(0, 12), st.booleans()),
        st.tuples(st.sampled_from(["win", "lose"]), st.integers(-3, 1), st.booleans()),
        st.tuples(st.just("reopen"), st.integers(-1, 12), st.booleans()),
        st.tuples(st.just("amount"), st.integers(0, 10_000), st.booleans()),
        st.tuples(st.just("closes"), st.integers(-3, 3), st.booleans()),
        st.tuples(st.sampled_from(["delete", "restore"]), st.just(0), st.booleans()),
    ),
    max_size=14,
)


@pytest.fixture
def every_stage(pipeline, olga):
    """Stages of two pipelines, one of them out of use."""
    other = pipelines.add(name="Renewals", by=olga)
    stages.archive(stages.of(other)[0], by=olga)
    return list(Stage.objects.order_by("pk"))


def _do(step, deal, every_stage, by):
    name, number, well = step
    day = timezone.localdate() + timedelta(days=number)
    reason = {kind: reasons.to_pick(kind)[0] if well else None for kind in ("won", "lost")}
    version = deal.version if well else deal.version - 1
    to = every_stage[number % len(every_stage)]
    at_hand = {"version": version, "by": by}
    acts = {
        "move": lambda: deals.move(deal, to=to, reason=reason.get(to.kind), **at_hand),
        "win": lambda: deals.win(deal, on=day, reason=reason["won"], by=by),
        "lose": lambda: deals.lose(deal, on=day, reason=reason["lost"], by=by),
        "reopen": lambda: deals.reopen(deal, to=to if number >= 0 else None, **at_hand),
        "amount": lambda: deals.change(deal, values={"amount": f"{number} EUR"}, **at_hand),
        "closes": lambda: deals.change(deal, values={"close_on": day.isoformat()}, **at_hand),
        "delete": lambda: deals.delete(deal, by=by),
        "restore": lambda: deals.restore(deal, by=by),
    }
    acts[name]()


def _state(deal):
    tables = (Event.objects.filter(deal_id=deal.pk), StageChange.objects.filter(deal=deal))
    told = AuditEntry.objects.filter(subject_type="deal", subject_id=deal.pk)
    row = Deal.objects.filter(pk=deal.pk).values_list().get()
    return row, told.count(), len(history.of(deal)), *(table.count() for table in tables)


def _agrees(deal):
    deal.refresh_from_db()
    changes = list(StageChange.objects.filter(deal=deal).order_by("pk"))
    assert changes[-1].stage_id == deal.stage_id and changes[-1].at == deal.stage_since
    assert all(later.previous_id == earlier.stage_id for earlier, later in pairwise(changes))
    assert all(later.at >= earlier.at for earlier, later in pairwise(changes))
    assert deal.pipeline_id == deal.stage.pipeline_id
    assert deal.value == deal.amount
    if deal.stage.kind == Stage.Kind.OPEN:
        assert (deal.outcome, deal.reason, deal.closed_at) == ("", None, None)
    else:
        assert deal.outcome == deal.stage.kind == deal.reason.outcome
        assert timezone.localdate(deal.closed_at) == deal.close_on
    kept = [each.new for each in reversed(history.of(deal, "stage"))]
    assert kept == [str(each.stage_id) for each in changes[1:]]


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_stage_outcome_and_history_agree(every_stage, ana, ben, steps):
    opened = timezone.now() - timedelta(days=2)
    values = {"name": "Any", "amount": "7 EUR", "opened_at": opened, "contacts": [ana]}
    deal = deals.create(values=values, by=ben)
    for step in steps:
        before = _state(deal)
        try:
            _do(step, deal, every_stage, ben)
        except Refused:
            assert _state(deal) == before
        _agrees(deal)
