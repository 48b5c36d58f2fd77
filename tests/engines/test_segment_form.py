"""The JSON form of drawn rules: read back equal, and as the shipped JSON Schema says."""

from __future__ import annotations

import json
import random
from importlib import resources

import jsonschema
import pytest

from accord.engine import segments
from accord.engine.segments import notation
from tests.engines.drawing import Draw, House
from tests.engines.rules import Rules

HOUSE = House((1, 2), {1: "1"}, (1, 2), (1, 2))
SCHEMA = json.loads((resources.files(notation) / "rule.schema.json").read_text())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
JUNK = [None, True, 0, -1, 10**400, 1e300, "", " ", "x" * 501, "\0", [], {}, [[]], "NaN", "\ud800"]


def drawn(seed: int, count: int) -> list[segments.Rule]:
    draw = Draw(seed, HOUSE)
    firms = draw.firms(3)
    rules = Rules(seed, [draw.person(number, firms) for number in range(1, 8)])
    return [rules.rule() for _ in range(count)]


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_rules_read_back_equal_and_are_valid_by_the_schema():
    for rule in drawn(5, 300):
        data = segments.to_json(rule)
        assert segments.from_json(data) == rule
        assert segments.loads(segments.dumps(rule)) == rule
        VALIDATOR.validate(data)


def test_what_the_schema_refuses_the_reader_refuses_and_junk_never_breaks_it():
    """Each place of drawn rules is broken once: by junk, by a key too many or too few."""
    pick = random.Random(8)
    refused = 0
    for rule in drawn(6, 300):
        data = segments.to_json(rule)
        broken = json.loads(json.dumps(data))
        parent, key = pick.choice(list(_places(broken)))
        match pick.randrange(3):
            case 0:
                parent[key] = pick.choice(JUNK)
            case 1 if isinstance(parent, dict):
                del parent[key]
            case _ if isinstance(parent, dict):
                parent["extra"] = 1
        if not VALIDATOR.is_valid(broken):
            refused += 1
            with pytest.raises(segments.BadRule, match=r"\."):
                segments.from_json(broken)
    assert refused > 150


def _places(data):
    items = data.items() if isinstance(data, dict) else enumerate(data)
    for key, value in list(items):
        yield data, key
        if isinstance(value, dict | list):
            yield from _places(value)
