"""Asking everybody at once: the lake's files and what changed since, as one, in DuckDB's SQL."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from accord.engine.errors import Refused
from accord.platform.lake import duck, files, manifest, shipping, snapshots, tables, views
from accord.platform.lake.tables import Table
from accord.platform.models import LakeFile

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_QUOTED = re.compile(r'"([a-z_0-9]+)"')

logger = logging.getLogger(__name__)


class Damaged(Refused):
    """A file of the lake is damaged. Run: accord lake rebuild"""


@dataclass
class Reader:
    """The lake at one moment. Tables have the names they have in the database; write those in
    double quotes. A table the lake does not hold yet is read from the database as a whole.
    """

    database: DuckDBPyConnection
    files: dict[str, tuple[LakeFile, ...]] = field(default_factory=dict)

    def ask(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """The rows of a query. Raises Damaged, which names the file."""
        import duckdb

        try:
            self._open(_QUOTED.findall(sql))
            return self.database.execute(sql, dict(parameters) if parameters else None).fetchall()
        except duckdb.Error:
            if broken := self._broken():
                raise Damaged(
                    f"Damaged in the lake: {', '.join(broken)}. Run: accord lake rebuild"
                ) from None
            raise

    def _open(self, names: Iterable[str]) -> None:
        """Have at hand what is asked for; other names are the question's own."""
        for name in dict.fromkeys(names):
            if name in self.files:
                continue
            if under := tables.under(name):
                self._open(under)
                self.files[name] = ()
                self.database.execute(f'CREATE TEMP VIEW "{name}" AS {views.defined(name)}')
            elif small := tables.small(name):
                self.files[name] = ()
                shipping.load_whole(small, self.database, name)
            elif name in tables.names():
                self._open_table(tables.named(name))

    def _open_table(self, table: Table) -> None:
        """Make a view of a table: rows of files that are alive, and those changed since."""
        name, stock = table.name, manifest.stock(table)
        self.files[name] = stock.files
        if not stock.generation:
            logger.info("table read from the database", extra={"table": name})
            shipping.load_whole(table, self.database, name)
            return
        manifest.load_changes(table, self.database, by_reader=True)
        shipping.load_fresh(table, self.database, by_reader=True)
        alive = manifest.living(table, stock.files, self.database)
        since = f"SELECT {table.names} FROM {shipping.fresh(table)}"
        self.database.execute(f'CREATE TEMP VIEW "{name}" AS {alive} UNION ALL {since}')

    def _broken(self) -> list[str]:
        there = files.root()
        return [
            file.name
            for stocked in self.files.values()
            for file in stocked
            if manifest.is_gone(file) or files.digest(there / file.name) != file.digest
        ]


@contextmanager
def reading() -> Iterator[Reader]:
    """The lake and the database at one moment: what this block reads by Django is of it, too.

    Within a transaction of the caller, that has to be a snapshot.
    """
    with snapshots.snapshot(), duck.opened(by_reader=True) as database:
        yield Reader(database)
