"""A restored or copied instance sends nothing until a person releases it.

The database knows where it lives; a file outside it counts along with it. Where the two do not
fit together, this is a copy, or a database taken back to an earlier day.
"""

from __future__ import annotations

import logging
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from accord.platform.access import permissions, preferences
from accord.platform.models import InstanceSetting, User
from accord.platform.running import postgres
from accord.platform.trail import audit

BANNER = (
    "This is a copy of your Accord: it sends nothing. Is it the one you work with from now on? "
    "Then release it in Settings, System, or by the command accord release."
)
_HOME = "home"

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Home:
    """Where a database lives: its server, its number there, the file of an embedded one."""

    server: str
    database: int
    file: int


def is_on() -> bool:
    """Whether this instance sends nothing."""
    return preferences.current().quarantined


def check() -> bool:
    """Look whether this is still the instance it was; begin the quarantine where it is not.

    Called whenever a worker starts. Answers whether the quarantine is on.
    """
    if is_on():
        return True
    with transaction.atomic():
        kept = InstanceSetting.objects.select_for_update().filter(name=_HOME).first()
        reason = _why(kept.value) if kept else ""
        if reason:
            begin(reason=reason)
            return True
        _stamp(kept.value["count"] + 1 if kept else 1)
    return False


@transaction.atomic
def begin(*, reason: str) -> None:
    """From now on nothing is sent."""
    preferences.change(by=None, quarantined=True)
    audit.record("quarantine.began", by=None, reason=reason)
    logger.warning("this instance is a copy: it sends nothing until it is released")


@transaction.atomic
def lift(*, by: User | None) -> None:
    """This is the instance to work with from now on. by=None is the command line."""
    if by is not None:
        permissions.require(by, "system.manage")
    preferences.change(by=by, quarantined=False)
    settle()
    audit.record("quarantine.lifted", by=by)


def lives_here() -> bool:
    """Whether this is the instance it was, neither copied nor taken back."""
    kept = InstanceSetting.objects.filter(name=_HOME).first()
    return kept is not None and not _why(kept.value)


def settle() -> None:
    """The database lives here from now on, and rightly so."""
    kept = InstanceSetting.objects.filter(name=_HOME).first()
    _stamp(max(kept.value["count"] if kept else 0, _counted() or 0) + 1)


def _why(kept: dict[str, object]) -> str:
    here = asdict(_home())
    if any(kept.get(name) != value for name, value in here.items()):
        return "it lives elsewhere than before"
    if (_counted() or 0) > int(str(kept["count"])):
        return "its database is older than its folder"
    return ""


def _stamp(count: int) -> None:
    """Count in the database first: a crash in between leaves the file behind, which is fine."""
    value = asdict(_home()) | {"count": count}
    InstanceSetting.objects.update_or_create(name=_HOME, defaults={"value": value})
    transaction.on_commit(lambda: _count(count))


def _home() -> Home:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT system_identifier::text, oid::bigint FROM pg_control_system(), pg_database "
            "WHERE datname = current_database()"
        )
        server, database = cursor.fetchone()
    file = 0
    if not settings.DATABASE_URL:
        file = (postgres.cluster(settings.DATA).folder / "PG_VERSION").stat().st_ino
    return Home(server, database, file)


def _file() -> Path:
    return Path(settings.DATA, "secrets", "count")


def _counted() -> int | None:
    text = _file().read_text().strip() if _file().exists() else ""
    return int(text) if text.isdigit() else None


def _count(count: int) -> None:
    _file().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = _file().with_suffix(".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(str(count))
    draft.replace(_file())
