"""From the database into the lake: what changed, or a whole table; then fewer, larger files.

Each step is one snapshot: it reads rows, writes files and rewrites the manifest, and all of it
counts at its commit or none of it does. Run twice, the second time finds nothing to do.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from accord.platform.events import partitions
from accord.platform.lake import duck, files, manifest, snapshots, tables
from accord.platform.lake.tables import Table
from accord.platform.models import LakeFile, LakeTable

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MANY = 2_000  # changes that are shipped at once; fewer wait
LATE = timedelta(minutes=15)  # but no longer than this
CROWD = 8  # more files of a month than this are made one
GRACE = timedelta(hours=1)  # how long a question may still read files that no longer count

logger = logging.getLogger(__name__)


def ship(now: datetime, *, only_due: bool = False) -> int:
    """Ship what changed of every table; build those that are not there. Answers how many tables.

    only_due: leave tables for later of which little waits, and not for long.
    Raises Busy where somebody else writes the lake.
    """
    done = 0
    with snapshots.alone():
        sweep(now)
        for table in tables.found():
            stock = manifest.stock(table)
            if not stock.generation:
                done += build(table)
            elif waits(table, now if only_due else None):
                done += _ship(table)
            crowded = [m for m, there in manifest.stock(table).months.items() if len(there) > CROWD]
            for month in crowded:
                tighten(table, month)
    return done


def rebuild(names: Iterable[str] = ()) -> None:
    """Write tables (all of them unless named) anew from the database. Raises Busy and NoTable."""
    wanted = [tables.named(name) for name in names] or tables.found()
    with snapshots.alone():
        sweep(timezone.now())
        for table in wanted:
            build(table)


def compact() -> int:
    """Make each month one file without dead rows; answers how many months were. Raises Busy."""
    done = 0
    with snapshots.alone():
        sweep(timezone.now())
        for table in tables.found():
            done += sum(tighten(table, month) for month in manifest.stock(table).months)
    return done


def forget() -> None:
    """Let go of the whole lake: files and manifest. The next shipment builds it anew."""
    with snapshots.alone(wait=True):
        LakeTable.objects.all().delete()
        LakeFile.objects.all().delete()
        sweep(timezone.now())


def waits(table: Table, now: datetime | None) -> bool:
    """Whether there is something to ship; with `now`, enough of it or for long enough."""
    changes = manifest.waiting(table)
    if now is None or changes >= MANY:
        return changes > 0
    return (
        changes > 0
        and LakeTable.objects.filter(name=table.name, shipped_at__lt=now - LATE).exists()
    )


def build(table: Table) -> bool:
    """Write a whole table anew. For the only writer."""
    with snapshots.change(), duck.opened() as database:
        before = LakeTable.objects.filter(name=table.name).first()
        generation = before.generation + 1 if before else 1
        old = list(LakeFile.objects.filter(table=table.name, retired_at=None))
        rows = sum(_export(table, month, generation, database) for month in _months(table))
        manifest.retire(old)
        manifest.forget_changes(table)
        manifest.mark(table, generation)
    logger.info("lake table built", extra={"table": table.name, "rows": rows})
    return True


def tighten(table: Table, month: str) -> bool:
    """Make the files of a month one, without dead rows, where that changes anything."""
    with snapshots.change(), duck.opened() as database:
        stock = manifest.stock(table)
        old = stock.months.get(month, [])
        manifest.load_changes(table, database)
        changed = manifest.changed(table)
        shipped = f"SELECT count(*) FROM {changed} WHERE month = ? AND generation IS NOT NULL"
        dead = duck.one(database, shipped, [month])
        if len(old) < 2 and not (old and dead):
            return False
        sql = f"{manifest.living(table, old, database)} ORDER BY {table.sorted}"
        with files.draft() as draft:
            rows = duck.save(database, sql, draft)
            manifest.add(table, month, draft, rows=rows, generation=stock.generation)
        manifest.retire(old)
        manifest.forget_changes(table, month, shipped=True)
    return True


def sweep(now: datetime) -> int:
    """Remove files that do not count; answers how many. For the only writer.

    Those that counted until a while ago stay for questions that began then.
    """
    LakeFile.objects.exclude(table__in=tables.names()).delete()
    LakeTable.objects.exclude(name__in=tables.names()).delete()
    gone = LakeFile.objects.filter(retired_at__lt=now - GRACE)
    names = list(gone.values_list("name", flat=True))
    files.discard(names)
    gone.filter(name__in=names).delete()
    strange = files.strangers(set(LakeFile.objects.values_list("name", flat=True)))
    files.discard(strange)
    files.tidy()
    return len(names) + len(strange)


def _ship(table: Table) -> bool:
    """Write what waits of a table into new files."""
    with snapshots.change(), duck.opened() as database:
        stock = manifest.stock(table)
        generation = stock.generation + 1
        load_fresh(table, database)
        for month in _months_of_fresh(table, database):
            sql = f"SELECT {table.names} FROM {fresh(table)} WHERE {_within(table, month)}"
            with files.draft() as draft:
                rows = duck.save(database, f"{sql} ORDER BY {table.sorted}", draft)
                manifest.add(table, month, draft, rows=rows, generation=generation)
        manifest.settle(table, generation)
        manifest.mark(table, generation)
    return True


def load_fresh(table: Table, database: DuckDBPyConnection, *, by_reader: bool = False) -> None:
    """Put the rows that changed and were not shipped into DuckDB, as the database has them."""
    shared = f"changed.id = r.id{' AND changed.at = r.' + table.moment if table.moment else ''}"
    which = (
        f'"{table.name}" AS r JOIN (SELECT DISTINCT row_id AS id, at FROM platform_lakechange '
        f"WHERE name = %s AND generation IS NULL) AS changed ON {shared}"
    )
    with files.draft(by_reader=by_reader) as csv:
        duck.carry(table, which, [table.name], csv)
        rows = duck.carried(table, csv)
        database.execute(f"CREATE OR REPLACE TEMP TABLE {fresh(table)} AS {rows}")


def fresh(table: Table) -> str:
    return f'"fresh {table.name}"'


def load_whole(table: Table, database: DuckDBPyConnection, name: str) -> None:
    """Put a whole table into DuckDB, as the database has it."""
    with files.draft(by_reader=True) as csv:
        duck.carry(table, f'"{table.name}" AS r', [], csv)
        database.execute(f'CREATE OR REPLACE TEMP TABLE "{name}" AS {duck.carried(table, csv)}')


def _export(table: Table, month: str, generation: int, database: DuckDBPyConnection) -> int:
    """Write a month of a table, or all of one without months, from the database."""
    which, values = f'"{table.name}" AS r', list[object]()
    if month:
        which += f" WHERE r.{table.moment} >= %s AND r.{table.moment} < %s"
        values += manifest.bounds(month)
    with files.draft() as csv, files.draft() as draft:
        read = duck.carry(table, which, values, csv)
        sql = f"{duck.carried(table, csv)} ORDER BY {table.sorted}"
        rows = duck.save(database, sql, draft)
        if rows != read:
            raise duck.CountsDiffer(f"{rows} of {read} rows of {table.name} were written")
        manifest.add(table, month, draft, rows=rows, generation=generation)
    return rows


def _months(table: Table) -> list[str]:
    return partitions.months() if table.moment else [""]


def _months_of_fresh(table: Table, database: DuckDBPyConnection) -> list[str]:
    if not table.moment:
        return [""]
    found = database.execute(
        f"SELECT DISTINCT strftime({table.moment}, '%Y-%m') FROM {fresh(table)} ORDER BY 1"
    )
    return [str(month) for (month,) in found.fetchall()]


def _within(table: Table, month: str) -> str:
    return f"strftime({table.moment}, '%Y-%m') = '{month}'" if table.moment else "true"
