"""Files that prove where a list of people is from: kept with its import, found by what they say."""

from __future__ import annotations

import gzip
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from accord.platform import personal
from accord.platform.models import Import
from accord.platform.personal import Person, Row, Store, sweeping
from accord.platform.transfer.origins import evidence

MOST_UNPACKED = 100 << 20  # bytes of a part of a packed file
_PACKED = b"\x1f\x8b"  # gzip
_WIDE = (b"\xff\xfe", b"\xfe\xff")  # UTF-16


def register() -> None:
    """Declare the evidence of imports: files in the data folder."""
    personal.offer(
        Store(
            "import_evidence",
            "Files that prove where a list is from",
            ("platform.Import",),
            _read,
            _erase,
            "That there was one, and its digest. It goes whole where they are named in it. Nobody "
            "can look for them in a scan, a picture or a PDF: open those of the lists they stood "
            "in, and put another file in their place.",
            apart=True,
        )
    )


def _read(person: Person) -> Iterator[Row]:
    for job in _naming(person):
        yield {"import": job.pk, "evidence": job.evidence_name, "at": str(job.stated_at)}


def _erase(person: Person) -> None:
    for job in _naming(person):
        Import.objects.filter(pk=job.pk).update(evidence_name="")
        evidence.remove(job)


def _naming(person: Person) -> Iterator[Import]:
    """Imports whose evidence names the person, in its name or in words that can be read."""
    pattern = sweeping.finder(person.words)
    if pattern is None:
        return
    for job in Import.objects.exclude(evidence_digest="").order_by("pk"):
        if pattern.search(job.evidence_name) or _says(job, pattern):
            yield job


def _says(job: Import, pattern: re.Pattern[str]) -> bool:
    try:
        return any(pattern.search(_text(each)) for each in _parts(evidence.of(job)))
    except FileNotFoundError:
        return False


def _parts(path: Path) -> Iterator[bytes]:
    """The bytes of a file, of what it was packed from, or of each part of a document."""
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as packed:
                for name in packed.namelist():
                    with packed.open(name) as part:
                        yield part.read(MOST_UNPACKED)
            return
        whole = path.read_bytes()
        if whole.startswith(_PACKED):
            with gzip.open(path) as unpacked:
                whole = unpacked.read(MOST_UNPACKED)
        yield whole
    except (zipfile.BadZipFile, gzip.BadGzipFile, EOFError, RuntimeError, NotImplementedError):
        return  # damaged or locked by a password: nobody can read it here


def _text(part: bytes) -> str:
    if part.startswith(_WIDE):
        return part.decode("utf-16", errors="replace")
    try:
        return part.decode("utf-8-sig")
    except UnicodeDecodeError:
        return part.decode("latin-1")
