"""Secrets of the instance: files in the data folder, apart from the database and its backups."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets as random
import time
from pathlib import Path


def secret(data: Path, name: str) -> str:
    """A random secret kept in the data folder's `secrets/`, made on first use.

    Whoever comes first makes it: a whole file appears under its name, or none.
    """
    path = data / "secrets" / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_new(path, random.token_urlsafe(48))
    return path.read_text().strip()


def fingerprint(data: Path) -> str:
    """Tells one `secrets/` from another, and nothing of what is in it."""
    key = secret(data, "suppression_key")
    return hmac.new(key.encode(), b"which folder", hashlib.sha256).hexdigest()[:16]


def write_new(path: Path, text: str) -> bool:
    """Write a file that only we may read, unless it is there already; False when it was."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{time.monotonic_ns()}")
    file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(file, "w") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        os.link(draft, path)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    return True
