"""Erasure reaches the files: those that hold a person's rows are written without them.

The database says what is left. Rows taken out are read from there from now on, so whatever the
caller erased, blanked or kept, database and lake stay equal.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from django.utils import timezone

from accord.platform import failpoints
from accord.platform.lake import duck, files, manifest, shipping, snapshots, tables
from accord.platform.lake.tables import Table
from accord.platform.models import LakeFile

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ERASED = failpoints.declare("lake.erased", "files without the person count, the old are there")

logger = logging.getLogger(__name__)


def erase(*, contacts: Iterable[int] = (), visitors: Iterable[int] = (), wait: bool = True) -> int:
    """Take people out of every file, and every row that changed or was deleted since its file was
    written; answers how many files were rewritten.

    Called after the database was changed, outside of a transaction. Waits for whoever writes the
    lake; without `wait` it raises Busy instead, which is for jobs: a build may take hours. When it
    returns, no file of the lake holds what the database does not; cut short, it is done again from
    the start, and files that no longer count go with the next shipment.
    """
    people = _People(frozenset(contacts), frozenset(visitors))
    with snapshots.alone(wait=wait):
        done = sum(_rewrite(table, people) for table in tables.found())
        failpoints.reach(ERASED)
        LakeFile.objects.filter(retired_at__isnull=False).delete()
        shipping.sweep(timezone.now())
    logger.info("lake files rewritten for an erasure", extra={"files": done})
    return done


class _People:
    def __init__(self, contacts: Collection[int], visitors: Collection[int]) -> None:
        self.contacts, self.visitors = contacts, visitors

    def among(self, table: Table) -> str:
        """The condition that a row is theirs."""
        found = [
            f"coalesce({column} IN ({', '.join(str(int(each)) for each in sorted(ids))}), false)"
            for column, ids in ((table.contact, self.contacts), (table.visitor, self.visitors))
            if column and ids
        ]
        return " OR ".join(found) or "false"


def _rewrite(table: Table, people: _People) -> int:
    """Write the files of a table that hold what must go without it, in one snapshot.

    A table that is damaged or has other columns by now is written anew as a whole.
    """
    import duckdb

    kept = LakeFile.objects.filter(table=table.name, retired_at=None)
    if not manifest.stock(table).generation:
        return int(kept.exists() and shipping.build(table))
    try:
        with snapshots.change(), duck.opened() as database:
            manifest.load_changes(table, database)
            touched = [each.pk for each in kept if _take_out(table, each, people, database)]
            LakeFile.objects.filter(pk__in=touched).delete()
        return len(touched)
    except duckdb.Error:
        return int(shipping.build(table))


def _take_out(table: Table, file: LakeFile, people: _People, database: DuckDBPyConnection) -> bool:
    theirs, alive = people.among(table), manifest.alive(table, file)
    at = table.moment or "NULL::TIMESTAMPTZ"
    rows = manifest.parquet([file])
    gone = database.execute(f"SELECT id, {at} FROM {rows} WHERE {theirs}").fetchall()
    sql = f"SELECT {table.names} FROM {rows} WHERE NOT ({theirs}) AND {alive}"
    if not gone and duck.one(database, f"SELECT count(*) FROM ({sql})") == file.rows:
        return False
    if gone:
        manifest.note(table, [row[0] for row in gone], [row[1] for row in gone])
    with files.draft() as draft:
        left = duck.save(database, sql, draft)
        manifest.add(table, file.month, draft, rows=left, generation=file.generation)
    return True
