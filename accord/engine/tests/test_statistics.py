import csv
import gzip
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.engine import statistics


def test_the_wilson_range_is_the_published_one():
    # Newcombe (1998), "Two-sided confidence intervals for the single proportion", table I.
    for successes, trials, low, high in [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ]:
        found = statistics.wilson(successes, trials)
        assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


def test_nothing_tried_says_nothing():
    assert statistics.wilson(0, 0) == statistics.Interval(0, 1)


@pytest.mark.parametrize("bad", [(3, 2, 0.95), (-1, 2, 0.95), (1, 2, 1.0)])
def test_an_impossible_rate_is_an_error(bad):
    with pytest.raises(ValueError, match="is no rate"):
        statistics.wilson(bad[0], bad[1], confidence=bad[2])


@given(st.integers(1, 10_000), st.data())
def test_the_range_holds_the_observed_share_and_shrinks_with_less_confidence(trials, data):
    successes = data.draw(st.integers(0, trials))
    wide = statistics.wilson(successes, trials)
    narrow = statistics.wilson(successes, trials, confidence=0.8)
    assert 0 <= wide.low <= narrow.low <= successes / trials + 1e-12
    assert successes / trials - 1e-12 <= narrow.high <= wide.high <= 1


def test_quartiles_lie_between_their_neighbours():
    assert statistics.quartiles([1, 2, 3, 4]) == statistics.Quartiles(1.75, 2.5, 3.25, 4)
    assert statistics.quartiles([5]) == statistics.Quartiles(5, 5, 5, 1)
    assert statistics.median([9, 1, 4]) == 4
    assert statistics.quantile([0, 10], 0.9) == pytest.approx(9)


def test_no_values_have_no_middle():
    assert statistics.quartiles([]) is None
    assert statistics.median([]) is None
    assert statistics.mean([]) is None


def test_a_share_beyond_one_is_an_error():
    with pytest.raises(ValueError, match="lie in 0"):
        statistics.quantile([1], 1.1)


def test_the_mean_of_days_is_their_sum_over_their_number():
    assert statistics.mean([1, 2, 6]) == 3


@given(st.lists(st.integers(-1000, 1000), min_size=1))
def test_quartiles_are_in_order_and_within_the_values(values):
    found = statistics.quartiles(values)
    assert min(values) <= found.lower <= found.median <= found.upper <= max(values)


def test_days_from_first_contact_to_won_in_real_deals(real_data):
    olist = real_data / "olist"
    with gzip.open(olist / "olist_marketing_qualified_leads_dataset.csv.gz", "rt") as file:
        first = {row["mql_id"]: row["first_contact_date"] for row in csv.DictReader(file)}
    with gzip.open(olist / "olist_closed_deals_dataset.csv.gz", "rt") as file:
        days = [
            (
                date.fromisoformat(row["won_date"][:10]) - date.fromisoformat(first[row["mql_id"]])
            ).days
            for row in csv.DictReader(file)
        ]
    assert statistics.quartiles(days) == statistics.Quartiles(5, 14, 54.75, 842)
    assert sum(day < 0 for day in days) == 1
