"""What is wrong with this instance, in plain words, and what to do about it.

Each check answers a Finding. Higher folders offer theirs (mail is a matter of channels).
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from accord import environment
from accord.platform.lake import checking, manifest
from accord.platform.models import Heartbeat, Job, LakeFile
from accord.platform.queue import leases, work
from accord.platform.running import postgres, startup
from accord.platform.safekeeping import backups, quarantine

EXTENSIONS = ("pg_trgm",)
LEAST_FREE = 500_000_000
CLOCK = timedelta(seconds=10)
QUIET = timedelta(minutes=2)
BEHIND = timedelta(hours=2)


@dataclass(frozen=True)
class Finding:
    """One thing looked at: its name, whether it is well, what was seen, what to do."""

    name: str
    well: bool
    seen: str
    advice: str = ""


Check = Callable[[], Finding]
_offered: list[Check] = []


def offer(check: Check) -> None:
    """Have a check of a higher folder made with the others."""
    _offered.append(check)


def examine() -> Iterator[Finding]:
    """Make the checks that need no database."""
    yield from (check() for check in (folder, disk, secret_files, address, names))


def examine_database() -> Iterator[Finding]:
    """Make the checks that ask the database, as far as it answers."""
    for check in (version, migrations):
        found = check()
        yield found
        if not found.well:
            return
    yield from (check() for check in (clock, alive, given_up, copy, last_backup, lake, *_offered))


def folder() -> Finding:
    """Accord can write where its data is."""
    data = Path(settings.DATA)
    probe = data / f".doctor-{os.getpid()}"
    try:
        data.mkdir(parents=True, exist_ok=True)
        probe.write_text("well")
        probe.unlink()
    except OSError as error:
        advice = (
            "Give the user that runs Accord the right to write there, or name another "
            "folder in ACCORD_DATA."
        )
        seen = f"Accord cannot write into {data}: {error.strerror}."
        return Finding("data folder", False, seen, advice)
    return Finding("data folder", True, f"Accord can write into {data}.")


def disk() -> Finding:
    """There is room left."""
    free = shutil.disk_usage(Path(settings.DATA)).free
    seen = f"{free / 1e9:.1f} GB are free where the data is."
    if free >= LEAST_FREE:
        return Finding("disk", True, seen)
    advice = "Free some space now: a full disk stops everything. Old files in backups/ may go."
    return Finding("disk", False, seen, advice)


def secret_files() -> Finding:
    """Nobody else can read the secrets."""
    place = Path(settings.DATA, "secrets")
    for path in [place, *place.glob("*")]:
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            return Finding(
                "secrets", False, f"Others can read {path}.", f"Run: chmod -R go-rwx {place}"
            )
    return Finding("secrets", True, "Only this user can read the secrets.")


def address() -> Finding:
    """The address in links is one people can open."""
    parts = urlsplit(settings.BASE_URL)
    here = parts.hostname in ("localhost", "127.0.0.1", "::1")
    advice = "Set ACCORD_URL to the address people type, like https://accord.company.com"
    if here and settings.HOST not in ("localhost", "127.0.0.1", "::1"):
        seen = f"Others can reach Accord, but links in mails begin with {settings.BASE_URL}."
        return Finding("address", False, seen, advice)
    if not here and parts.scheme == "http":
        seen = f"{settings.BASE_URL} is not encrypted: passwords travel in the open."
        return Finding("address", False, seen, "Put a reverse proxy with https before it.")
    return Finding("address", True, f"Links begin with {settings.BASE_URL}.")


def names() -> Finding:
    """No setting in the environment is misspelt."""
    strange = sorted(
        name
        for name in os.environ
        if name.startswith("ACCORD_") and name not in environment.known()
    )
    if strange:
        seen = f"Accord knows no setting {', '.join(strange)}."
        return Finding("settings", False, seen, "Look at the names in docs/settings.md.")
    return Finding("settings", True, "Every setting in the environment is known.")


def version() -> Finding:
    """The database answers and is new enough."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('server_version_num')::int / 10000")
            major = cursor.fetchone()[0]
            cursor.execute("SELECT name FROM pg_available_extensions")
            lacking = set(EXTENSIONS) - {name for (name,) in cursor.fetchall()}
    except DatabaseError as error:
        connection.close()
        seen = f"The database does not answer: {str(error).strip().splitlines()[0]}"
        return Finding("database", False, seen, "Look at DATABASE_URL and at the server's log.")
    if major < postgres.OLDEST_MAJOR:
        seen = f"The database is PostgreSQL {major}; Accord needs {postgres.OLDEST_MAJOR} or newer."
        return Finding("database", False, seen, "Upgrade the server.")
    if lacking:
        named = " and ".join(sorted(lacking))
        seen = f"The server lacks the extension {named}, which search needs."
        return Finding("database", False, seen, "Install PostgreSQL's contrib package there.")
    try:
        postgres.tools_for(major)
    except postgres.PostgresFailed as failure:
        seen = f"PostgreSQL {major} answers, but it cannot be backed up from here."
        return Finding("database", False, seen, str(failure))
    return Finding("database", True, f"PostgreSQL {major} answers.")


