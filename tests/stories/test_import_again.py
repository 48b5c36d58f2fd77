"""A file that changed is another import; the same file goes on where it was."""

from __future__ import annotations

import json

import pytest

from accord import commands
from accord.platform.models import Import

pytestmark = pytest.mark.django_db
MAIL = {"into": "contacts", "columns": {"Mail": "email", "Name": "full_name"}}


def test_a_file_that_changed_meanwhile_is_another_import(tmp_path, capsys):
    path, wanted = tmp_path / "list.csv", tmp_path / "mapping.json"
    wanted.write_text(json.dumps(MAIL))
    command = commands.load("import")

    def run(text):
        path.write_text(text)
        given = [str(path), "--mapping", str(wanted), "--json"]
        command.run(commands.parser("import", command).parse_args(given))
        return json.loads(capsys.readouterr().out)["import_id"]

    first = run("Mail,Name\na@x.example,Bo\n")
    Import.objects.filter(pk=first).update(state=Import.State.RUNNING)  # as if it was cut short
    assert run("Mail,Name\na@x.example,Bo\n") == first
    Import.objects.filter(pk=first).update(state=Import.State.RUNNING)
    assert run("Mail,Name\nb@x.example,Bo\n") != first
