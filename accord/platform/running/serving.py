"""Where the Accord that runs on a data folder is reached, for commands that make links."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

FILE = "address"


def announce(data: Path, address: str) -> int | None:
    """Keep the address for as long as the file answered stays open, here or where it is handed on.

    None where another Accord that runs on this folder has said its own.
    """
    data.mkdir(parents=True, exist_ok=True)
    file = os.open(data / FILE, os.O_RDWR | os.O_CREAT, 0o600)
    for _ in range(20):  # who reads holds it for a moment
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.01)
            continue
        os.ftruncate(file, 0)
        os.write(file, address.encode())
        return file
    os.close(file)
    return None


def address(data: Path) -> str:
    """Where the Accord that runs now is reached; nothing where none runs."""
    try:
        file = os.open(data / FILE, os.O_RDONLY)
    except OSError:
        return ""
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return os.read(file, 4096).decode()
    finally:
        os.close(file)
    return ""
