"""Rules as SQL, for PostgreSQL and DuckDB. Importing this loads SQLGlot: import it where used."""

from accord.engine.segments.schema import (
    Answers,
    Column,
    Entries,
    Events,
    Link,
    Lookup,
    Schema,
    Table,
)
from accord.engine.segments.sql.queries import Query, compile_rule, compile_sql

__all__ = [
    "Answers",
    "Column",
    "Entries",
    "Events",
    "Link",
    "Lookup",
    "Query",
    "Schema",
    "Table",
    "compile_rule",
    "compile_sql",
]
