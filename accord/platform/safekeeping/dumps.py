"""Databases to files and back, by PostgreSQL's own tools: the same for embedded and own servers."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from accord.engine.errors import Refused
from accord.platform.running import postgres

_PLAIN = ("--no-owner", "--no-privileges", "--no-comments")
_UNKNOWN_TO_OLDER = (b"SET transaction_timeout",)


class DumpFailed(Refused):
    """PostgreSQL could not write or read the copy."""


class MayNotCreate(Refused):
    """The database user may not create databases, so the data here cannot be replaced safely.

    Create an empty database, name it in DATABASE_URL and restore into that.
    """


def write(url: str, file: Path) -> None:
    """Write the whole database, as it is at this moment, in pg_dump's custom format."""
    _tool(url, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--file", str(file))


def replace(url: str, file: Path) -> None:
    """Put what is in the file in place of the database's present content.

    Into an empty database directly; otherwise beside it first, so that a file that cannot be
    read changes nothing. Raises DumpFailed, MayNotCreate.
    """
    if is_empty(url):
        _read(url, file)
        return
    name = str(conninfo_to_dict(url)["dbname"])
    fresh = f"{name}_{uuid4().hex[:8]}"
    _create(url, fresh)
    try:
        _read(_named(url, fresh), file)
        _swap(url, name, fresh)
    finally:
        _manage(url, "DROP DATABASE IF EXISTS {} WITH (FORCE)", fresh)


def is_empty(url: str) -> bool:
    """Whether there is no table yet."""
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "SELECT 1 FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        )
        return found.fetchone() is None


def counts(url: str) -> dict[str, int]:
    """How many rows each table has; parts of a divided table count as tables."""
    with psycopg.connect(url) as connection:
        tables = connection.execute(
            "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n "
            "ON n.oid = relnamespace WHERE relkind = 'r' AND nspname = 'public' ORDER BY 1"
        ).fetchall()
        found = {}
        for (table,) in tables:
            row = connection.execute(
                sql.SQL("SELECT count(*) FROM {}").format(sql.SQL(table))
            ).fetchone()
            found[table] = row[0] if row else 0
        return found


def _read(url: str, file: Path) -> None:
    if _server(url) < postgres.newest_major():
        _read_into_older(url, file)
    else:
        _tool(url, "pg_restore", *_PLAIN, "--exit-on-error", "--jobs=2", str(file))


def _server(url: str) -> int:
    """The server's major version."""
    with psycopg.connect(url) as connection:
        return connection.info.server_version // 10000


def _read_into_older(url: str, file: Path) -> None:
    """By way of SQL, without the settings of the session that an older server does not know."""
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=file.parent) as folder:
        script, known = Path(folder, "script.sql"), Path(folder, "known.sql")
        _tool("", "pg_restore", *_PLAIN, "--file", str(script), str(file))
        with script.open("rb") as source, known.open("wb") as out:
            head = [source.readline() for _ in range(40)]
            out.writelines(line for line in head if not line.startswith(_UNKNOWN_TO_OLDER))
            shutil.copyfileobj(source, out)
        _tool(url, "psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", f"--file={known}")


def _swap(url: str, name: str, fresh: str) -> None:
    """The fresh database takes the name; the old one takes the fresh one's, to be dropped."""
    aside = f"{name}_{uuid4().hex[:8]}"
    end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
    with psycopg.connect(_named(url, "postgres"), autocommit=True) as connection:
        connection.execute(end, [name])
        for old, new in ((name, aside), (fresh, name), (aside, fresh)):
            rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
            connection.execute(rename.format(sql.Identifier(old), sql.Identifier(new)))


def _create(url: str, name: str) -> None:
    try:
        _manage(url, "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'", name)
    except (psycopg.errors.InsufficientPrivilege, psycopg.OperationalError):
        raise MayNotCreate from None


def _manage(url: str, statement: str, name: str) -> None:
    with psycopg.connect(_named(url, "postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(sql.Identifier(name)))


def _named(url: str, database: str) -> str:
    return make_conninfo(url, dbname=database)


def _tool(url: str, name: str, *arguments: str) -> None:
    """Run one of PostgreSQL's tools. The password goes by the environment: none can see it."""
    parts = conninfo_to_dict(url)
    secret = {"PGPASSWORD": str(parts.pop("password"))} if parts.get("password") else {}
    where = ["--dbname=" + make_conninfo("", **parts)] if parts else []
    tools = postgres.tools_for(_server(url)) if parts else postgres.binaries()
    done = subprocess.run(
        [tools / name, *where, *arguments],
        env={**os.environ, **secret},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise DumpFailed(f"{name} failed: {done.stderr.strip()[-600:]}")
