"""One moment of the database: everything read within is of the same snapshot."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from accord.engine.errors import Refused
from accord.platform import failpoints
from accord.platform.queue import work

COMMITTING = failpoints.declare("lake.committing", "the manifest is written, but not committed")
COMMITTED = failpoints.declare("lake.committed", "the manifest counts, old files are still there")
_LOCK = 0x4C41_4B45


class Busy(Refused):
    """Somebody else is writing the lake just now. Try again in a minute."""


@contextmanager
def snapshot() -> Iterator[None]:
    """A transaction in which the whole database stands still.

    Within a transaction of the caller it must be one of that kind. Raises RuntimeError.
    """
    with connection.cursor() as cursor:
        if connection.in_atomic_block:
            cursor.execute("SHOW transaction_isolation")
            if cursor.fetchone()[0] != "repeatable read":
                raise RuntimeError("the lake is read outside of a transaction, or in a snapshot")
            yield
            return
        with transaction.atomic():
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            yield


@contextmanager
def change() -> Iterator[None]:
    """A snapshot in which the manifest is rewritten: at its end the new files count.

    Only while nobody else writes the lake (`alone`). The job's own row is not read: its lease is
    extended meanwhile, which a snapshot cannot serialize.
    """
    with snapshot():
        yield
        work.heed()
        failpoints.reach(COMMITTING)
    failpoints.reach(COMMITTED)


@contextmanager
def alone(*, wait: bool = False) -> Iterator[None]:
    """Only one process writes the lake. The database lets go when the process dies.

    Raises Busy where another does and `wait` is not given.
    """
    with connection.cursor() as cursor:
        if wait:
            cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        else:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
            if not cursor.fetchone()[0]:
                raise Busy
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
