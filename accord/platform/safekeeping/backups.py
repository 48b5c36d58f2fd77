"""Backups: the whole database at one moment, and the files beside it, in one file.

A backup is a tar archive: manifest.json, database.dump, media/. The secrets folder is not in
it: keep that apart. Nor is the lake, which is built anew from what is restored. A restored
instance sends nothing until it is released.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import tarfile
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path, PurePosixPath

from django.conf import settings
from django.db import connections
from django.utils import timezone

import accord
from accord.engine.errors import Refused
from accord.platform.access import preferences
from accord.platform.lake import shipping
from accord.platform.running import postgres, startup
from accord.platform.safekeeping import dumps, quarantine, secrets
from accord.platform.trail import audit

FORMAT = 2  # 1 had no `secrets` in its manifest
SCHEDULED, MADE_BY_HAND, BEFORE = "scheduled", "accord", "before"
_DUMP, _MANIFEST, _MEDIA = "database.dump", "manifest.json", "media"

logger = logging.getLogger(__name__)
_restored: list[Callable[[], Sequence[str]]] = []
OTHER_SECRETS = (
    "The folder {0} is not the one of the Accord this backup is from. Whoever was erased after the "
    "backup was made is here again, with all that was known of them; and once an address was "
    "suppressed, nothing that promotes leaves. Copy that folder here and restore once more. Where "
    "it is lost, erase those people by hand before you release this Accord: accord privacy erase."
)


class NoBackup(Refused):
    """This file is not a backup of Accord. Choose one that `accord backup` made."""


class NewerBackup(Refused):
    """This backup was made by a newer Accord. Install that version first."""


class InUse(Refused):
    """Accord is running on this database. Stop it, then restore."""


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself. migrations: those its database has, as app.name.

    secrets: tells the secrets folder of the instance from others; "" in older backups.
    """

    format: int
    accord: str
    made_at: str
    migrations: Sequence[str] = ()
    secrets: str = ""


@dataclass(frozen=True)
class Backup:
    """A backup in the backups folder: size in bytes, when it was made."""

    file: Path
    size: int
    made_at: datetime


@dataclass(frozen=True)
class Restored:
    """A backup is in place. before: the backup of what was here. warnings: what to heed first."""

    before: Path | None
    warnings: tuple[str, ...]


def make(*, kind: str = MADE_BY_HAND, to: Path | None = None) -> Path:
    """Write a backup while everything runs; answers the file. Whole, or not there at all."""
    folder = _folder()
    stamp = timezone.now().strftime("%Y%m%dT%H%M%S")
    target = to or folder / f"{kind}-{stamp}.backup"
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=target.parent) as draft:
        dump, whole = Path(draft, _DUMP), Path(draft, "whole")
        dumps.write(url(), dump)
        with tarfile.open(whole, "w") as archive:
            _add_text(archive, _MANIFEST, json.dumps(asdict(_manifest())))
            archive.add(dump, _DUMP)
            for file in _media_files():
                _add_file(archive, file)
        whole.chmod(0o600)
        _to_disk(whole)
        whole.replace(target)
    logger.info("backup made", extra={"bytes": target.stat().st_size})
    return target


def when_restored(act: Callable[[], Sequence[str]]) -> None:
    """Have something done to what a backup brought back, before anything may leave.

    act: answers sentences whoever restores must read, mostly none.
    """
    _restored.append(act)


def restore(file: Path) -> Restored:
    """Put a backup in place of what is here.

    Then it is migrated to this version and sends nothing until released. Raises NoBackup,
    NewerBackup, InUse, and what dumps raises.
    """
    before = None
    with _opened(file) as archive:
        manifest = _check(archive)
        if _others():
            raise InUse
        if not dumps.is_empty(url()):
            before = make(kind=BEFORE)
        with tempfile.TemporaryDirectory(prefix=".restore-", dir=_folder()) as draft:
            _take(archive, Path(draft))
            connections.close_all()
            dumps.replace(url(), Path(draft, _DUMP))
            _replace_media(Path(draft, _MEDIA))
    preferences.forget()
    startup.prepare(upgrade=True)
    shipping.forget()
    quarantine.begin(reason="it was restored from a backup")
    warnings = [] if _is_ours(manifest) else [OTHER_SECRETS.format(Path(settings.DATA, "secrets"))]
    for act in _restored:
        warnings += act()
    audit.record("backup.restored", by=None, file=file.name)
    return Restored(before, tuple(warnings))


