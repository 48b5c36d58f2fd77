"""Files that prove where a list is from, kept in the data folder as long as its import is.

What another file took the place of stays beside it: it proved what was said before.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from accord.platform.models import Import
from accord.platform.transfer import files

MOST = 20 << 20  # bytes


def keep(job: Import, source: BinaryIO) -> str:
    """Keep a file; answers its SHA-256. Raises sheets.TooLarge, and then nothing is kept of it."""
    place = files.evidence_folder(job)
    draft = place / "new"
    try:
        digest = files.store(draft, source, MOST)
        (draft / "file").rename(place / digest)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
        _unless_empty(place)
    return digest


def is_there(job: Import) -> bool:
    """Whether a file was given that is still kept."""
    return files.evidence_path(job).is_file()


def of(job: Import) -> Path:
    """The file. Raises FileNotFoundError."""
    path = files.evidence_path(job)
    path.stat()
    return path


def kept() -> Iterator[tuple[str, Path]]:
    """Every file of every import, with the number of the import, whose row may be gone."""
    root = files.evidence_root()
    for path in sorted(root.rglob("*")):
        if path.is_file():
            yield path.relative_to(root).parts[0], path


def remove(path: Path) -> None:
    """Throw one of these files away."""
    path.unlink(missing_ok=True)
    _unless_empty(path.parent)


def _unless_empty(place: Path) -> None:
    with suppress(OSError):  # there are others in it
        place.rmdir()
