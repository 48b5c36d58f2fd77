"""File locks: they fall with the process that holds them, however it ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

STARTING, USING = "postgres.start", "postgres.users"  # of the embedded database, in its folder


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Wait until nobody else is within this block for this file."""
    with _opened(path) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


class Presence:
    """Many may be present at a file at once; the last one who leaves can tell."""

    def __init__(self, path: Path, file: int | None = None) -> None:
        """file: the open file of a presence that was handed on to this process."""
        self.file = _open(path) if file is None else file
        fcntl.flock(self.file, fcntl.LOCK_SH)

    def is_last(self) -> bool:
        """Whether nobody else is present; from then on newcomers wait until we leave."""
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def leave(self) -> None:
        os.close(self.file)


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    file = _open(path)
    try:
        yield file
    finally:
        os.close(file)


def _open(path: Path) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
