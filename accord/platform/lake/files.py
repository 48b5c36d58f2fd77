"""The files of the lake: written beside, made durable, then given their name; never changed."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from django.conf import settings

from accord.platform import failpoints

DRAFTED = failpoints.declare("lake.drafted", "a file of the lake is written, but not named")
NAMED = failpoints.declare("lake.named", "a file of the lake is named, but not in the manifest")
ABANDONED = 3600.0  # seconds after which a reader's own file is nobody's any more
_DRAFTS, _READERS, _SUFFIX = ".drafts", ".readers", ".parquet"


def root() -> Path:
    """The lake's folder, made where it is not there; only this user can look into it."""
    found = Path(settings.LAKE)
    found.mkdir(parents=True, exist_ok=True, mode=0o700)
    return found


@contextmanager
def draft(*, by_reader: bool = False) -> Iterator[Path]:
    """A path for a file in the making, gone after the block."""
    folder = root() / (_READERS if by_reader else _DRAFTS)
    folder.mkdir(exist_ok=True, mode=0o700)
    path = folder / uuid4().hex
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def keep(draft: Path, *, table: str, month: str) -> str:
    """Make a draft durable and give it a name, which is answered."""
    folder = root() / table / month
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _to_disk(draft)
    failpoints.reach(DRAFTED)
    path = folder / f"{uuid4().hex}{_SUFFIX}"
    draft.rename(path)
    for each in (folder, folder.parent, root()):
        _to_disk(each)
    failpoints.reach(NAMED)
    return str(path.relative_to(root()))


def digest(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def discard(names: Collection[str]) -> None:
    """Remove files of the lake that no longer count."""
    for name in names:
        (root() / name).unlink(missing_ok=True)
    for folder in {(root() / name).parent for name in names}:
        with suppress(OSError):  # others may be in it
            folder.rmdir()


def strangers(known: Collection[str]) -> list[str]:
    """Files of tables that are not among those known: left by somebody who was cut short."""
    there = root()
    found = (str(path.relative_to(there)) for path in there.glob(f"[!.]*/**/*{_SUFFIX}"))
    return sorted(set(found) - set(known))


def tidy() -> None:
    """Remove what writers and readers that were cut short left behind. For the only writer."""
    for path in (root() / _DRAFTS).glob("*"):
        _remove(path)
    for path in (root() / _READERS).glob("*"):
        with suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > ABANDONED:
                _remove(path)


def _remove(path: Path) -> None:
    if path.is_dir():
        for each in path.iterdir():
            _remove(each)
        path.rmdir()
    else:
        path.unlink(missing_ok=True)


def _to_disk(path: Path) -> None:
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
