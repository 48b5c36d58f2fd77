"""Who is asked again when time passes: nobody whose answer turns is left out."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from accord.engine import segments
from accord.engine.segments.meaning import matches
from accord.engine.segments.person import Person
from accord.engine.segments.timely import may_turn
from tests.engines.drawing import NOWS, ZONES, Draw, House
from tests.engines.rules import Rules

HOUSE = House((1, 2), {1: "1"}, (1, 2), (1, 2))


def check(seed: int, rules: int) -> tuple[int, int]:
    """Draw rules and people; gives how many answers turn, and how many people are asked for it."""
    draw = Draw(seed, HOUSE)
    firms = draw.firms(5)
    people = [draw.person(number, firms) for number in range(1, 40)]
    drawn, pick = Rules(seed, people), random.Random(seed)
    turning = asked = 0
    for number in range(rules):
        rule, person = drawn.rule(), pick.choice(people)
        now, zone = pick.choice(NOWS), pick.choice(ZONES)
        seen = _so_far(person, now)
        wide = matches(may_turn(rule), seen, now, zone)
        turns = segments.turns_at(rule, seen, now, zone)
        # An anniversary's horizon asks again and turns nothing.
        if turns and matches(rule, seen, turns, zone) is matches(rule, seen, now, zone):
            turns = None
        assert wide or turns is None, (seed, number, segments.dumps(rule), seen, now, zone, turns)
        turning += turns is not None
        asked += wide
    return turning, asked


def _so_far(person: Person, now) -> Person:
    return replace(
        person,
        events=tuple(each for each in person.events if each.at <= now),
        entries=tuple(each for each in person.entries if each.at <= now),
        answers=tuple(each for each in person.answers if each.at <= now),
    )


def test_everybody_who_turns_is_asked():
    turning, asked = check(seed=5, rules=12_000)
    assert 100 < turning < asked < 12_000


@pytest.mark.long
def test_everybody_who_turns_is_asked_in_the_long_run():
    assert sum(check(seed, rules=6_000)[0] for seed in range(100, 130)) > 2_000
