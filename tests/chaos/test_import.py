"""An import is killed in the middle, again and again: no row is lost, none comes twice."""

import json
import time

import pytest

ROWS = 44_000
CHUNK = 10_000
MAPPING = {
    "into": "contacts",
    "columns": {
        "Mail": "email",
        "Name": "full_name",
        "When": "acquired_at",
        "From": "source",
        "Firm": {"field": "company", "create": True},
    },
}
WHOLE = """
SELECT (SELECT count(*) FROM people_contact), (SELECT count(DISTINCT email) FROM people_contact),
    (SELECT count(*) FROM people_address), (SELECT count(*) FROM people_lifecyclechange),
    (SELECT count(*) FROM platform_event WHERE name = 'touch.recorded'),
    (SELECT count(*) FROM platform_event WHERE name = 'contact.created'),
    (SELECT count(*) FROM platform_importrow), (SELECT count(*) FROM people_affiliation),
    (SELECT count(*) FROM people_company)
"""


@pytest.fixture
def files(beside):
    """A list of people and its mapping."""
    lines = [
        f"person{n}@x{n % 50}.example,First Last{n},2026-01-{n % 28 + 1:02},web,Firm {n % 50}"
        for n in range(ROWS)
    ]
    (beside.data / "list.csv").write_text("Mail,Name,When,From,Firm\n" + "\n".join(lines) + "\n")
    (beside.data / "mapping.json").write_text(json.dumps(MAPPING))
    return [str(beside.data / "list.csv"), "--mapping", str(beside.data / "mapping.json")]


def wait_for(instance, sql, wanted, seconds=180):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = instance.ask(sql)
        if found and wanted(found[0][0]):
            return
        time.sleep(0.02)
    raise AssertionError(f"never: {sql}; {instance.output()}")


def killed_when(instance, process, sql, wanted):
    wait_for(instance, sql, wanted)
    process.kill()
    process.wait()


def progress(instance):
    return instance.ask("SELECT max(rows_done) FROM platform_import")[0][0] or 0


def test_an_import_that_is_killed_goes_on_where_it_was(beside, files):
    for part in (1, 2, 3):
        process = beside.start("import", *files)
        killed_when(
            beside,
            process,
            "SELECT max(rows_done) FROM platform_import",
            lambda done, part=part: (done or 0) >= part * CHUNK,
        )
        time.sleep(0.3 * part)
    assert 3 * CHUNK <= progress(beside) < ROWS
    done = beside.run("import", *files, "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["created"], found["updated"], found["errors"]) == (ROWS, 0, 0)
    assert beside.ask(WHOLE) == [(*[ROWS] * 8, 50)]
    assert beside.ask("SELECT count(*) FROM platform_import") == [(1,)]


def test_an_undo_that_is_killed_goes_on_where_it_was(beside, files):
    done = json.loads(beside.run("import", *files, "--json").stdout)
    number = str(done["import_id"])
    for part in (1, 3):
        process = beside.start("import", "undo", number)
        left = "SELECT count(*) FROM people_contact"
        killed_when(beside, process, left, lambda left, part=part: left <= ROWS - part * CHUNK)
    assert beside.ask("SELECT count(*) > 0 FROM people_contact") == [(True,)]
    undone = beside.run("import", "undo", number, "--json")
    assert json.loads(undone.stdout) == {"import_id": int(number), "state": "undone", "kept": 0}
    assert beside.ask(WHOLE) == [(0,) * 9]


def test_a_worker_goes_on_with_what_another_one_left(beside, files):
    process = beside.start("import", *files)
    done = "SELECT max(rows_done) FROM platform_import"
    killed_when(beside, process, done, lambda rows: (rows or 0) >= CHUNK)
    first = beside.start("worker")
    killed_when(beside, first, done, lambda rows: rows >= 2 * CHUNK)
    beside.start("worker")
    wait_for(beside, "SELECT state FROM platform_import", lambda state: state == "done", 90)
    assert beside.ask(WHOLE) == [(*[ROWS] * 8, 50)]