def migrations() -> Finding:
    """The data fits this version of Accord."""
    advice = {
        startup.State.NEW: "Run: accord upgrade",
        startup.State.OLD: "Stop Accord and run: accord upgrade",
        startup.State.NEWER: "Install the newer Accord again, or restore an earlier backup.",
    }
    found = startup.state()
    if found is startup.State.READY:
        return Finding("data", True, "The data fits this version of Accord.")
    seen = {
        startup.State.NEW: "There is no data yet.",
        startup.State.OLD: "The data was written by an earlier version of Accord.",
        startup.State.NEWER: "The data was written by a newer version of Accord.",
    }[found]
    return Finding("data", False, seen, advice[found])


def clock() -> Finding:
    """This machine and the database agree on the time, and it did not run backwards."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp(), (SELECT max(seen_at) FROM platform_heartbeat)")
        there, last = cursor.fetchone()
    advice = "Switch on time synchronisation (NTP) on both machines."
    apart = abs(timezone.now() - there)
    if apart > CLOCK:
        seen = f"This machine's clock and the database's are {apart.total_seconds():.0f} s apart."
        return Finding("clock", False, seen, advice)
    if last is not None and last > there + CLOCK:
        seen = f"The clock was later before: {last:%Y-%m-%d %H:%M} was seen already."
        return Finding("clock", False, seen, advice)
    return Finding("clock", True, "The clock is right.")


def alive() -> Finding:
    """A worker does the work."""
    workers = Heartbeat.objects.filter(pk__in=leases.living(), kind="worker")
    if fresh := workers.filter(seen_at__gt=timezone.now() - QUIET).count():
        return Finding("worker", True, f"Workers at work: {fresh}.")
    late = Job.objects.filter(state=Job.State.READY, due_at__lt=timezone.now()).count()
    seen = f"No worker runs. Jobs that wait: {late}."
    return Finding("worker", False, seen, "Start one: accord up, or accord worker.")


def given_up() -> Finding:
    """No job was given up, and none waits for a function nobody has."""
    dead = Job.objects.filter(state=Job.State.DEAD).count()
    if dead:
        seen = f"Jobs that failed every time: {dead}."
        return Finding("queue", False, seen, "See why in Settings, System; retry or discard them.")
    foreign = Job.objects.filter(state=Job.State.READY).exclude(name__in=work.discover()).count()
    if foreign:
        seen = f"Jobs this version cannot do: {foreign}."
        return Finding("queue", False, seen, "Run the version of Accord that asked for them.")
    return Finding("queue", True, "No job was given up.")


def copy() -> Finding:
    """This is no copy."""
    if quarantine.is_on():
        seen = "This is a restored or copied Accord: it sends nothing."
        return Finding("copy", False, seen, "If it is the one to work with: accord release")
    return Finding("copy", True, "This is the instance to work with.")


def last_backup() -> Finding:
    """There is a backup that is not too old."""
    if not settings.BACKUP_HOURS:
        return Finding("backup", True, "Accord makes no backups (ACCORD_BACKUP_HOURS is 0).")
    newest = next(iter(backups.found()), None)
    too_old = timezone.now() - timedelta(hours=2 * settings.BACKUP_HOURS)
    if newest is not None and newest.made_at > too_old:
        seen = f"The last backup is of {newest.made_at:%Y-%m-%d %H:%M} ({settings.TIME_ZONE})."
        return Finding("backup", True, seen)
    seen = "There is no backup yet." if newest is None else "The last backup is too old."
    return Finding("backup", False, seen, "Make one: accord backup. A worker does it daily.")


def lake() -> Finding:
    """The files of the lake are there in their whole length, and it is shipped to."""
    there = LakeFile.objects.filter(retired_at=None)
    if gone := sum(manifest.is_gone(each) for each in there):
        seen = f"Files of the lake that are gone or cut short: {gone}."
        return Finding("lake", False, seen, "Run: accord lake check, then accord lake rebuild")
    held, late = checking.status(), timezone.now() - BEHIND
    if waiting := sum(e.waiting for e in held if e.shipped_at is None or e.shipped_at < late):
        seen = f"Changes that wait to be shipped to the lake: {waiting}."
        return Finding("lake", False, seen, "A worker ships them: accord up, or accord worker.")
    rows = sum(each.rows for each in held)
    return Finding("lake", True, f"The lake holds {rows} rows and keeps up.")
