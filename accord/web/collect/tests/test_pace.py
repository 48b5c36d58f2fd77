from accord.web.collect import pace
from accord.web.collect.pace import Pace


def test_a_burst_passes_and_then_only_the_rate():
    mine = Pace(rate=10, burst=20)
    assert mine.take("a", 20, now=0) == 0
    assert mine.take("a", 5, now=0) == 0.5
    assert mine.take("a", 5, now=0.5) == 0
    assert mine.take("b", 20, now=0.5) == 0


def test_what_is_refused_costs_nothing():
    mine = Pace(rate=10, burst=10)
    mine.take("a", 10, now=0)
    for _ in range(100):
        mine.take("a", 10, now=0.5)
    assert mine.take("a", 5, now=0.5) == 0


def test_more_than_ever_fits_needs_a_full_bucket_and_is_paid_for():
    mine = Pace(rate=10, burst=10)
    assert mine.take("a", 30, now=0) == 0
    assert mine.take("a", 1, now=2) == 0.1
    assert mine.take("a", 1, now=2.1) == 0


def test_full_buckets_are_forgotten_and_others_are_not(monkeypatch):
    monkeypatch.setattr(pace, "FORGET", 3)
    mine = Pace(rate=1, burst=10)
    mine.take("spent", 10, now=0)
    for sender in "abc":
        mine.take(sender, 1, now=0)
    mine.take("new", 1, now=5)
    assert set(mine.buckets) == {"spent", "new"}
