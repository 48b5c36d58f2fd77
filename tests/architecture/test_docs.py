"""What a person can type, set, be granted or see happen stands in the docs."""

import argparse
import re
from pathlib import Path

from accord import commands, environment
from accord.platform.access import permissions
from accord.platform.events import names

DOCS = Path(__file__).parents[2] / "docs"


def page(name):
    return (DOCS / name).read_text(encoding="utf-8")


def first_cells(text):
    """The first cell of every table row, where it is code."""
    return re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE)


def options(parser):
    """Every option people may type, those of subcommands included; hidden ones left out."""
    for action in parser._actions:
        if action.help == argparse.SUPPRESS or isinstance(action, argparse._HelpAction):
            continue
        if isinstance(action, argparse._SubParsersAction):
            for part in action.choices.values():
                yield from options(part)
        yield from (name for name in action.option_strings if name.startswith("--"))


def test_every_command_and_option_is_in_the_docs():
    sections = dict(
        re.findall(r"^## accord (\S+)\n(.*?)(?=^## |\Z)", page("commands.md"), re.M | re.S)
    )
    known = commands.names()
    assert set(sections) == set(known), "docs/commands.md: one section `## accord NAME` a command"
    missing = [
        f"accord {name} {option}"
        for name in known
        for option in options(commands.parser(name, commands.load(name)))
        if option not in sections[name]
    ]
    assert not missing, "say what they do in docs/commands.md"


def test_every_setting_is_in_the_docs_with_its_default():
    rows = dict(
        re.findall(r"^\| `([^`]+)` \| (?:`([^`]*)`)? ?\| ", page("settings.md"), re.MULTILINE)
    )
    known = {name: setting.default for name, setting in environment.SETTINGS.items()}
    assert rows == known, "docs/settings.md: a row `name`, `default`, meaning for each"


def test_no_setting_is_read_past_the_list():
    source = Path(environment.__file__).parent
    used = {
        name
        for file in source.rglob("*.py")
        if "tests" not in file.parts and file.name != "testing.py"
        for name in re.findall(r"[\"'](ACCORD_[A-Z_]+)[\"']", file.read_text(encoding="utf-8"))
    }
    assert used <= environment.known(), "read it in accord/settings.py, with a default"


def test_every_permission_is_in_the_docs():
    assert sorted(first_cells(page("permissions.md"))) == sorted(permissions.PERMISSIONS)


def test_every_event_is_in_the_docs():
    known = {name for name in names.ALL if not name.startswith("test.")}
    assert sorted(first_cells(page("events.md"))) == sorted(known), "docs/events.md: a row for each"
