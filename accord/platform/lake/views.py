"""Views of the database, as DuckDB understands them."""

from __future__ import annotations

from django.db import connection


def defined(name: str) -> str:
    """The query of a view, in DuckDB's words. Loads SQLGlot."""
    import sqlglot
    from sqlglot import exp

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_viewdef(%s::regclass)", [name])
        tree = sqlglot.parse_one(cursor.fetchone()[0], read="postgres")
    for select in tree.find_all(exp.Select):
        if not select.expressions:  # EXISTS needs no columns there, but here
            select.select("1", copy=False)
    for offset in list(tree.find_all(exp.Offset)):
        offset.pop()  # OFFSET 0: in what order PostgreSQL works, never what it finds
    return tree.sql("duckdb", identify=True)
