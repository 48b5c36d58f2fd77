"""Of what was said of a device, only the moments at which it changes are read: no span differs."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from accord.engine import identity as engine
from accord.engine.identity import Keys, Said
from accord.people.identity import evidence
from accord.people.models import Evidence, Visitor

pytestmark = pytest.mark.django_db

BEGAN = datetime(2026, 3, 1, 9, tzinfo=UTC)
WORDS = [("ana@acme.example", "u-1"), ("", "u-1"), ("bo@acme.example", ""), ("", "u-9")]
KEYS = Keys({"ana@acme.example": 2, "bo@acme.example": 1}, {"u-1": 2})
SEEN = {"first_seen_at": BEGAN, "last_seen_at": BEGAN, "key_id": 1}


def test_the_moments_at_which_nothing_changes_change_nothing():
    rng, fewer = random.Random(5), 0
    for n in range(40):
        device = Visitor.objects.create(by=Visitor.By.DEVICE, name=str(n), **SEEN)
        rows = [row for words in WORDS for hour in range(2) if (row := _row(rng, words, hour))]
        Evidence.objects.bulk_create(Evidence(visitor=device, **row) for row in rows)
        whole = [_said(device, row) for row in rows]
        read = evidence.of([device.pk])
        assert engine.device(read, KEYS) == engine.device(whole, KEYS), n
        fewer += _moments(whole) - _moments(read)
    assert fewer > 50


def _row(rng, words, hour):
    """What was said in these words in this hour, as evidence keeps it, or nothing."""
    begins = BEGAN + timedelta(hours=hour)
    minutes = [rng.randrange(12) for _ in range(rng.randrange(6))]  # many in one instant
    moments = sorted({begins + timedelta(minutes=each) for each in minutes})
    if not moments:
        return None
    return {
        "email": words[0],
        "user_id": words[1],
        "strength": "said",
        "hour": begins,
        "first_at": moments[0],
        "last_at": moments[-1],
        "moments": moments,
        "recorded_at": begins,
        "key_id": 1,
    }


def _said(device, row):
    return Said(device.pk, row["email"], row["user_id"], False, tuple(row["moments"]))


def _moments(said):
    return sum(len(each.moments) for each in said)
