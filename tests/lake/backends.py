"""The database may hold the lock of a killed process for a while: have it let go first."""

from django.db import connection

from accord.platform.lake import snapshots

_END = """
SELECT pg_terminate_backend(pid, 120000) FROM pg_locks
WHERE locktype = 'advisory' AND objid = %s AND pid <> pg_backend_pid()
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def end_others():
    """Nobody but this connection holds the lake's lock, or waits for it."""
    with connection.cursor() as cursor:
        cursor.execute(_END, [snapshots._LOCK])
        assert all(ended for [ended] in cursor.fetchall())
