"""Files that prove where a list of people is from: kept with its import, found by what they say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from accord.platform import personal
from accord.platform.models import Import
from accord.platform.personal import Person, Row, Store, sweeping
from accord.platform.trail import audit
from accord.platform.transfer.origins import contents, evidence


def register() -> None:
    """Declare the evidence of imports: files in the data folder."""
    personal.offer(
        Store(
            "import_evidence",
            "Files that prove where a list is from",
            ("platform.Import",),
            _read,
            _erase,
            "That there was one, and its digest. It goes whole where they are named in it or it "
            "cannot be read any more; nothing proves then what the ledger says of others on the "
            "list. Nobody can look for them in a scan, a picture, a PDF or behind a password: open "
            "those of the lists they stood in.",
            apart=True,
        )
    )


@dataclass(frozen=True)
class _Found:
    """A file, and its import where that is known. now: it is the one stated last."""

    path: Path
    job: Import | None
    now: bool


def _read(person: Person) -> Iterator[Row]:
    for each in _naming(person):
        row = {"import": each.job.pk if each.job else None, "digest": each.path.name}
        if each.job and each.now:
            row |= {"evidence": each.job.evidence_name, "at": str(each.job.stated_at)}
        yield row


def _erase(person: Person) -> None:
    for each in _naming(person):
        with transaction.atomic():
            if each.job and each.now:
                Import.objects.filter(pk=each.job.pk).update(evidence_name="")
            audit.record("import.evidence_erased", each.job, by=None, digest=each.path.name)
            evidence.remove(each.path)


def _naming(person: Person) -> Iterator[_Found]:
    """Files that name the person, in their name or in words that can be read."""
    pattern = sweeping.finder(person.words)
    if pattern is None:
        return
    jobs = {str(job.pk): job for job in Import.objects.defer("mapping", "rehearsal")}
    for number, path in evidence.kept():
        job = jobs.get(number)
        now = job is not None and path.name == job.evidence_digest
        named = job is not None and now and pattern.search(job.evidence_name)
        if named or _says(path, pattern):
            yield _Found(path, job, now)


def _says(path: Path, pattern: re.Pattern[str]) -> bool:
    try:
        return any(pattern.search(text) for text in contents.texts(path))
    except FileNotFoundError:
        return False
    except contents.Damaged:
        return True  # nobody can read it any more: it is no use to anybody
