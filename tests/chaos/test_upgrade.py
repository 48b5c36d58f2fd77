"""Data of other versions: of Accord, and of PostgreSQL."""

import lzma
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import psycopg
import pytest

from accord.platform.running import postgres
from accord.platform.safekeeping import dumps
from tests import instance as instances
from tests.chaos.test_backup import filled, rows, with_database
from tests.instance import ROOT

EARLIEST = Path(__file__).with_name("earliest.backup.xz")


def earlier_version(instance):
    """As a version that had nothing of `channels` left it."""
    found = instance.ask("SELECT tablename FROM pg_tables WHERE tablename LIKE 'channels\\_%'")
    for (table,) in found:
        instance.ask(f"DROP TABLE {table} CASCADE")
    instance.ask("DELETE FROM django_migrations WHERE app = 'channels'")


def test_data_of_an_earlier_version_is_carried_over_after_a_backup(beside):
    filled(beside)
    earlier_version(beside)
    refused = beside.run("user", "list")
    assert refused.returncode == 1
    assert "earlier version of Accord. Run `accord upgrade`" in refused.stderr
    found = beside.run("doctor")
    assert "WRONG  data: The data was written by an earlier version" in found.stdout
    done = beside.run("upgrade")
    assert (done.returncode, done.stderr.count("Traceback")) == (0, 0), done.stderr
    assert beside.ask("SELECT to_regclass('channels_message') IS NOT NULL") == [(True,)]
    assert len(list((beside.data / "backups").glob("before-*.backup"))) == 1
    assert beside.run("user", "list").returncode == 0
    assert beside.run("upgrade").returncode == 0
    assert len(list((beside.data / "backups").glob("before-*.backup"))) == 1


@pytest.fixture
def earliest(tmp_path):
    """A backup of a small company as the first migrations of every folder left it."""
    file = tmp_path / "earliest.backup"
    file.write_bytes(lzma.decompress(EARLIEST.read_bytes()))
    return file


def told(url, columns=None):
    """Every row of our tables, and of these columns only, as text; and the columns there are."""
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "SELECT table_name, array_agg(column_name::text ORDER BY 1) FROM "
            "information_schema.columns WHERE table_schema = 'public' AND is_generated = 'NEVER' "
            "AND table_name ~ '^(platform|people|channels|marketing|sales|insight)_' GROUP BY 1"
        ).fetchall()
        there = {table: set(names) for table, names in found}
        rows = {}
        for table, names in (columns or there).items():
            kept = sorted(names & there[table])
            listed = ", ".join(f'"{name}"' for name in kept)
            asked = f'SELECT ({listed})::text FROM "{table}" ORDER BY 1'
            rows[table] = [row[0] for row in connection.execute(asked)]
        return rows, there


def test_the_earliest_data_is_carried_over_whole(tmp_path, earliest):
    with tarfile.open(earliest) as archive:
        archive.extractall(tmp_path, filter="data")
    data = tmp_path / "data"
    data.mkdir()
    name = f"accord_earliest_{os.getpid()}"
    with instances.on_a_database_of_its_own(data, name) as instance:
        dumps.replace(instance.url, tmp_path / "database.dump")
        before, columns = told(instance.url)
        assert len(before["people_contact"]) > 40
        assert len(before["sales_deal"]) == 15
        done = instance.run("upgrade")
        assert (done.returncode, done.stdout) == (0, "The data fits this version of Accord.\n")
        after, _ = told(instance.url, columns)
        for mark in ("prepared", "company_name"):
            assert mark in "".join(after["platform_instancesetting"])
        for table in sorted(set(before) - {"platform_instancesetting"}):
            assert after[table] == before[table], table
        assert instance.run("user", "list").returncode == 0
        assert "well   data: The data fits" in instance.run("doctor").stdout


def test_a_backup_of_the_earliest_version_is_restored_into_this_one(ready_instance, earliest):
    instance = ready_instance()
    done = instance.run("restore", str(earliest))
    assert done.returncode == 0, done.stderr
    assert "olga@acme.example" in instance.run("user", "list").stdout
    assert "well   data: The data fits" in instance.run("doctor").stdout


