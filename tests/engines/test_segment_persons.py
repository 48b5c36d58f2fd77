"""The people that rules are decided for in memory are those that stand in the database."""

from __future__ import annotations

from dataclasses import replace

import pytest

from accord.engine import segments
from accord.engine.segments.meaning import matches
from accord.engine.segments.times import Clock
from accord.people.segments import persons
from tests.engines import databases
from tests.engines.drawing import NOWS, ZONES
from tests.engines.rules import Rules
from tests.engines.test_segments import drawn_world

pytestmark = pytest.mark.django_db


def compare(seed: int, people: int, rules: int) -> int:
    """Draw rules; gives how often somebody read from the database matched."""
    world, draw = drawn_world(seed, people)
    schema = replace(world.schema, segments=databases.SEGMENTS)
    drawn, pick, matched = Rules(seed, world.people), draw.random, 0
    listed = {person.id: person.lists for person in world.people}
    ids = list(listed)
    for number in range(rules):
        rule, clock = drawn.rule(), Clock(pick.choice(NOWS), pick.choice(ZONES))
        read = persons.load(ids, persons.asked([rule]), schema)
        assert set(read) == set(ids)
        for person in world.people:
            kept = replace(read[person.id], lists=listed[person.id])
            meant = matches(rule, person, clock.now, clock.zone)
            told = (seed, number, segments.dumps(rule), kept, person)
            assert matches(rule, kept, clock.now, clock.zone) is meant, told
            assert segments.turns_at(rule, kept, clock.now, clock.zone) == segments.turns_at(
                rule, person, clock.now, clock.zone
            ), told
            matched += meant
    return matched


def test_people_are_read_as_they_stand():
    assert 1_000 < compare(seed=11, people=40, rules=150) < 5_900


@pytest.mark.long
def test_people_are_read_as_they_stand_in_the_long_run():
    assert compare(seed=20_282, people=300, rules=1_000) > 10_000
