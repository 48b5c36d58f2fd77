import csv
import gzip
import json
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.engine import attribution
from accord.engine.attribution import Goal, Model, Options, Touch

WON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ENDS_ON_LAST = Options(ends_on_last=True)


def days_before(days: float) -> datetime:
    return WON - timedelta(days=days)


def path(*days: float) -> tuple[Touch, ...]:
    return tuple(Touch(i, days_before(d), f"channel {i}") for i, d in enumerate(days))


touches_drawn = st.lists(
    st.builds(
        Touch,
        event=st.integers(0, 10**9),
        at=st.integers(0, 400).map(days_before),
        channel=st.sampled_from(["paid_search", "email", "outbound"]),
    ),
    min_size=1,
    max_size=25,
    unique_by=lambda touch: touch.event,
)
moments = st.none() | st.integers(-30, 430).map(days_before)
goals = st.builds(
    Goal,
    id=st.just(7),
    at=st.just(WON),
    value=st.decimals("-1e9", "1e9", places=2),
    lead_at=moments,
    opened_at=moments,
)
options_drawn = st.builds(Options, half_life_days=st.floats(0.01, 365), ends_on_last=st.booleans())


@given(touches_drawn, goals, st.sampled_from(Model), options_drawn)
def test_weights_sum_to_one(touches, goal, model, options):
    weights = attribution.weights(touches, goal, model, options)
    assert len(weights) == len(touches)
    assert all(0 <= weight <= 1 + 1e-12 for weight in weights)
    assert sum(weights) == pytest.approx(1, abs=1e-9)


@given(touches_drawn, goals, st.sampled_from(Model), options_drawn, st.randoms())
def test_the_order_in_which_touches_arrive_changes_nothing(touches, goal, model, options, random):
    shuffled = random.sample(touches, len(touches))
    assert attribution.credits(shuffled, goal, model, options) == attribution.credits(
        touches, goal, model, options
    )
    by_event = dict(
        zip(
            (t.event for t in touches),
            attribution.weights(touches, goal, model, options),
            strict=True,
        )
    )
    weights = attribution.weights(shuffled, goal, model, options)
    assert weights == tuple(by_event[t.event] for t in shuffled)


@given(touches_drawn, goals, st.sampled_from(Model))
def test_credits_sum_to_the_value_to_the_cent(touches, goal, model):
    rows = attribution.credits(touches, goal, model)
    assert sum(row.value for row in rows) == goal.value
    assert all(row.value == round(row.value, 2) for row in rows)
    assert sum(row.weight for row in rows) == pytest.approx(1, abs=1e-9)
    assert {(row.goal, row.model) for row in rows} == {(7, model)}
    for row in rows:
        assert abs(row.value - goal.value * Decimal(row.weight)) <= Decimal("0.0100001")


@pytest.mark.parametrize("model", Model)
def test_a_single_touch_takes_all(model):
    goal = Goal(1, WON, Decimal(100), days_before(30), days_before(20))
    assert attribution.weights(path(10), goal, model) == (1.0,)


@pytest.mark.parametrize("model", Model)
def test_without_touches_there_is_no_credit(model):
    goal = Goal(1, WON, Decimal(100))
    assert attribution.weights((), goal, model) == ()
    assert attribution.credits((), goal, model) == ()


def test_a_goal_without_a_value_still_has_weights():
    rows = attribution.credits(path(9, 3), Goal(1, WON), Model.LINEAR)
    assert [(row.weight, row.value) for row in rows] == [(0.5, None), (0.5, None)]


def test_touches_at_the_same_moment_are_ordered_by_event():
    touches = (Touch(9, days_before(1), "email"), Touch(4, days_before(1), "direct"))
    assert attribution.weights(touches, Goal(1, WON), Model.FIRST) == (0.0, 1.0)
    assert attribution.weights(touches, Goal(1, WON), Model.LAST) == (1.0, 0.0)


@pytest.mark.parametrize(
    ("lead", "expected"),
    [
        (25, (0.4, 0.4, 0.1, 0.1)),  # between the second and third touch
        (26, (0.4, 0.4, 0.1, 0.1)),  # on the very moment of the second
        (99, (0.8, 0.2 / 3, 0.2 / 3, 0.2 / 3)),  # before all: the first has both roles
        (0, (0.4, 0.1, 0.1, 0.4)),
        (None, (0.8, 0.2 / 3, 0.2 / 3, 0.2 / 3)),
    ],
)
def test_u_credits_the_first_touch_and_the_one_that_made_the_lead(lead, expected):
    goal = Goal(1, WON, lead_at=None if lead is None else days_before(lead))
    weights = attribution.weights(path(30, 26, 15, 5), goal, Model.POSITION_U)
    assert weights == pytest.approx(expected)


def test_u_may_end_on_the_last_touch():
    goal = Goal(1, WON, lead_at=days_before(26))
    weights = attribution.weights(path(30, 26, 15, 5), goal, Model.POSITION_U, ENDS_ON_LAST)
    assert weights == pytest.approx((0.4, 0.1, 0.1, 0.4))


