"""An instance of its own for a benchmark: a temporary folder, an embedded PostgreSQL as in
production (durable), gone afterwards."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def folder() -> Iterator[Path]:
    """An empty data folder that everything started from here on uses."""
    path = Path(tempfile.mkdtemp(prefix="accord-bench-"))
    os.environ["ACCORD_DATA"] = str(path)
    os.environ["ACCORD_MAIL_URL"] = f"maildir:{path}/mail"
    os.environ["DJANGO_SETTINGS_MODULE"] = "accord.settings"
    os.environ.pop("DATABASE_URL", None)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def running() -> Iterator[Path]:
    """Django in this process on a database that is ready and has nothing in it."""
    with folder() as path:
        import django

        django.setup()
        from accord.platform.running import startup

        with startup.database():
            startup.prepare()
            yield path
