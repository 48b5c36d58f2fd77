import pytest

from accord.engine.segments import BadRule, from_json, references


def asks(*ids):
    return from_json({"all": [{"not": {"segment": id}} for id in ids]})


def test_a_segment_comes_after_those_it_asks_for():
    order = references.order({1: asks(2, 3), 2: asks(3), 3: asks(), 4: asks(99)})
    assert order.index(3) < order.index(2) < order.index(1)
    assert set(order) == {1, 2, 3, 4}


def test_a_circle_is_found_before_it_is_saved_and_named():
    rules = {1: asks(2), 2: asks(3), 3: asks()}
    with pytest.raises(BadRule, match="in a circle"):
        references.order({**rules, 3: asks(1)})


def test_a_rule_says_what_can_change_it():
    rule = from_json(
        {
            "any": [
                {"event": "a"},
                {"first": "b"},
                {"sequence": [{"event": "c"}, {"event": "d"}]},
                {"list": 5},
                {"segment": 6},
            ]
        }
    )
    assert references.events(rule) == {"a", "b", "c", "d"}
    assert (references.lists(rule), references.segments(rule)) == ({5}, {6})
