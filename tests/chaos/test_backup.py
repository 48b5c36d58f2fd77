"""Backup and restore, copies and rolled-back databases, with the commands people type."""

import itertools
import json
import random
import shutil
import tarfile
import threading
from dataclasses import fields

import psycopg
import pytest

from accord.platform.running import postgres
from accord.platform.safekeeping.backups import FORMAT, Manifest
from tests import instance as instances

FILL = """
from accord.platform.access import preferences
from accord.platform.queue import work
from accord.channels import outbox
from accord.platform.events import log, names
from accord.people import contacts
for name in ("Ana", "Bo"):
    contacts.create(values={"first_name": name, "email": name.lower() + "@buyer.example"}, by=None)
preferences.change(by=None, company_name="Acme")
outbox.send(key="hello", to="ana@buyer.example", subject="Hello", text="Hello Ana")
work.enqueue("no.such.job", payload={"a": [1, None, "ü"]})
"""


def filled(instance):
    """Somebody works here: an owner, contacts, an event, a message, a file."""
    added = instance.run(
        "user", "add", "--email=olga@acme.example", "--role=owner", "--password-stdin",
        text="a long enough passphrase\n",
    )  # fmt: skip
    assert added.returncode == 0, added.stderr
    instance.python(FILL)
    media = instance.data / "media" / "imports"
    media.mkdir(parents=True)
    (media / "list.csv").write_bytes(b"name\n\xff\x00Ana\n")
    return instance


