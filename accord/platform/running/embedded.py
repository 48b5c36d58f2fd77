"""The embedded database for as long as somebody uses it. Without Django."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from accord.platform import locks
from accord.platform.running import postgres


@contextmanager
def running(data: Path) -> Iterator[locks.Presence]:
    """It runs within this block: started where it is down, stopped by the last who leaves.

    Answers our presence there, for who hands it on.
    """
    here = locks.Presence(data / locks.USING)
    if postgres.major_version(postgres.cluster(data)) is None:
        sys.stderr.write(f"A new Accord begins in {data} (ACCORD_DATA names another).\n")
    try:
        revive(data)
        yield here
    finally:
        leave(data, here)


def revive(data: Path) -> bool:
    """Start it where it is down; True when it was. Others who want to wait for us."""
    where = postgres.cluster(data)
    with locks.alone(data / locks.STARTING):
        return postgres.ensure_running(where)


def leave(data: Path, here: locks.Presence) -> None:
    """Stop it if nobody else uses it."""
    if here.is_last():
        postgres.stop(postgres.cluster(data))
    here.leave()
