"""What files brought in of a person: their rows as they stood, and the files themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.db.models import QuerySet

from accord.engine.errors import Refused
from accord.platform import personal
from accord.platform.models import Import, ImportRow
from accord.platform.personal import NotYet, Person, Row, Store, rows, sweeping
from accord.platform.trail import audit
from accord.platform.transfer import files, mapping

INTO = "contacts"
State = Import.State
_AT_WORK = (State.WAITING, State.RUNNING, State.UNDOING)


def register() -> None:
    """Declare imports: rows in the database, files in the data folder."""
    personal.offer(
        Store(
            "imported_rows",
            "Rows of imported files",
            ("platform.ImportRow",),
            _rows,
            _no_values,
            "That a row of a file became a record: the counts of the import.",
        )
    )
    personal.offer(
        Store(
            "import_files",
            "Imported files they stand in",
            ("platform.Import",),
            _files,
            _no_files,
            "That the import was made, and its counts. The file goes whole: it names others too, "
            "whose records are here already. An import not started yet goes as well.",
            apart=True,
        )
    )


def _their_rows(person: Person) -> QuerySet[ImportRow]:
    return ImportRow.objects.filter(object_id=person.id, source__into=INTO)


def _rows(person: Person) -> Iterator[Row]:
    yield from rows.of(_their_rows(person), file="source__file_name")


def _no_values(person: Person) -> None:
    _their_rows(person).update(values={}, reason="")


def _files(person: Person) -> Iterator[Row]:
    for job in _holding(person):
        yield {"import": job.pk, "file": job.file_name, "at": str(job.created_at)}


def _no_files(person: Person) -> None:
    for job in _holding(person):
        if job.state in _AT_WORK:
            raise NotYet
        if job.state == State.DRAFT:
            Import.objects.filter(pk=job.pk, state=State.DRAFT).delete()
            audit.record("import.discarded", by=None, import_id=job.pk)
            files.remove_all(job)
        else:
            Import.objects.filter(pk=job.pk).update(stored_as="", rehearsal=None)
            files.remove(job)


def _holding(person: Person) -> Iterator[Import]:
    """Imports whose file is still kept and names the person."""
    pattern = sweeping.finder(person.words)
    brought = set(_their_rows(person).values_list("source", flat=True))
    for job in Import.objects.exclude(stored_as="").order_by("pk"):
        if job.pk in brought or (pattern and _names(job, pattern)):
            yield job


def _names(job: Import, pattern: re.Pattern[str]) -> bool:
    wanted = mapping.from_json(job.mapping) if job.mapping else None
    try:
        return any(pattern.search("\n".join(row.cells)) for row in files.sheet(job, wanted))
    except (Refused, OSError):
        return True  # nobody can read it any more: it is no use to anybody