def rows(url):
    """Every row of every table as text, sorted."""
    with psycopg.connect(url) as connection:
        tables = connection.execute(
            "SELECT table_name FROM information_schema.tables "
            "WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        ).fetchall()
        return {
            name: sorted(row[0] for row in connection.execute(f'SELECT t::text FROM "{name}" t'))
            for (name,) in tables
        }


def with_database(instance, ask):
    """Ask the embedded database while it runs for this question."""
    where = postgres.cluster(instance.data)
    postgres.ensure_running(where)
    try:
        return ask(where.url())
    finally:
        postgres.stop(where)


def differing(one, other):
    """Rows of the second that the first lacks, by table."""
    assert set(one) == set(other)
    return {
        name: list(set(other[name]) - set(one[name])) for name in one if one[name] != other[name]
    }


def backup(instance):
    done = instance.run("backup")
    assert done.returncode == 0, done.stderr
    assert "secrets" in done.stdout
    return done.stdout.split("  ")[0]


def test_a_backup_restored_elsewhere_holds_every_row_and_sends_nothing(ready_instance):
    old, new = filled(ready_instance("old")), ready_instance("new")
    file = backup(old)
    before = with_database(old, rows)
    with tarfile.open(file) as archive:
        names = archive.getnames()
    assert sorted(names) == ["database.dump", "manifest.json", "media/imports/list.csv"]
    done = new.run("restore", file)
    assert done.returncode == 0, done.stderr
    changed = differing(before, with_database(new, rows))
    assert set(changed) == {"platform_instancesetting", "platform_auditentry"}
    assert "quarantined,true" in changed["platform_instancesetting"][0]
    assert all(
        verb in "".join(changed["platform_auditentry"])
        for verb in ("preferences.changed", "quarantine.began", "backup.restored")
    )
    assert (new.data / "media/imports/list.csv").read_bytes() == b"name\n\xff\x00Ana\n"
    assert not (new.data / "secrets" / "count").exists()

    mail = {"ACCORD_MAIL_URL": f"maildir:{new.data}/mail"}
    new.python("from accord.platform.queue import work; work.run_due()", **mail)
    assert not (new.data / "mail").exists()
    released = new.run("release", "--send-held", **mail)
    assert "sends again" in released.stdout
    new.python("from accord.platform.queue import work; work.run_due()", **mail)
    assert len(list((new.data / "mail" / "new").iterdir())) == 1


def test_on_a_server_of_ones_own_a_restore_replaces_what_is_there(beside):
    filled(beside)
    file = backup(beside)
    before = rows(beside.url)
    beside.run(
        "shell", "-c", "from accord.people.models import Contact; Contact.objects.all().delete()"
    )
    beside.ask("CREATE TABLE left_over ()")
    (beside.data / "media" / "later.txt").write_text("not in the backup")
    busy = psycopg.connect(beside.url, application_name="accord")
    refused = beside.run("restore", file)
    assert (refused.returncode, "Stop it, then restore" in refused.stderr) == (1, True)
    busy.close()
    done = beside.run("restore", file)
    assert done.returncode == 0, done.stderr
    assert set(differing(before, rows(beside.url))) == {
        "platform_instancesetting",
        "platform_auditentry",
    }
    assert not (beside.data / "media" / "later.txt").exists()
    assert len(list((beside.data / "backups").glob("before-*.backup"))) == 1
    left = beside.ask("SELECT 1 FROM pg_database WHERE starts_with(datname, current_database())")
    assert left == [(1,)]


def test_a_restored_lake_is_built_anew_and_keeps_no_file_of_before(beside):
    filled(beside)
    assert beside.run("lake", "ship").returncode == 0
    file = backup(beside)
    beside.ask("UPDATE people_contact SET city = 'Kanarienvogel'")
    for what in ("ship", "compact"):  # the files of the backup's manifest no longer count
        assert beside.run("lake", what).returncode == 0
    done = beside.run("restore", file)
    assert done.returncode == 0, done.stderr
    assert list((beside.data / "lake").rglob("*.parquet")) == []
    for what in ("check", "ship", "check"):
        rows = ["--rows"] if what == "check" else []
        done = beside.run("lake", what, *rows)
        assert done.returncode == 0, done.stdout + done.stderr
    assert "people_contact" in beside.run("lake", "status").stdout


class Busy(threading.Thread):
    """Somebody works while the backup is made: each number stands in two tables, always.

    The dump reads the one table early and the other late. Files come and go meanwhile.
    """

    def __init__(self, url, media):
        super().__init__(daemon=True)
        self.url, self.media, self.stop = url, media, threading.Event()

    def run(self):
        drafts = sorted(self.media.iterdir())
        random.Random(7).shuffle(drafts)
        with psycopg.connect(self.url, autocommit=True) as connection:
            for number in itertools.count():
                if self.stop.is_set():
                    return
                with connection.transaction():
                    for table in ("aaa_first", "zzz_last"):
                        connection.execute(f"INSERT INTO {table} VALUES (%s)", [number])
                draft = drafts[number % len(drafts)]
                draft.unlink() if draft.exists() else draft.write_bytes(b"x")


def busy_on(instance, url):
    with psycopg.connect(url, autocommit=True) as connection:
        for table in ("aaa_first", "zzz_last"):
            connection.execute(f"CREATE TABLE {table} (number bigint)")
    media = instance.data / "media" / "drafts"
    media.mkdir(parents=True)
    for number in range(50):
        (media / f"draft-{number:04}").touch()
    return Busy(url, media)


@pytest.mark.parametrize("kind", ["embedded", "own server"])
def test_a_backup_made_while_people_work_belongs_to_one_moment(
    kind, ready_instance, beside, tmp_path
):
    instance = ready_instance("running") if kind == "embedded" else beside
    instance.start("worker")
    url = postgres.cluster(instance.data).url() if kind == "embedded" else instance.url
    instances.wait(lambda: answered(url), 60)
    busy = busy_on(instance, url)
    busy.start()
    try:
        instances.wait(lambda: counted(url)[0] > 50)
        before = counted(url)
        file = backup(instance)
        after = counted(url)
    finally:
        busy.stop.set()
        busy.join(10)
    new = ready_instance("new")
    done = new.run("restore", file)
    assert done.returncode == 0, done.stderr
    first, last = with_database(new, counted)
    assert first == last
    assert before[0] <= first <= after[0]
    assert before != after


def answered(url):
    try:
        with psycopg.connect(url) as connection:
            return connection.execute("SELECT 1 FROM platform_heartbeat").fetchone()
    except psycopg.Error:
        return None


def counted(url):
    with psycopg.connect(url) as connection:
        return connection.execute(
            "SELECT (SELECT count(*) FROM aaa_first), (SELECT count(*) FROM zzz_last)"
        ).fetchone()


def rewritten(file, folder, **changes):
    """The same backup, but for what its manifest says."""
    whole, other = folder / "whole", folder / "other.backup"
    with tarfile.open(file) as archive:
        archive.extractall(whole, filter="data")
    manifest = whole / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | changes))
    with tarfile.open(other, "w") as archive:
        for name in ("manifest.json", "database.dump"):
            archive.add(whole / name, name)
    return str(other)


