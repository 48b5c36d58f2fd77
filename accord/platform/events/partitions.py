"""The event table is cut by month. A month's part is made before its first event is written."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import connection, transaction

_known: set[str] = set()


def ensure(days: Iterable[date]) -> None:
    """Make the parts for the months of these days (UTC). Safe to call twice and at once.

    A day either side of a month's edge makes both months, so a local date may be given.
    """
    wanted = {name: month for month in _months(days) if (name := _name(month)) not in _known}
    if not wanted:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname = ANY(%s)",
            [list(wanted)],
        )
        there = {row[0] for row in cursor.fetchall()}
        for name in sorted(set(wanted) - there):
            _make(name, wanted[name])
    transaction.on_commit(lambda: _known.update(wanted))


def months() -> list[str]:
    """The months that have a part, as YYYY-MM, in order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relid::regclass::text FROM pg_partition_tree('platform_event') WHERE isleaf"
        )
        return sorted(row[0][-7:].replace("_", "-") for row in cursor.fetchall())


def forget() -> None:
    """Look the parts up again (after the table was emptied or replaced)."""
    _known.clear()


def _months(days: Iterable[date]) -> set[date]:
    found: set[date] = set()
    for day in days:
        for shift in (-1, 0, 1):
            near = date.fromordinal(day.toordinal() + shift)
            found.add(near.replace(day=1))
    return found


def _name(month: date) -> str:
    return f"platform_event_{month:%Y_%m}"


def _make(name: str, month: date) -> None:
    """Made empty and then attached: PARTITION OF would wait for whoever reads events, for as long
    as a build of the lake takes.
    """
    after = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('platform_event'))")
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [name])
        if cursor.fetchone()[0]:
            return
        cursor.execute(f"CREATE TABLE {name} (LIKE platform_event INCLUDING ALL)")
        cursor.execute(
            f"ALTER TABLE platform_event ATTACH PARTITION {name} "
            f"FOR VALUES FROM ('{month:%Y-%m-%d} 00:00+00') TO ('{after:%Y-%m-%d} 00:00+00')"
        )
        cursor.execute(
            f"CREATE OR REPLACE TRIGGER append_only_whole BEFORE TRUNCATE ON {name} "
            "FOR EACH STATEMENT EXECUTE FUNCTION accord_refuse_emptying()"
        )
