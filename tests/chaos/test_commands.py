"""Commands as people type them."""

import json

import pytest


def test_an_owner_is_made_from_the_command_line_and_ends_the_link(beside):
    added = beside.run(
        "user", "add", "--email=Olga@Acme.example", "--role=owner", "--password-stdin",
        text="correct horse battery\n",
    )  # fmt: skip
    assert (added.returncode, added.stdout) == (0, "olga@acme.example may sign in as owner.\n")
    assert "correct" not in added.stdout + added.stderr
    link = "from accord.platform.access import accounts; print(accounts.setup_link())"
    assert beside.python(link) == "None"
    assert (
        beside.python(
            "from accord.platform.models import User;"
            "print(User.objects.get().check_password('correct horse battery'))"
        )
        == "True"
    )
    again = beside.run(
        "user", "add", "--email=olga@acme.example", "--role=seller", "--password-stdin",
        text="correct horse battery\n",
    )  # fmt: skip
    assert (again.returncode, "here already" in again.stderr) == (1, True)
    weak = beside.run(
        "user", "add", "--email=ben@acme.example", "--role=seller", "--password-stdin", text="123\n"
    )
    assert (weak.returncode, "easy to guess" in weak.stderr or "short" in weak.stderr) == (1, True)


def test_accounts_are_listed_and_switched_off(beside):
    for name, role in (("olga", "owner"), ("ben", "seller")):
        beside.run(
            "user", "add", f"--email={name}@acme.example", f"--role={role}", "--password-stdin",
            text="correct horse battery\n",
        )  # fmt: skip
    assert beside.run("user", "disable", "--email=ben@acme.example").returncode == 0
    rows = json.loads(beside.run("user", "list", "--json").stdout)
    assert [(row["email"], row["active"]) for row in rows] == [
        ("olga@acme.example", True),
        ("ben@acme.example", False),
    ]
    last = beside.run("user", "disable", "--email=olga@acme.example")
    assert (last.returncode, "last owner" in last.stderr) == (1, True)
    nobody = beside.run("user", "enable", "--email=ana@acme.example")
    assert (nobody.returncode, "accord user list" in nobody.stderr) == (1, True)


def test_the_doctor_has_something_to_say_without_a_database(beside):
    url = "postgresql://nobody@127.0.0.1:9/none?connect_timeout=2"
    done = beside.run("doctor", DATABASE_URL=url)
    assert done.returncode == 1
    assert "WRONG  database: The database does not answer" in done.stdout
    assert "Look at DATABASE_URL" in done.stdout
    other = beside.run("user", "list", DATABASE_URL=url)
    assert (other.returncode, "Traceback" in other.stderr) == (1, False)
    assert "The database does not answer. Run `accord doctor`" in other.stderr


def test_the_doctor_speaks_to_programs(beside):
    found = json.loads(beside.run("doctor", "--json").stdout)
    wrong = {finding["name"] for finding in found if not finding["well"]}
    assert wrong == {"worker", "backup"}
    assert {"data folder", "disk", "database", "data", "clock", "address", "mail"} <= {
        finding["name"] for finding in found
    }


def test_a_setting_that_cannot_be_read_is_named(beside):
    done = beside.run("doctor", ACCORD_PORT="eight")
    assert done.returncode == 1
    wanted = "ACCORD_PORT is 'eight'; write a whole number from 1 to 65535 or leave it unset.\n"
    assert done.stderr == wanted


@pytest.mark.parametrize("command", ["doctor", "up", "backup"])
def test_a_folder_that_cannot_be_written_is_named(beside, tmp_path, command):
    (tmp_path / "file").touch()
    done = beside.run(command, ACCORD_DATA=str(tmp_path / "file"))
    assert done.returncode == 1
    assert f"cannot write into {tmp_path / 'file'}" in done.stderr
    assert "another folder in ACCORD_DATA" in done.stderr


def test_a_refusal_of_several_lines_reads_as_one_text(beside):
    beside.ask(
        "INSERT INTO django_migrations (app, name, applied) VALUES ('people', '9999_x', now())"
    )
    told = beside.run("user", "list").stderr
    assert "newer version of Accord" in told
    assert not [line for line in told.splitlines() if line.startswith(" ")]


DEMO = """
from django.conf import settings
from accord.commands import up
from accord.people.models import Contact
from accord.platform.running import readiness
for first_run in ({}):
    seen = readiness.look(settings.DATABASE_URL, settings.INSTALLED_APPS)
    link = up._link(seen, first_run=first_run)
print(Contact.objects.exists(), "/setup/" in link)
"""


def test_the_demo_company_comes_with_the_first_start(beside):
    assert beside.python(DEMO.format("True,")).endswith("True True")


def test_who_went_without_the_demo_company_never_gets_it_unasked(beside):
    assert beside.python(DEMO.format("False, True")) == "False True"


def test_unknown_commands_are_refused_and_ours_are_listed(beside):
    listed = beside.run().stdout
    assert all(name in listed for name in ("up", "doctor", "backup", "restore", "user"))
    unknown = beside.run("no-such-command")
    assert unknown.returncode == 1
    assert "Unknown command" in unknown.stderr