@pytest.mark.parametrize(
    "newer", [{"migrations": ["people.9999_from_tomorrow"]}, {"format": FORMAT + 1, "parts": 3}]
)
def test_a_backup_of_a_newer_accord_changes_nothing(beside, tmp_path, newer):
    file = rewritten(backup(filled(beside)), tmp_path, **newer)
    before = rows(beside.url)
    done = beside.run("restore", file)
    assert (done.returncode, "made by a newer Accord" in done.stderr) == (1, True)
    assert rows(beside.url) == before


def test_a_manifest_that_says_more_is_of_a_higher_format():
    """Else an older Accord calls the backup none, and not one of a newer Accord."""
    first = {"format", "accord", "made_at", "migrations"}
    said = {1: first, 2: first | {"secrets"}}
    assert said[FORMAT] == {field.name for field in fields(Manifest)}


@pytest.mark.parametrize("content", [b"", b"no archive at all", None])
def test_what_is_no_backup_changes_nothing(beside, tmp_path, content):
    file = tmp_path / "file.backup"
    if content is not None:
        file.write_bytes(content)
    before = rows(beside.url)
    done = beside.run("restore", str(file))
    assert done.returncode == 1
    assert "not a backup" in done.stderr or "There is no file" in done.stderr
    assert rows(beside.url) == before


def test_a_broken_backup_changes_nothing(beside, tmp_path):
    file = backup(filled(beside))
    before = rows(beside.url)
    whole, broken = tmp_path / "whole", tmp_path / "broken.backup"
    with tarfile.open(file) as archive:
        archive.extractall(whole, filter="data")
    dump = whole / "database.dump"
    dump.write_bytes(dump.read_bytes()[:-3000])
    with tarfile.open(broken, "w") as archive:
        for name in ("manifest.json", "database.dump"):
            archive.add(whole / name, name)
    done = beside.run("restore", str(broken))
    assert done.returncode == 1
    assert "pg_restore failed" in done.stderr
    assert rows(beside.url) == before
    assert (beside.data / "media/imports/list.csv").exists()


def quarantined(instance):
    """Start a worker, as everything that sends does, and ask what it found."""
    code = "from accord.platform.safekeeping import quarantine; print(quarantine.check())"
    return instance.python(code) == "True"


def test_a_copied_folder_sends_nothing_and_the_original_goes_on(
    ready_instance, new_instance, tmp_path
):
    original = ready_instance("original")
    assert not quarantined(original)
    assert not quarantined(original)
    shutil.copytree(original.data, tmp_path / "copy")
    copy = new_instance("copy")
    assert quarantined(copy)
    assert not quarantined(original)
    assert copy.run("release").returncode == 0
    assert not quarantined(copy)


def test_a_database_taken_back_to_an_earlier_day_sends_nothing(beside):
    assert not quarantined(beside)
    kept = beside.ask("SELECT value FROM platform_instancesetting WHERE name = 'home'")
    assert not quarantined(beside)
    beside.ask(
        "UPDATE platform_instancesetting SET value = %s WHERE name = 'home'",
        psycopg.types.json.Jsonb(kept[0][0]),
    )
    assert quarantined(beside)


def test_a_database_moved_to_another_server_sends_nothing(beside):
    assert not quarantined(beside)
    beside.ask(
        'UPDATE platform_instancesetting SET value = value || \'{"server": "7"}\' '
        "WHERE name = 'home'"
    )
    assert quarantined(beside)
