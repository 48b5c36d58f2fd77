"""Which files count, and which rows changed since. A row of a file is dead once it changed after.

A change not shipped yet makes the row dead in every file; one that shipment n held makes it dead
in the files of earlier shipments. Reading and writing it happens in one snapshot.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import connection
from django.utils import timezone

from accord.platform.lake import duck, files
from accord.platform.lake.tables import Table
from accord.platform.models import LakeFile, LakeTable

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_CHANGED = {"id": "BIGINT", "month": "VARCHAR", "generation": "INTEGER"}
_LAST = "coalesce(generation, 2147483647)"  # what waits is newer than every file


@dataclass(frozen=True)
class Stock:
    """What the lake holds of a table. generation 0: nothing, all of it is in the database."""

    generation: int
    files: tuple[LakeFile, ...]

    @property
    def months(self) -> dict[str, list[LakeFile]]:
        found: dict[str, list[LakeFile]] = {}
        for each in self.files:
            found.setdefault(each.month, []).append(each)
        return found


def stock(table: Table) -> Stock:
    """What counts of a table: nothing where it was kept with other columns, or a file is gone."""
    kept = LakeTable.objects.filter(name=table.name).first()
    if kept is None or kept.shape != table.shape:
        return Stock(0, ())
    there = tuple(LakeFile.objects.filter(table=table.name, retired_at=None).order_by("pk"))
    return Stock(0, ()) if any(map(is_gone, there)) else Stock(kept.generation, there)


def is_gone(file: LakeFile) -> bool:
    """Whether a file that counts is not there in its whole length."""
    try:
        return (files.root() / file.name).stat().st_size != file.bytes
    except FileNotFoundError:
        return True


def add(table: Table, month: str, draft: Path, *, rows: int, generation: int) -> None:
    """Name a draft and let it count when the transaction commits; an empty one is left."""
    if not rows:
        return
    size, digest = draft.stat().st_size, files.digest(draft)
    LakeFile.objects.create(
        table=table.name,
        month=month,
        name=files.keep(draft, table=table.name, month=month),
        rows=rows,
        bytes=size,
        digest=digest,
        generation=generation,
        made_at=timezone.now(),
    )


def retire(old: Sequence[LakeFile]) -> None:
    """Let files no longer count. Questions that began before may still read them for a while."""
    LakeFile.objects.filter(pk__in=[each.pk for each in old]).update(retired_at=timezone.now())


def mark(table: Table, generation: int) -> None:
    """Say that a table was shipped just now, for the n-th time."""
    LakeTable.objects.update_or_create(
        name=table.name,
        defaults={
            "shape": table.shape,
            "generation": generation,
            "shipped_at": timezone.now(),
        },
    )


def waiting(table: Table) -> int:
    """How many changes of a table are not shipped."""
    return _count("generation IS NULL", table)


def settle(table: Table, generation: int) -> None:
    """What waited was shipped: new rows need no mark, older files hold the others as they were."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM platform_lakechange WHERE name = %s AND generation IS NULL AND fresh",
            [table.name],
        )
        cursor.execute(
            "UPDATE platform_lakechange SET generation = %s WHERE name = %s AND generation IS NULL",
            [generation, table.name],
        )


def forget_changes(table: Table, month: str | None = None, *, shipped: bool = False) -> None:
    """Take changes off the list: the files of the table (or of the month) hold what they led to.

    shipped: only those of shipments that were.
    """
    conditions, values = ["name = %s"], [table.name]
    if shipped:
        conditions.append("generation IS NOT NULL")
    if month:
        conditions.append("at >= %s AND at < %s")
        values += [each.isoformat() for each in bounds(month)]
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM platform_lakechange WHERE {' AND '.join(conditions)}", values)


def note(table: Table, ids: Sequence[int], moments: Sequence[datetime | None]) -> None:
    """Have rows read from the database again, as if they had changed just now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO platform_lakechange (name, row_id, at, fresh) SELECT %s, id, at, false "
            "FROM unnest(%s::bigint[], %s::timestamptz[]) AS row (id, at)",
            [table.name, list(ids), list(moments)],
        )


def load_changes(table: Table, database: DuckDBPyConnection, *, by_reader: bool = False) -> None:
    """Put a table's changes into DuckDB, for `living` and `alive` to ask."""
    database.execute(
        f"CREATE OR REPLACE TEMP TABLE {changed(table)} "
        "(id BIGINT, month VARCHAR, generation INTEGER)"
    )
    month = "coalesce(to_char(at AT TIME ZONE 'UTC', 'YYYY-MM'), '')"
    sql = f"SELECT row_id, {month}, generation FROM platform_lakechange WHERE name = %s"
    with files.draft(by_reader=by_reader) as csv:
        if duck.copied(sql, [table.name], csv):
            rows = duck.reading(csv, _CHANGED)
            database.execute(f"INSERT INTO {changed(table)} SELECT * FROM {rows}")


def living(table: Table, stocked: Sequence[LakeFile], database: DuckDBPyConnection) -> str:
    """A query for the rows of files that no change made dead."""
    last = dict(
        database.execute(
            f"SELECT month, max({_LAST}) FROM {changed(table)} GROUP BY month"
        ).fetchall()
    )
    clean = [each for each in stocked if last.get(each.month, 0) <= each.generation]
    parts = [f"SELECT {table.names} FROM {parquet(clean)}"] if clean else []
    for file in stocked:
        if file not in clean:
            parts.append(f"SELECT {table.names} FROM {parquet([file])} WHERE {alive(table, file)}")
    return " UNION ALL ".join(parts) or nothing(table)


def alive(table: Table, file: LakeFile) -> str:
    """The condition that no change made a row of the file dead."""
    return f"id NOT IN (SELECT id FROM {changed(table)} WHERE {_LAST} > {file.generation})"


def changed(table: Table) -> str:
    return f'"changed {table.name}"'


def parquet(stocked: Sequence[LakeFile]) -> str:
    there = files.root()
    return f"read_parquet([{', '.join(duck.quoted(str(there / f.name)) for f in stocked)}])"


def nothing(table: Table) -> str:
    """A query for no rows, with the table's columns."""
    shown = ", ".join(f'NULL::{each.type} AS "{each.name}"' for each in table.columns)
    return f"SELECT {shown} WHERE false"


def bounds(month: str) -> tuple[datetime, datetime]:
    """The first instant of a month YYYY-MM (UTC) and that of the next."""
    first = date.fromisoformat(f"{month}-01")
    after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    begin, end = (datetime(day.year, day.month, day.day, tzinfo=UTC) for day in (first, after))
    return begin, end


def _count(condition: str, table: Table) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM platform_lakechange WHERE name = %s AND {condition}",
            [table.name],
        )
        return int(cursor.fetchone()[0])
