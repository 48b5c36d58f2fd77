"""When an answer turns by time alone: checked against asking again at every moment near it."""

from __future__ import annotations

import re

import pytest

from accord.engine import segments
from accord.engine.segments.meaning import matches
from accord.engine.segments.times import TICK
from tests.engines.drawing import NOWS, ZONES, Draw, House
from tests.engines.rules import Rules

HOUSE = House((1, 2), {1: "1"}, (1, 2), (1, 2))


def check(seed: int, rules: int) -> int:
    """Draw rules, people and moments; gives how many answers turned."""
    draw = Draw(seed, HOUSE)
    firms = draw.firms(5)
    people = [draw.person(number, firms) for number in range(1, 40)]
    drawn, pick, turned = Rules(seed, people), draw.random, 0
    for number in range(rules):
        rule, person = _timely(drawn), pick.choice(people)
        now, zone = pick.choice([*NOWS, draw.moment()]), pick.choice(ZONES)
        told = (seed, number, segments.dumps(rule), person, now, zone)
        at = segments.turns_at(rule, person, now, zone)
        answer = matches(rule, person, now, zone)
        end = at or draw.moment()
        assert at is None or at > now, told
        for _ in range(4):
            moment = now + (end - now) * pick.random()
            if now <= moment < end or at is None:
                assert matches(rule, person, max(moment, now), zone) is answer, (told, moment)
        if at is not None:
            assert matches(rule, person, at - TICK, zone) is answer, told
            follows = "anniversary_within" in segments.dumps(rule)
            assert follows or matches(rule, person, at, zone) is not answer, told
            turned += matches(rule, person, at, zone) is not answer
    return turned


def _timely(drawn: Rules) -> segments.Rule:
    """A rule in which time plays a part."""
    while True:
        rule = drawn.rule(depth=drawn.random.choice([0, 1, 2]))
        if re.search(r"within_|ago\"|today|\"in [0-9]|consent", segments.dumps(rule)):
            return rule


def test_answers_turn_when_said_and_not_before():
    assert check(seed=3, rules=4_000) > 200


@pytest.mark.long
def test_answers_turn_when_said_in_the_long_run():
    assert sum(check(seed, rules=4_000) for seed in range(100, 130)) > 5_000
