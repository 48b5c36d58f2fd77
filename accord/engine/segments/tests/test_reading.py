import pytest

from accord.engine.segments import BadRule, check, from_json, loads
from accord.engine.segments.tests.cast import WORDS, rule

VIEWED = {"event": "page.viewed"}


@pytest.mark.parametrize(
    ("data", "path", "says"),
    [
        ([], "rule", "Write a rule here"),
        ({"x": 1}, "rule", "Begin it with one of: all, any"),
        ({"all": [VIEWED, {"not": {"event": ""}}]}, "all[1].not.event", "1 to 80 characters"),
        ({"all": VIEWED}, "all", "Write a list"),
        ({"all": [], "any": []}, "rule", "“any” is not known here"),
        ({**VIEWED, "times": {"exactly": 1, "at_most": 2}}, "times", "“exactly” alone"),
        ({**VIEWED, "times": {"at_least": 3, "at_most": 2}}, "times", "Swap them"),
        ({**VIEWED, "times": {"at_least": True}}, "times.at_least", "whole number"),
        ({**VIEWED, "when": {"within_last": "3 moons"}}, "when.within_last", "“30 days”"),
        ({**VIEWED, "when": {"within_next": "3 days"}}, "when", "not known here"),
        ({**VIEWED, "when": {"on": "2026-02-30"}}, "when.on", "is no day"),
        (
            {**VIEWED, "where": [{"property": "a", "kind": "money", "above": 1}]},
            "where[0].kind",
            "cannot be a money",
        ),
        ({"contact": "city", "kind": "text"}, "rule", "Ask exactly one thing"),
        ({"contact": "city", "kind": "text", "is": "a", "empty": True}, "rule", "exactly one"),
        ({"contact": "city", "kind": "text", "above": 1}, "rule", "cannot be asked “above”"),
        ({"contact": "city", "kind": "colour", "is": "a"}, "kind", "Write one of: text"),
        ({"contact": "city", "kind": "text", "is": "a\0"}, "is[0]", "characters that are none"),
        ({"contact": "n", "kind": "number", "above": "1e400"}, "above", "is no number"),
        ({"contact": "n", "kind": "number", "above": 0.1234567}, "above", "six decimals"),
        ({"contact": "n", "kind": "number", "above": 10**5000}, "above", "a huge number"),
        ({"contact": "b", "kind": "date", "within_last": "5 hours"}, "within_last", "whole days"),
        (
            {"contact": "m", "kind": "money", "above": 1, "currency": "XXQ"},
            "currency",
            "is no currency",
        ),
        ({"bucket": "a", "from": 5, "below": 3}, "rule", "Swap them"),
        ({"list": 0}, "list", "from 1"),
        ({"sequence": [VIEWED]}, "sequence", "2 to 2"),
    ],
)
def test_errors_name_the_place_and_what_to_do(data, path, says):
    with pytest.raises(BadRule) as refused:
        from_json(data)
    assert (refused.value.path or "rule") == path
    assert says in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"not":' * 15_000 + "1" + "}" * 15_000,
        '{"not":' * 40 + '{"list":1}' + "}" * 40,
        '{"all":[' + ",".join(['{"list":1}'] * 301) + "]}",
        '{"list":' + "9" * 5_000 + "}",
        '{"contact":"n","kind":"number","above":NaN}',
        '{"contact":"n","kind":"number","above":1e999}',
        "x" * 200_001,
        "",
        "null",
    ],
)
def test_hostile_text_is_refused(text):
    with pytest.raises(BadRule):
        loads(text)


def test_a_rule_may_speak_only_of_what_is_there():
    check(rule(**VIEWED), WORDS)
    for data, path in [
        ({"any": [{"contact": "shoe", "kind": "number", "above": 1}]}, "any[0]"),
        ({"contact": "city", "kind": "number", "above": 1}, ""),
        ({"event": "moon.landed"}, ""),
        ({"sequence": [VIEWED, {"event": "moon.landed"}]}, "sequence[1]"),
        ({"lifecycle": "was", "stages": ["king"]}, ""),
        ({"deal": "open", "where": [{"field": "x", "kind": "text", "is": "a"}]}, "where[0]"),
        ({"consent": "spam", "channel": "email", "state": "given"}, ""),
        ({"not": {"segment": 99}}, "not"),
        ({"list": 99}, ""),
    ]:
        with pytest.raises(BadRule) as refused:
            check(from_json(data), WORDS)
        assert refused.value.path == path
