"""Mappings are read from JSON with sentences for what is wrong, and written back the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from accord.platform.transfer import mapping
from accord.platform.transfer.mapping import Wrong

EXAMPLES = sorted((Path(__file__).parents[4] / "examples" / "imports").glob("*.json"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_what_is_written_back_reads_the_same(path):
    found = mapping.from_text(path.read_text())
    assert mapping.from_json(mapping.to_json(found)) == found


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "not JSON"),
        ("[]", "the mapping: write names and values in braces"),
        ("{}", "does not say what it imports"),
        ('{"into": "contacts", "columns": []}', "columns: write names and values"),
        ('{"into": "contacts", "columns": {"A": {}}}', "columns › A: say which field it fills"),
        (
            '{"into": "contacts", "columns": {"A": {"field": "email", "colour": 1}}}',
            "columns › A: there is no “colour” here",
        ),
        (
            '{"into": "contacts", "columns": {"A": {"field": "x", "dates": "never"}}}',
            "columns › A › dates is “iso”, “day first” or “month first”",
        ),
        (
            '{"into": "contacts", "columns": {"A": {"field": "x", "multiplier": "many"}}}',
            "“multiplier” is a number",
        ),
        ('{"into": "contacts", "mode": "merge"}', "“mode” is “both”, “create”"),
        ('{"into": "contacts", "match": "email"}', "“match” is a list"),
        ('{"into": "contacts", "reading": {"encoding": "klingon"}}', "no encoding “klingon”"),
        ('{"into": "contacts", "values": {"x": {"join": "a"}}}', "“join” is a list of columns"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(text, sentence):
    with pytest.raises(Wrong, match=sentence):
        mapping.from_text(text)