def test_data_of_a_newer_version_is_refused_and_left_alone(beside):
    beside.ask(
        "INSERT INTO django_migrations (app, name, applied) VALUES ('people', '9999_x', now())"
    )
    before = rows(beside.url)
    for command in (("up",), ("upgrade",), ("user", "list"), ("worker",)):
        refused = beside.run(*command)
        assert refused.returncode == 1, command
        assert "written by a newer version" in refused.stderr
    assert rows(beside.url) == before
    assert "newer version" in beside.run("doctor").stdout


OLD_MAJORS = sorted(
    int(path.parent.name)
    for path in postgres.SYSTEM_BINARIES.glob("*/bin")
    if path.parent.name.isdigit() and 15 <= int(path.parent.name) < postgres.newest_major()
)


@pytest.fixture
def old_cluster(new_instance, ready_instance, tmp_path):
    """A data folder whose database an older PostgreSQL wrote."""
    if not OLD_MAJORS:
        pytest.skip("no older PostgreSQL on this machine (Debian: apt-get install postgresql-15)")
    source = filled(ready_instance("source"))
    instance = new_instance("old")
    where = postgres.cluster(instance.data)
    postgres.ensure_running(where, major=OLD_MAJORS[-1])
    try:
        with_database(source, lambda url: _copy(url, where.url()))
        before = rows(where.url())
    finally:
        postgres.stop(where)
    shutil.copytree(source.data / "media", instance.data / "media")
    return instance, before


def _copy(source, target):
    with tempfile.TemporaryDirectory() as folder:
        dumps.write(source, Path(folder, "dump"))
        dumps.replace(target, Path(folder, "dump"))


def test_the_database_moves_to_the_postgresql_that_accord_brings(old_cluster):
    instance, before = old_cluster
    refused = instance.run("user", "list")
    assert refused.returncode == 1
    assert f"written by PostgreSQL {OLD_MAJORS[-1]}" in refused.stderr
    assert "accord upgrade" in refused.stderr
    done = instance.run("upgrade")
    assert done.returncode == 0, done.stderr
    where = postgres.cluster(instance.data)
    assert postgres.major_version(where) == postgres.newest_major()
    assert with_database(instance, rows) == before
    aside = list(instance.data.glob(f"postgres-{OLD_MAJORS[-1]}-*"))
    assert len(aside) == 1
    assert "delete it when" in done.stdout
    assert instance.run("user", "list").stdout.startswith("olga@acme.example")


def test_without_the_old_binaries_it_says_what_to_install(old_cluster):
    instance = old_cluster[0]
    version = instance.data / "postgres" / "PG_VERSION"
    version.write_text("14\n")
    refused = instance.run("upgrade")
    assert refused.returncode == 1
    assert "apt-get install postgresql-14" in refused.stderr
    assert "restore FILE" in refused.stderr
    version.write_text(f"{OLD_MAJORS[-1]}\n")


def test_a_move_that_fails_leaves_the_old_database_in_place(old_cluster):
    instance, before = old_cluster
    failing = (
        "from accord.platform import upgrades\n"
        "from accord.platform.safekeeping import dumps\n"
        "def fail(url, file): raise dumps.DumpFailed('pg_restore failed: no space left')\n"
        "dumps.replace = fail\n"
        "try:\n    upgrades.carry_over()\n"
        "except dumps.DumpFailed as failure:\n    print(failure)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", f"import django; django.setup()\n{failing}"],
        env=instance.environment | {"DJANGO_SETTINGS_MODULE": "accord.settings"},
        capture_output=True, text=True, timeout=60, cwd=ROOT, check=False,
    )  # fmt: skip
    assert "no space left" in done.stdout, done.stderr
    where = postgres.cluster(instance.data)
    assert postgres.major_version(where) == OLD_MAJORS[-1]
    postgres.ensure_running(where, major=OLD_MAJORS[-1])
    assert rows(where.url()) == before
