"""From one version to the next: of Accord by migrations, of PostgreSQL by dump and restore."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db import connections

from accord.engine.errors import Refused
from accord.platform import locks
from accord.platform.running import postgres, startup
from accord.platform.safekeeping import backups, dumps, quarantine


class StillRunning(Refused):
    """Accord is running on this folder. Stop it, then upgrade."""


class NotCarriedOver(Refused):
    """The new database did not hold what the old one did. The old one is in place again."""


def prepare() -> None:
    """Migrate what an earlier version of Accord wrote, after a backup."""
    startup.prepare(upgrade=True, before=lambda: backups.make(kind=backups.BEFORE))


def carry_over() -> Path | None:
    """Move the embedded database to the PostgreSQL Accord brings now, by dump and restore.

    Answers the folder where the old one stays, or None when there was nothing to move. Raises
    StillRunning, NotCarriedOver, and PostgresFailed where the old binaries are missing.
    """
    if settings.DATABASE_URL:
        return None
    where = postgres.cluster(settings.DATA)
    with locks.alone(settings.DATA / locks.STARTING):
        old = postgres.major_version(where)
        if old is None or old == postgres.newest_major():
            return None
        if postgres.is_alive(where):
            raise StillRunning
        return _carry_over(where, old)


def _carry_over(where: postgres.Cluster, old: int) -> Path:
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    dump = settings.DATA / "backups" / f"{backups.BEFORE}-postgres-{old}-{stamp}.dump"
    dump.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    postgres.ensure_running(where, major=old)
    try:
        rows, home = dumps.counts(where.url()), quarantine.lives_here()
        dumps.write(where.url(), dump)
    finally:
        connections.close_all()
        postgres.stop(where)
    aside = where.folder.with_name(f"postgres-{old}-{stamp}")
    where.folder.rename(aside)
    try:
        _fill(where, dump, rows)
    except Exception:
        _put_back(where, aside)
        raise
    if home:
        quarantine.settle()
    return aside


def _fill(where: postgres.Cluster, dump: Path, rows: dict[str, int]) -> None:
    postgres.ensure_running(where)
    dumps.replace(where.url(), dump)
    if dumps.counts(where.url()) != rows:
        raise NotCarriedOver


def _put_back(where: postgres.Cluster, aside: Path) -> None:
    connections.close_all()
    postgres.stop(where)
    if where.folder.exists():
        where.folder.rename(aside.with_name(f"{aside.name}-failed"))
    aside.rename(where.folder)
