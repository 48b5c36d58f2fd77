"""DuckDB, kept small and to itself: so much memory, the lake's folder, no network, no additions.

Rows come from PostgreSQL by COPY through Django's own connection, so what DuckDB sees is of that
connection's snapshot, and no extension has to be fetched.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection

from accord.platform.lake import files
from accord.platform.lake.tables import Table

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_NOTHING = "\\N"
_LONGEST = 8_000_000  # bytes of a row; DuckDB reads in pieces of a multiple of it


class CountsDiffer(Exception):
    """Not as many rows were written as were read."""


@contextmanager
def opened(*, by_reader: bool = False) -> Iterator[DuckDBPyConnection]:
    """A DuckDB of its own, in memory, that spills into the lake's folder."""
    import duckdb

    with files.draft(by_reader=by_reader) as spill:
        folder = str(files.root())
        database = duckdb.connect(
            ":memory:",
            config={
                "memory_limit": f"{settings.LAKE_MEMORY_MB}MB",
                "temp_directory": f"{spill}.spill",
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                "allow_community_extensions": False,
            },
        )
        try:
            database.execute("SET TimeZone = 'UTC'")
            database.execute("SET preserve_insertion_order = true")
            database.execute("SET enable_progress_bar = false")
            database.execute(f"SET allowed_directories = [{quoted(folder)}]")
            database.execute("SET enable_external_access = false")
            database.execute("SET lock_configuration = true")
            yield database
        finally:
            database.close()


def carry(table: Table, which: str, parameters: Sequence[object], into: Path) -> int:
    """Write rows of a table into a CSV file; answers how many.

    which: what follows FROM; the rows are called `r`.
    """
    shown = ", ".join(f'{each.sql} AS "{each.name}"' for each in table.carried)
    return copied(f"SELECT {shown} FROM {which}", parameters, into)


def copied(sql: str, parameters: Sequence[object], into: Path) -> int:
    """Write the rows of a query into a CSV file; answers how many."""
    whole = f"COPY ({sql}) TO STDOUT (FORMAT csv, NULL '{_NOTHING}')"
    with connection.cursor() as cursor:
        with into.open("wb") as file, cursor.copy(whole, list(parameters) or None) as blocks:
            for block in blocks:
                file.write(block)
        return int(cursor.rowcount)


def carried(table: Table, csv: Path) -> str:
    """A query for the rows of a CSV file that `carry` wrote, as the lake keeps them."""
    types = {each.name: each.type for each in table.carried}
    made = ", ".join(f'CAST({each.made} AS {each.type}) AS "{each.name}"' for each in table.columns)
    return f"SELECT {made} FROM {reading(csv, types)}"


def reading(csv: Path, types: Mapping[str, str]) -> str:
    """The table function that reads a CSV file PostgreSQL wrote."""
    shown = ", ".join(f"{quoted(name)}: {quoted(type)}" for name, type in types.items())
    return (
        f"read_csv({quoted(str(csv))}, columns = {{{shown}}}, auto_detect = false, header = false, "
        "delim = ',', quote = '\"', escape = '\"', new_line = '\\n', parallel = false, "
        f"nullstr = {quoted(_NOTHING)}, allow_quoted_nulls = false, max_line_size = {_LONGEST})"
    )


def save(database: DuckDBPyConnection, sql: str, draft: Path) -> int:
    """Write the rows of a query into a Parquet file; answers how many."""
    row = database.execute(
        f"COPY ({sql}) TO {quoted(str(draft))} (FORMAT parquet, COMPRESSION zstd)"
    ).fetchone()
    return int(row[0]) if row else 0


def one(database: DuckDBPyConnection, sql: str, parameters: Any = None) -> Any:
    """The only value of a query."""
    row = database.execute(sql, parameters).fetchone()
    return row[0] if row else None


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
