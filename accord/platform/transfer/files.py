"""Files that were brought in, kept in the data folder while their import can be undone."""

from __future__ import annotations

import hashlib
import re
import shutil
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from accord.platform.models import Import
from accord.platform.transfer.mapping import Mapping
from accord.platform.transfer.reading import sheets, workbooks
from accord.platform.transfer.reading.sheets import Sheet, TooLarge


def limit() -> int:
    """How many bytes a file may have, unpacked."""
    return int(settings.IMPORT_MAX_MB) << 20


def folder(job: Import) -> Path:
    return Path(settings.DATA) / "media" / "imports" / str(job.pk)


def evidence_folder(job: Import) -> Path:
    """Where `origins.evidence` keeps what proves where a list is from."""
    return evidence_root() / str(job.pk)


def evidence_root() -> Path:
    """Where the evidence folders of all imports are."""
    return Path(settings.DATA) / "media" / "evidence"


def evidence_path(job: Import) -> Path:
    """The file that proves where a list is from, as stated last; it may be gone."""
    return evidence_folder(job) / (job.evidence_digest or "none")


def keep(job: Import, source: BinaryIO) -> str:
    """Put the file of an import into its folder; answers its SHA-256. Raises TooLarge."""
    return store(folder(job), source, limit())


def store(place: Path, source: BinaryIO, most: int) -> str:
    """Put bytes into a folder, as “file”; answers their SHA-256. Raises TooLarge."""
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest, size = hashlib.sha256(), 0
    with (place / "file").open("wb") as file:
        while block := source.read(1 << 20):
            size += len(block)
            if size > most:
                raise TooLarge
            digest.update(block)
            file.write(block)
    return digest.hexdigest()


def sheet(job: Import, mapping: Mapping | None = None) -> Sheet:
    """The table in the file of an import, as its mapping says it is written."""
    name, layout = (mapping.sheet, mapping.layout) if mapping else ("", None)
    path = folder(job) / "file"
    if workbooks.is_workbook(path):
        path = _turned(path, name)
    about = path.stat()
    return _examined(path, limit(), layout, (about.st_mtime_ns, about.st_size, about.st_ino))


def sheet_names(job: Import) -> tuple[str, ...]:
    """The sheets of a workbook; () for a text file."""
    path = folder(job) / "file"
    if not workbooks.is_workbook(path):
        return ()
    return workbooks.turn(path, path.with_name("names.csv"), limit=limit()).sheets


def remove(job: Import) -> None:
    """Throw away the file of an import."""
    shutil.rmtree(folder(job), ignore_errors=True)


def remove_all(job: Import) -> None:
    """Throw away the file of an import and what proves where it is from."""
    remove(job)
    shutil.rmtree(evidence_folder(job), ignore_errors=True)


def shown_name(name: str) -> str:
    """The name of a file as a person gave it, without folders and strange signs."""
    return re.sub(r"[^\w .()@+\-]", "_", Path(name).name)[:255] or "file"


def _turned(path: Path, sheet_name: str) -> Path:
    """The text file made of one sheet of a workbook; made once."""
    mark = hashlib.sha256(sheet_name.encode()).hexdigest()[:12]
    target = path.with_name(f"sheet-{mark}.csv")
    if not target.exists():
        making = target.with_suffix(".making")
        workbooks.turn(path, making, limit=limit(), sheet=sheet_name)
        making.rename(target)
    return target


@lru_cache(maxsize=16)
def _examined(
    path: Path, most: int, layout: sheets.Layout | None, mark: tuple[int, int, int]
) -> Sheet:
    """Looked through once as long as the file is the same (its `mark`)."""
    return sheets.examine(path, limit=most, layout=layout)
