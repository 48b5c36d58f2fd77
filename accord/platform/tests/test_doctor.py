"""Each check finds what it is for, and says what to do."""

import os
import shutil
from collections import namedtuple
from datetime import timedelta

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from accord.platform import doctor
from accord.platform.models import Heartbeat, Job
from accord.platform.queue import leases, work
from accord.platform.running import postgres
from accord.platform.safekeeping import backups, quarantine

pytestmark = pytest.mark.django_db


@pytest.fixture
def data(settings, tmp_path):
    settings.DATA = tmp_path
    return tmp_path


def assert_wrong(finding, seen, advice):
    assert not finding.well
    assert seen in finding.seen
    assert advice in finding.advice


def test_a_folder_that_cannot_be_written(data, settings):
    assert doctor.folder().well
    settings.DATA = data / "file"
    (data / "file").write_text("in the way")
    assert_wrong(doctor.folder(), "cannot write into", "ACCORD_DATA")


def test_a_disk_that_is_full(data, monkeypatch):
    assert doctor.disk().well
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10**9, 9 * 10**8, 10**8))
    assert_wrong(doctor.disk(), "0.1 GB are free", "Free some space")


def test_secrets_that_others_can_read(data):
    (data / "secrets").mkdir(mode=0o700)
    secret = data / "secrets" / "secret_key"
    secret.write_text("x")
    secret.chmod(0o600)
    assert doctor.secret_files().well
    secret.chmod(0o644)
    assert_wrong(doctor.secret_files(), "Others can read", "chmod -R go-rwx")


@pytest.mark.parametrize(
    ("url", "host", "seen"),
    [
        ("http://localhost:8200", "0.0.0.0", "links in mails begin with"),
        ("http://accord.acme.example", "0.0.0.0", "not encrypted"),
    ],
)
def test_an_address_nobody_can_open_safely(settings, url, host, seen):
    settings.BASE_URL, settings.HOST = "https://accord.acme.example", "0.0.0.0"
    assert doctor.address().well
    settings.BASE_URL, settings.HOST = url, host
    assert_wrong(doctor.address(), seen, "")
    assert doctor.address().advice


def test_a_misspelt_setting(monkeypatch):
    assert doctor.names().well
    monkeypatch.setenv("ACCORD_PROT", "8300")
    assert_wrong(doctor.names(), "no setting ACCORD_PROT", "docs/settings.md")


def test_a_database_that_is_too_old(monkeypatch):
    assert doctor.version().well
    monkeypatch.setattr(postgres, "OLDEST_MAJOR", 99)
    assert_wrong(doctor.version(), "Accord needs 99 or newer", "Upgrade the server")


def test_a_server_that_is_too_new_to_be_backed_up_from_here(tmp_path, monkeypatch):
    tool = tmp_path / "pg_dump"
    tool.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 14.2'\n")
    tool.chmod(0o755)
    monkeypatch.setattr(postgres, "_candidates", lambda: [tmp_path])
    assert_wrong(doctor.version(), "cannot be backed up from here", "postgresql-client-")


def test_a_server_without_the_extension_that_search_needs(monkeypatch):
    monkeypatch.setattr(doctor, "EXTENSIONS", ("pg_trgm", "pg_no_such_thing"))
    assert_wrong(doctor.version(), "lacks the extension", "contrib package")


def test_data_that_migrations_have_not_reached_or_have_passed():
    assert doctor.migrations().well
    recorder = MigrationRecorder(connection)
    recorder.record_applied("people", "9999_from_tomorrow")
    assert_wrong(doctor.migrations(), "newer version", "Install the newer Accord")
    recorder.record_unapplied("people", "9999_from_tomorrow")
    recorder.record_unapplied("insight", "0002_watermark")
    assert_wrong(doctor.migrations(), "earlier version", "accord upgrade")


def test_a_clock_that_ran_backwards_or_differs(monkeypatch):
    assert doctor.clock().well
    later = timezone.now() + timedelta(hours=1)
    seen = Heartbeat.objects.create(process="x", kind="worker", started_at=later, seen_at=later)
    assert_wrong(doctor.clock(), "The clock was later before", "NTP")
    seen.delete()
    monkeypatch.setattr(doctor.timezone, "now", lambda: later)
    assert_wrong(doctor.clock(), "3600 s apart", "NTP")


def test_no_worker():
    work.enqueue("test.waits")
    assert_wrong(doctor.alive(), "No worker runs. Jobs that wait: 1.", "accord up")
    now = timezone.now()
    Heartbeat.objects.create(process="x", kind="worker", started_at=now, seen_at=now)
    assert not doctor.alive().well, "it came with a backup: nobody holds its lock"
    leases.enter("y", "worker")
    assert doctor.alive().well
    Heartbeat.objects.update(seen_at=now - timedelta(minutes=5))
    assert not doctor.alive().well


def test_jobs_given_up_and_jobs_nobody_knows():
    assert doctor.given_up().well
    work.enqueue("test.unknown")
    assert_wrong(doctor.given_up(), "Jobs this version cannot do: 1.", "version of Accord")
    Job.objects.update(state=Job.State.DEAD)
    assert_wrong(doctor.given_up(), "failed every time: 1.", "retry or discard")


def test_a_copy():
    assert doctor.copy().well
    quarantine.begin(reason="test")
    assert_wrong(doctor.copy(), "sends nothing", "accord release")
    quarantine.lift(by=None)
    assert doctor.copy().well


def test_no_backup_or_an_old_one(data, settings):
    assert_wrong(doctor.last_backup(), "no backup yet", "accord backup")
    file = data / "backups" / "scheduled-1.backup"
    file.touch()
    os.utime(file, (now := timezone.now().timestamp(), now))
    assert f"{timezone.localtime():%Y-%m-%d} " in doctor.last_backup().seen
    assert doctor.last_backup().well
    os.utime(file, (0, 0))
    assert_wrong(doctor.last_backup(), "too old", "accord backup")
    settings.BACKUP_HOURS = 0
    assert doctor.last_backup().well


def test_scheduled_backups_come_in_time_and_go_in_time(data, settings, monkeypatch):
    settings.BACKUP_HOURS, settings.BACKUP_KEEP = 24, 2
    made = []

    def make(*, kind):
        made.append(data / "backups" / f"{kind}-{len(made)}.backup")
        made[-1].touch()
        return made[-1]

    monkeypatch.setattr(backups, "make", make)
    (data / "backups").mkdir()
    by_hand = data / "backups" / "accord-0.backup"
    by_hand.touch()
    now = timezone.now()
    assert backups.make_due(now)
    assert backups.make_due(now) is None
    for days in (2, 4, 6):
        assert backups.make_due(now + timedelta(days=days))
    assert sorted(file for file in made if file.exists()) == made[-2:]
    assert by_hand.exists()
