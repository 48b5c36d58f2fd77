"""Is the lake well: are its files whole, and does it say what the database says?"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from accord.platform.lake import duck, files, manifest, reading, shipping, snapshots, tables
from accord.platform.lake.reading import Reader
from accord.platform.lake.tables import Table
from accord.platform.models import LakeFile, LakeTable

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Held:
    """A table of the lake. rows, bytes: of its files; waiting: changes not shipped."""

    table: str
    files: int
    rows: int
    bytes: int
    waiting: int
    shipped_at: datetime | None


@dataclass(frozen=True)
class Wrong:
    """Something of a table that is not as it should be, in a sentence."""

    table: str
    seen: str


def status() -> list[Held]:
    """What the lake holds of every table."""
    shipped = dict(LakeTable.objects.values_list("name", "shipped_at"))
    found = []
    for table in tables.found():
        there = LakeFile.objects.filter(table=table.name, retired_at=None)
        sizes = list(there.values_list("rows", "bytes"))
        rows, size = (sum(column) for column in zip(*sizes, strict=True)) if sizes else (0, 0)
        at = shipped.get(table.name)
        found.append(Held(table.name, len(sizes), rows, size, manifest.waiting(table), at))
    return found


def check(*, rows: bool = False) -> list[Wrong]:
    """What is wrong with the lake, in one snapshot of the database.

    Every file is read to its end, and rows are counted; with `rows` each is compared.
    """
    with snapshots.snapshot():
        wrong = list(_files())
        hurt = {each.table for each in wrong}
        with reading.reading() as reader:
            for table in tables.found():
                if table.name not in hurt:
                    wrong += _differences(table, reader) if rows else _counts(table, reader)
    return wrong


def mend() -> list[Wrong]:
    """Check, and build what is wrong anew; answers what was. Raises Busy."""
    found = check()
    for each in found:
        logger.error("lake table is wrong", extra={"table": each.table, "seen": each.seen})
    if found:
        shipping.rebuild(sorted({each.table for each in found}))
    return found


def _files() -> Iterator[Wrong]:
    for file in LakeFile.objects.filter(retired_at=None).order_by("table", "month", "pk"):
        path = files.root() / file.name
        if not path.exists():
            yield Wrong(file.table, f"The file {file.name} is gone.")
        elif manifest.is_gone(file) or files.digest(path) != file.digest:
            yield Wrong(file.table, f"The file {file.name} is damaged.")


def _counts(table: Table, reader: Reader) -> Iterator[Wrong]:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{table.name}"')
        here = cursor.fetchone()[0]
    there = reader.ask(f'SELECT count(*) FROM "{table.name}"')[0][0]
    if here != there:
        seen = f"{table.name} has {here} rows in the database and {there} in the lake."
        yield Wrong(table.name, seen)


def _differences(table: Table, reader: Reader) -> Iterator[Wrong]:
    """Compare a table row by row: by sums of digests, and where they differ, by the rows."""
    shown = ", ".join(
        f'"{each.name}"::VARCHAR' if each.type == "JSON" else f'"{each.name}"'
        for each in table.columns
    )
    with files.draft(by_reader=True) as csv, files.draft(by_reader=True) as whole:
        duck.carry(table, f'"{table.name}" AS r', [], csv)
        duck.save(reader.database, duck.carried(table, csv), whole)
        sides = [f"read_parquet({duck.quoted(str(whole))})", f'"{table.name}"']
        sums = [
            reader.ask(f"SELECT count(*), sum(hash({shown})::HUGEINT) FROM {side}")
            for side in sides
        ]
        if sums[0] == sums[1]:
            return
        rows = [f"SELECT {shown} FROM {side}" for side in sides]
        missing, strange = (
            reader.ask(f"SELECT count(*) FROM ({one} EXCEPT ALL {other})")[0][0]
            for one, other in (rows, reversed(rows))
        )
    seen = (
        f"{table.name}: {missing} rows of the database are not in the lake as they are, "
        f"{strange} of the lake are not in the database."
    )
    yield Wrong(table.name, seen)
