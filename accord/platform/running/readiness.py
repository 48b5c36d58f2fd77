"""Whether everything stands ready, asked without Django: a second start need not load it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psycopg

import accord

MARK, FIRST_RUN = "prepared", "first_run"
APPLIED = "SELECT count(*), max(id) FROM django_migrations"
_SEEN = """
SELECT (SELECT value #>> '{}' FROM platform_instancesetting WHERE name = %s),
       EXISTS (SELECT FROM platform_instancesetting WHERE name = %s),
       EXISTS (SELECT FROM platform_user WHERE is_active AND 'owner' = ANY (roles))
"""


@dataclass(frozen=True)
class Seen:
    """The database is migrated; it was offered the demo company; it has an owner."""

    migrated: bool
    offered_demo: bool
    owned: bool


def look(url: str, installed: Sequence[str]) -> Seen:
    """What there is in a database: nothing at all where it is new or does not answer."""
    try:
        with psycopg.connect(url) as connection:
            seen = connection.execute(_SEEN, [MARK, FIRST_RUN]).fetchone()
            applied = connection.execute(APPLIED).fetchone()
    except (psycopg.errors.UndefinedTable, psycopg.OperationalError):
        return Seen(migrated=False, offered_demo=False, owned=False)
    found, offered, owned = seen or (None, False, False)
    return Seen(found == mark(installed, applied), offered, owned)


def mark(installed: Sequence[str], applied: object) -> str:
    """A digest of the migrations on disk and of those in the database: cheap to compare.

    installed: the names of Django apps; applied: what APPLIED found.
    """
    seen = [accord.__version__, str(applied)]
    for app in sorted(installed):
        names = sorted(path.name for path in _migrations(app).glob("[0-9]*.py"))
        seen.append(f"{app}: {' '.join(names)}")
    return hashlib.sha256("\n".join(seen).encode()).hexdigest()


def _migrations(app: str) -> Path:
    """The folder of an app's migrations, found without importing the app."""
    top, *rest = app.split(".")
    spec = find_spec(top)
    home = Path(spec.origin).parent if spec and spec.origin else Path(top)
    return home.joinpath(*rest, "migrations")
