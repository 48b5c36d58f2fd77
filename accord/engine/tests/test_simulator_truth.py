"""What each channel caused is known exactly, and it is not what touch counting says."""

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

import accord
from accord.engine import simulator
from accord.engine.simulator import Size, counterfactuals
from accord.engine.simulator.process.journeys import LEVER
from accord.engine.simulator.process.stories import Setting
from accord.engine.simulator.words.plans import LEVERS

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def setting():
    return Setting(1, Size.SMALL, NOW)


@pytest.fixture(scope="module")
def story(setting):
    return setting.story()


@pytest.fixture(scope="module")
def truth():
    return simulator.truth(1, Size.SMALL, NOW)


@pytest.mark.parametrize("name", ["subject_search", "retargeting", "newsletter", "outbound"])
def test_a_channel_switched_off_changes_only_people_it_had_reached(setting, story, name):
    place = LEVER[name]
    without = setting.story(frozenset([place]))  # everybody is replayed, nobody is spared
    reached = {
        journey.person
        for journey in story.journeys
        if any(touch.lever == place for touch in journey.touches)
    }
    pairs = list(zip(story.journeys, without.journeys, strict=True))
    assert {one.person for one, other in pairs if one != other} <= reached
    ours = {course for course in story.courses if course.person not in reached}
    assert ours == {course for course in without.courses if course.person not in reached}
    for person in set(story.pursuits) - reached:
        assert without.pursuits[person] == story.pursuits[person]
    for one, other in pairs:  # and nobody asks earlier than with it
        assert other.lead is None or (one.lead is not None and one.lead <= other.lead)


def test_the_saved_replay_is_the_same_as_the_whole_one(setting, story):
    off = frozenset([0, 3])
    assert setting.story(off, story) == setting.story(off)


def test_no_effect_is_negative_and_all_together_matter(truth):
    for effect in (*truth.levers, *truth.channels):
        assert min(effect.leads, effect.won, effect.revenue, effect.spend) >= 0
    assert truth.nothing.leads < 0.75 * truth.actual.leads
    assert truth.nothing.won < truth.actual.won
    assert truth.nothing.revenue < truth.actual.revenue


def test_what_the_truth_calls_won_is_what_the_world_shows(truth):
    world = simulator.simulate(1, Size.SMALL, NOW)
    won = [deal for deal in world.deals if deal.outcome == "won"]
    asked = [c for c in world.contacts if any(s.reason == "Asked for us" for s in c.lifecycle)]
    assert len(won) == truth.actual.won
    assert abs(len(asked) - truth.actual.leads) <= 0.02 * truth.actual.leads


def test_channels_that_chase_demand_get_credit_they_did_not_earn(story, truth):
    """Last touch gives our name and retargeting many times the leads they caused."""
    last = Counter(_last_touch(journey) for journey in story.journeys if journey.lead is not None)
    caused = {effect.name: effect.leads for effect in truth.levers}
    for name in ("brand_search", "retargeting"):
        assert last[name] >= 20
        assert last[name] > 8 * caused[name]
    honest = ("subject_search", "paid_social", "webinar", "partner")
    assert sum(last[name] for name in honest) < 3 * sum(caused[name] for name in honest)


def test_the_truth_is_written_as_json(truth):
    read = json.loads(simulator.text(truth))
    assert read["seed"] == 1
    assert read["size"] == "small"
    assert {row["name"] for row in read["levers"]} == {lever.name for lever in LEVERS}
    assert read["actual"]["revenue"] == str(truth.actual.revenue)
    assert read["channels"][0].keys() == {
        *("name", "channel", "touched", "leads", "won", "revenue", "spend")
    }


def test_no_estimator_can_read_the_truth():
    package = Path(accord.__file__).parent
    own = Path(counterfactuals.__file__).parent
    for folder in ("engine", "insight"):
        for path in (package / folder).rglob("*.py"):
            if own not in path.parents and "tests" not in path.parts:
                assert "simulator" not in path.read_text(), path


def _last_touch(journey) -> str:
    before = [touch for touch in journey.touches if touch.position <= journey.lead]
    return LEVERS[before[-1].lever].name if before else "none"
