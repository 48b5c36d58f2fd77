"""A marketer's file becomes a segment, a list and a CSV file, from the command line."""

import json
import re
from pathlib import Path

import pytest

from accord import commands
from accord.engine.errors import Refused
from accord.people import contacts
from accord.people.models import Segment
from accord.people.segments import saving

pytestmark = pytest.mark.django_db


@pytest.fixture
def accord(capsys):
    """Run `accord segment ...` here; answers what it printed."""

    def run(*arguments: str) -> str:
        command = commands.load("segment")
        options = commands.parser("segment", command).parse_args(list(arguments))
        assert command.run(options) == 0
        return capsys.readouterr().out

    return run


@pytest.fixture
def rule(tmp_path):
    file = tmp_path / "bonn.json"
    bonn = {"contact": "city", "kind": "text", "is": "Bonn"}
    file.write_text(json.dumps({"all": [bonn, {"not": {"deal": "open"}}]}))
    return str(file)


def test_from_a_rule_to_a_file(accord, rule, ana, mia, tmp_path):
    contacts.change(ana, values={"city": "Bonn"}, by=mia)
    assert accord("count", rule).startswith("1 person: City is “Bonn”, and has no open deal.")
    assert "Bonn: 1 person" in accord("save", "Bonn", rule)
    contacts.change(ana, values={"city": "Cologne"}, by=mia)
    assert "Kept: 1 person" in accord("copy", "Bonn", "--to", "Kept")
    assert accord("evaluate", "bonn") == "0 entered, 1 left\n"
    assert accord("list").split() == ["0", "Bonn", "(by", "a", "rule)", "1", "Kept", "(list)"]
    file = tmp_path / "kept.csv"
    assert accord("export", "Kept", "--to", str(file)).startswith("1 contacts written")
    assert "ana@acme.example" in file.read_text("utf-8-sig")


def test_the_example_in_the_docs_runs_and_reads_as_it_says_there(accord, tmp_path):
    page = Path(__file__).parents[2].joinpath("docs/segments.md").read_text()
    example = re.search(r"## An example\n\n```json\n(.+?)```\n\n(.+?)\n", page, re.DOTALL)
    (file := tmp_path / "example.json").write_text(example[1])
    assert accord("count", str(file)) == f"0 people: {example[2]}\n"


def test_a_list_that_never_was_is_not_said_to_be_gone(accord, tmp_path):
    (file := tmp_path / "list.json").write_text('{"list": 3}')
    with pytest.raises(Refused, match=r"There is no list 3\. Choose another list\."):
        accord("count", str(file))


def test_saving_again_changes_the_rule_and_keeps_the_history(accord, rule, ana, tmp_path):
    accord("save", "Bonn", rule)
    other = tmp_path / "other.json"
    other.write_text('{"contact": "city", "kind": "text", "is": "Cologne"}')
    accord("save", "Bonn", str(other))
    shown = accord("show", "Bonn")
    assert "City is “Cologne”." in shown
    assert [line.split()[0] for line in shown.splitlines()[2:]] == ["2", "1"]


def test_put_away_segments_are_gone_from_the_list(accord, rule, ana):
    accord("save", "Bonn", rule)
    accord("archive", "Bonn")
    assert accord("list") == ""
    assert Segment.objects.get().archived_at
    with pytest.raises(commands.load("segment").NoSuchSegment):
        accord("show", "Bonn")
    with pytest.raises(Refused, match="cannot be read"):
        accord("count", "no-such-file.json")
    saving.create(name="Bonn", by=None)
