"""From nothing to a database that is ready: started, migrated, with what every company needs.

Whoever starts first does the work, others wait for it; the last to leave stops the embedded
database. A database that is ready already costs one query.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager
from enum import Enum
from io import StringIO

from django.apps import apps
from django.conf import settings
from django.db import OperationalError, connection

from accord.engine.errors import Refused
from accord.platform.running import embedded, readiness

_LOCK = 0x4143_434F
_ready: list[Callable[[], object]] = []


class State(Enum):
    NEW = "new"
    READY = "ready"
    OLD = "old"
    NEWER = "newer"


class NeedsUpgrade(Refused):
    """This data was written by an earlier version of Accord. Run `accord upgrade` first."""


class NeedsNewerAccord(Refused):
    """This data was written by a newer version of Accord, which cannot be undone.

    Install that version again, or restore a backup made before the upgrade.
    """


class NoDatabase(Refused):
    """The database does not answer. Run `accord doctor` to see why."""


def when_ready(function: Callable[[], object]) -> None:
    """Have a function run after every migration: it adds what every company needs, once."""
    _ready.append(function)


@contextmanager
def database() -> Iterator[None]:
    """The database runs within this block: your own server, or the embedded one."""
    if settings.DATABASE_URL:
        yield
        return
    with embedded.running(settings.DATA):
        try:
            yield
        finally:
            connection.close()


def prepare(*, upgrade: bool = False, before: Callable[[], object] | None = None) -> None:
    """Migrate a new database. An old one only when told to, or NeedsUpgrade is raised.

    before: called before an old one is migrated; it makes a backup.
    """
    try:
        connection.ensure_connection()
    except OperationalError as error:
        why = str(error).strip().splitlines()[-1]
        raise NoDatabase(f"{NoDatabase.__doc__} It says: {why}") from None
    if _is_prepared():
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        try:
            _prepare(upgrade, before)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def is_first_run() -> bool:
    """True once in the life of an instance: the first time somebody asks."""
    from accord.platform.models import InstanceSetting

    return InstanceSetting.objects.get_or_create(
        name=readiness.FIRST_RUN, defaults={"value": True}
    )[1]


def state() -> State:
    """What this version of Accord finds in the database."""
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    done = set(executor.loader.applied_migrations)
    if not done:
        return State.NEW
    if is_newer(done):
        return State.NEWER
    return State.OLD if set(executor.loader.graph.nodes) - done else State.READY


def applied() -> set[tuple[str, str]]:
    """The migrations the database has: app and name of each."""
    from django.db.migrations.recorder import MigrationRecorder

    return set(MigrationRecorder(connection).applied_migrations())


def is_newer(migrations: Set[tuple[str, str]]) -> bool:
    """Whether one of these migrations of our apps is unknown to this version of Accord."""
    from django.db.migrations.loader import MigrationLoader

    ours = {app.label for app in apps.get_app_configs()}
    return not {key for key in migrations if key[0] in ours} <= set(
        MigrationLoader(None).disk_migrations
    )


def _prepare(upgrade: bool, before: Callable[[], object] | None) -> None:
    if _is_prepared():
        return
    found = state()
    if found is State.NEWER:
        raise NeedsNewerAccord
    if found is State.OLD and not upgrade:
        raise NeedsUpgrade
    if found is State.OLD and before is not None:
        before()
    from django.core.management import call_command

    from accord.platform.models import InstanceSetting

    call_command("migrate", interactive=False, verbosity=0, stdout=StringIO())
    for function in _ready:
        function()
    InstanceSetting.objects.update_or_create(name=readiness.MARK, defaults={"value": _mark()})


def _is_prepared() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('platform_instancesetting') IS NOT NULL")
        if not cursor.fetchone()[0]:
            return False
        cursor.execute(
            "SELECT value #>> '{}' FROM platform_instancesetting WHERE name = %s",
            [readiness.MARK],
        )
        row = cursor.fetchone()
    return bool(row) and row[0] == _mark()


def _mark() -> str:
    with connection.cursor() as cursor:
        cursor.execute(readiness.APPLIED)
        return readiness.mark(settings.INSTALLED_APPS, cursor.fetchone())
