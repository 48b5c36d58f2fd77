"""What the docs say of imports is so."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from accord.platform.transfer import mapping, targets
from accord.platform.transfer.mapping import Mapping

PAGE = (Path(__file__).parents[2] / "docs" / "imports.md").read_text(encoding="utf-8")


def test_the_mapping_in_the_docs_can_be_read():
    [block] = re.findall(r"```json\n(.*?)```", PAGE, re.S)
    found = mapping.from_json(json.loads(block))
    assert found.filling("title").columns == ("Role", "Department")
    assert found.layout.delimiter == ";"


@pytest.mark.django_db
@pytest.mark.parametrize("into", ["contacts", "companies", "deals", "products", "users"])
def test_every_field_and_rule_is_told(into):
    target = targets.named(into)
    [told] = re.findall(rf"^\| {into} \| (`.*) \|$", PAGE, re.M)
    named = set(re.findall(r"`(\w+)`", told))
    assert named == {slot.name for slot in target.slots(Mapping(into, ())) if slot.label}
    rules = PAGE.partition("| `match` |")[2].partition("\n")[0]
    assert all(f"`{rule.name}`" in rules for rule in target.rules())


def test_every_option_is_told():
    told = set(re.findall(r"`(\w+)`", PAGE))
    assert mapping._OPTIONS - {"field"} <= told
    assert told >= mapping._LAYOUT