@pytest.mark.parametrize("options", [Options(), ENDS_ON_LAST])
def test_u_halves_between_two_touches(options):
    goal = Goal(1, WON, lead_at=days_before(99))
    assert attribution.weights(path(9, 3), goal, Model.POSITION_U, options) == (0.5, 0.5)


@pytest.mark.parametrize(
    ("lead", "opened", "expected"),
    [
        (26, 15, (0.3, 0.3, 0.3, 0.1)),
        (26, 26, (0.3, 0.6, 0.05, 0.05)),
        (30, 30, (0.9, 0.1 / 3, 0.1 / 3, 0.1 / 3)),
        (26, None, (0.45, 0.45, 0.05, 0.05)),
        (None, None, (0.9, 0.1 / 3, 0.1 / 3, 0.1 / 3)),
    ],
)
def test_w_adds_up_the_roles_that_fall_on_one_touch(lead, opened, expected):
    goal = Goal(
        1,
        WON,
        lead_at=None if lead is None else days_before(lead),
        opened_at=None if opened is None else days_before(opened),
    )
    weights = attribution.weights(path(30, 26, 15, 5), goal, Model.POSITION_W)
    assert weights == pytest.approx(expected)


def test_w_scales_the_key_touches_when_there_is_no_other():
    goal = Goal(1, WON, lead_at=days_before(9), opened_at=days_before(3))
    assert attribution.weights(path(9, 3), goal, Model.POSITION_W) == pytest.approx((2 / 3, 1 / 3))
    three = attribution.weights(
        path(9, 5, 3), Goal(1, WON, None, days_before(5), WON), Model.POSITION_W
    )
    assert three == pytest.approx((1 / 3, 1 / 3, 1 / 3))


def test_a_touch_one_half_life_older_counts_half():
    goal = Goal(1, WON)
    assert attribution.weights(path(8, 1), goal, Model.TIME_DECAY) == pytest.approx((1 / 3, 2 / 3))
    month = Options(half_life_days=30)
    weights = attribution.weights(path(61, 31, 1), goal, Model.TIME_DECAY, month)
    assert weights == pytest.approx((1 / 7, 2 / 7, 4 / 7))


def test_time_decay_survives_touches_of_long_ago():
    options = Options(half_life_days=0.1)
    weights = attribution.weights(path(4000, 3999), Goal(1, WON), Model.TIME_DECAY, options)
    assert sum(weights) == pytest.approx(1, abs=1e-9)


def test_a_half_life_must_be_positive():
    with pytest.raises(ValueError, match="positive"):
        Options(half_life_days=0)


def test_the_window_keeps_the_touches_of_180_days_in_time_order():
    later, edge, too_old, after = (
        Touch(1, days_before(2), "email"),
        Touch(2, days_before(180), "display"),
        Touch(3, days_before(180.001), "display"),
        Touch(4, WON + timedelta(seconds=1), "email"),
    )
    goal = Goal(1, WON)
    assert attribution.in_window((later, after, edge, too_old), goal) == (edge, later)
    assert attribution.in_window((later, edge), goal, days=30) == (later,)


def test_an_odd_cent_goes_to_the_earliest_of_equals():
    rows = attribution.credits(path(3, 2, 1), Goal(1, WON, Decimal("100.00")), Model.LINEAR)
    assert [row.value for row in rows] == [Decimal("33.34"), Decimal("33.33"), Decimal("33.33")]


def test_a_refund_is_shared_like_the_sale():
    rows = attribution.credits(path(3, 2, 1), Goal(1, WON, Decimal("-100.00")), Model.LINEAR)
    assert [row.value for row in rows] == [Decimal("-33.34"), Decimal("-33.33"), Decimal("-33.33")]


@pytest.mark.parametrize(
    ("model", "name"),
    [
        (Model.FIRST, "first"),
        (Model.LAST, "last"),
        (Model.LINEAR, "linear"),
        (Model.POSITION_U, "u_40_20_40"),
    ],
)
def test_ten_thousand_real_paths_come_out_as_published(real_data, model, name):
    published = json.loads((real_data / "reference-results" / "expected.json").read_text())[name]
    conversions: defaultdict[str, float] = defaultdict(float)
    value: defaultdict[str, float] = defaultdict(float)
    goal = Goal(1, WON)
    with gzip.open(real_data / "channelattribution" / "PathData.csv.gz", "rt") as file:
        for row in csv.DictReader(file, delimiter=";"):
            channels = row["path"].split(" > ")
            touches = [Touch(i, days_before(1), channel) for i, channel in enumerate(channels)]
            weights = attribution.weights(touches, goal, model, ENDS_ON_LAST)
            for touch, weight in zip(touches, weights, strict=True):
                conversions[touch.channel] += weight * float(row["total_conversions"])
                value[touch.channel] += weight * float(row["total_conversion_value"])
    assert conversions == pytest.approx(published["conversions"], abs=1e-6)
    assert value == pytest.approx(published["value"], abs=1e-6)