def make_due(now: datetime) -> Path | None:
    """Make the scheduled backup when the last is old enough; drop those beyond the number kept."""
    hours = settings.BACKUP_HOURS
    last = next((one for one in found() if one.file.name.startswith(SCHEDULED)), None)
    if not hours or (last and now - last.made_at < timedelta(hours=hours)):
        return None
    made = make(kind=SCHEDULED)
    _drop(SCHEDULED, settings.BACKUP_KEEP)
    _drop(BEFORE, 3)
    return made


def found() -> list[Backup]:
    """The backups in the backups folder, newest first."""
    known = [_of(file) for file in _folder().glob("*.backup")]
    return sorted(known, key=lambda one: one.made_at, reverse=True)


def url() -> str:
    """The database, as PostgreSQL's tools name it."""
    return settings.DATABASE_URL or postgres.cluster(settings.DATA).url()


def _of(file: Path) -> Backup:
    about, here = file.stat(), timezone.get_current_timezone()
    return Backup(file, about.st_size, datetime.fromtimestamp(about.st_mtime, here))


def _drop(kind: str, keep: int) -> None:
    for old in [one for one in found() if one.file.name.startswith(kind)][max(1, keep) :]:
        old.file.unlink(missing_ok=True)


def _folder() -> Path:
    folder = Path(settings.DATA, "backups")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _media() -> Path:
    return Path(settings.DATA, _MEDIA)


def _media_files() -> Iterator[Path]:
    yield from (file for file in sorted(_media().rglob("*")) if file.is_file())


def _manifest() -> Manifest:
    names = sorted(f"{app}.{name}" for app, name in startup.applied())
    key = secrets.fingerprint(settings.DATA)
    return Manifest(FORMAT, accord.__version__, timezone.now().isoformat(), names, key)


def _is_ours(manifest: Manifest) -> bool:
    """Whether the secrets here are those of the instance the backup is from, as far as it says."""
    return manifest.secrets in ("", secrets.fingerprint(settings.DATA))


def _opened(file: Path) -> tarfile.TarFile:
    try:
        return tarfile.open(file, "r:")
    except FileNotFoundError:
        raise NoBackup(f"There is no file {file}.") from None
    except (tarfile.TarError, OSError):
        raise NoBackup from None


def _check(archive: tarfile.TarFile) -> Manifest:
    try:
        inside = archive.extractfile(_MANIFEST)
        said = json.load(inside) if inside else {}
        if said["format"] > FORMAT:
            raise NewerBackup
        manifest = Manifest(**said)
    except (KeyError, TypeError, ValueError):
        raise NoBackup from None
    named = (each.partition(".") for each in manifest.migrations)
    if startup.is_newer({(app, name) for app, _, name in named}):
        raise NewerBackup
    return manifest


def _take(archive: tarfile.TarFile, folder: Path) -> None:
    """Write the dump and the media into the folder: plain files under plain names only."""
    for member in archive:
        path = PurePosixPath(member.name)
        known = member.name == _DUMP or path.parts[:1] == (_MEDIA,)
        if not (known and member.isfile()) or ".." in path.parts or path.is_absolute():
            continue
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        source = archive.extractfile(member)
        if source is not None:
            with target.open("wb") as out:
                shutil.copyfileobj(source, out)
    if not Path(folder, _DUMP).exists():
        raise NoBackup


def _replace_media(new: Path) -> None:
    """The restored files take the place of the present ones."""
    new.mkdir(exist_ok=True, mode=0o700)
    old = new.with_name("media-before")
    if _media().exists():
        _media().rename(old)
    new.rename(_media())


def _others() -> int:
    """How many other connections of Accord there are to this database."""
    connection = connections["default"]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND application_name = 'accord'"
        )
        return int(cursor.fetchone()[0])


def _add_text(archive: tarfile.TarFile, name: str, text: str) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(text.encode())
    member.mode = 0o600
    archive.addfile(member, BytesIO(text.encode()))


def _add_file(archive: tarfile.TarFile, file: Path) -> None:
    """A file people brought in, unless it was discarded since its name was read."""
    with suppress(FileNotFoundError), file.open("rb") as source:
        archive.addfile(
            archive.gettarinfo(None, f"{_MEDIA}/{file.relative_to(_media())}", source), source
        )


def _to_disk(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
