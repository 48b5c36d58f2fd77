"""Files that prove where a list is from, kept in the data folder as long as its import is."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import BinaryIO

from accord.platform.models import Import
from accord.platform.transfer import files

MOST = 20 << 20  # bytes


def keep(job: Import, source: BinaryIO) -> str:
    """Keep a file; answers its SHA-256. Raises sheets.TooLarge.

    What was there before stays until `keep_only`.
    """
    draft = files.evidence_folder(job) / "new"
    digest = files.store(draft, source, MOST)
    (draft / "file").rename(files.evidence_folder(job) / digest)
    draft.rmdir()
    return digest


def keep_only(job: Import) -> None:
    """Throw away what other evidence has taken the place of."""
    for path in files.evidence_folder(job).iterdir():
        if path.name != job.evidence_digest:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def of(job: Import) -> Path:
    """The file. Raises FileNotFoundError."""
    path = files.evidence_folder(job) / (job.evidence_digest or "none")
    path.stat()
    return path


def remove(job: Import) -> None:
    """Throw it away."""
    shutil.rmtree(files.evidence_folder(job), ignore_errors=True)
