"""A pytest plugin: tests run on a real PostgreSQL, embedded, in a folder of its own.

Loaded with `-p accord.testing`, before Django reads its settings.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_django

if TYPE_CHECKING:
    from accord.people.models import Company, Contact
    from accord.platform.models import Import, Team, User

_SHARED = "ACCORD_TEST_CLUSTER"


def _start_cluster() -> None:
    """One cluster a test run: the first process starts it, xdist's workers use it."""
    if os.environ.get("DATABASE_URL") or os.environ.get(_SHARED):
        os.environ.setdefault("ACCORD_DATA", tempfile.gettempdir() + "/accord-test")
        _keep_files_apart()
        return
    folder = Path(tempfile.mkdtemp(prefix="accord-test-"))
    os.environ["ACCORD_DATA"] = str(folder)
    os.environ[_SHARED] = str(folder)
    from accord.platform.running import postgres

    where = postgres.cluster(folder)
    postgres.ensure_running(where)
    # A test database may be lost with the machine: speed matters, durability is tested apart.
    import psycopg

    with psycopg.connect(where.url("postgres"), autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")

    pid = os.getpid()

    def end() -> None:
        if os.getpid() != pid:
            return
        postgres.stop(where)
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(where.socket, ignore_errors=True)

    atexit.register(end)


def _keep_files_apart() -> None:
    """Each of xdist's workers has a database of its own, and so files of its own.

    Both begin to count at 1: in one folder, the file of one's third import was another's too.
    """
    worker, shared = os.environ.get("PYTEST_XDIST_WORKER"), os.environ.get(_SHARED)
    if not worker or not shared:
        return
    mine = Path(shared, worker)
    mine.mkdir(exist_ok=True)
    for name in ("postgres", "run"):
        if not (mine / name).is_symlink():
            (mine / name).symlink_to(Path(shared, name))
    os.environ["ACCORD_DATA"] = str(mine)


_start_cluster()
# Between tests that commit, Django empties every table; logbooks refuse that without a word.
os.environ["PGOPTIONS"] = "-c accord.emptying=on"
os.environ.setdefault("ACCORD_MAIL_URL", "maildir:" + os.environ["ACCORD_DATA"] + "/mail")


def pytest_configure() -> None:
    """Assets are looked up when asked for: listing them again for every client takes 30 ms."""
    from django.conf import settings

    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data sets; tests that need it are skipped where it is absent."""
    folder = Path(os.environ.get("ACCORD_REAL_DATA", "../shared/data"))
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}: set ACCORD_REAL_DATA")
    return folder.resolve()


@pytest.fixture(autouse=True)
def _fresh_memory() -> Iterator[None]:
    """What a process remembers for a moment is of the test before."""
    from accord.platform import memory

    memory.forget_everything()
    yield


@pytest.fixture(autouse=True)
def _no_events_left(
    request: pytest.FixtureRequest, django_db_blocker: pytest_django.DjangoDbBlocker
) -> Iterator[None]:
    """Django empties its tables after tests that commit; the event log is not one of them."""
    yield
    marked = request.node.get_closest_marker("django_db")
    commits = marked is not None and marked.kwargs.get("transaction", False)
    if commits or "transactional_db" in request.fixturenames:
        from accord.platform.models import Event
        from accord.platform.trail import logbooks

        with django_db_blocker.unblock(), logbooks.opened():
            Event.objects.all().delete()


def _colleague(name: str, role: str, team: Team | None = None) -> User:
    from accord.platform import memory
    from accord.platform.models import User

    email = f"{name.lower()}@accord.example"
    memory.forget_everything()
    return User.objects.create_user(email=email, name=name, roles=[role], team=team)


@pytest.fixture
def olga(db: None) -> User:
    """Olga owns the instance."""
    return _colleague("Olga", "owner")


@pytest.fixture
def lars(db: None) -> User:
    """Lars is a manager and leads team North."""
    from accord.platform.models import Team

    lars = _colleague("Lars", "manager")
    Team.objects.create(name="North", lead=lars)
    return lars


@pytest.fixture
def north(lars: User) -> Team:
    """Ben's team."""
    return lars.leads.get()


@pytest.fixture
def ben(north: Team) -> User:
    """Ben sells, in team North."""
    return _colleague("Ben", "seller", north)


@pytest.fixture
def mia(db: None) -> User:
    """Mia markets."""
    return _colleague("Mia", "marketer")


@pytest.fixture
def acme(db: None) -> Company:
    """Acme pays."""
    from accord.people import companies, lifecycle

    lifecycle.ensure()
    return companies.create(values={"name": "Acme", "domain": "acme.example"}, by=None)


@pytest.fixture
def ana(acme: Company) -> Contact:
    """Ana buys, for Acme."""
    from accord.people import contacts

    values = {"first_name": "Ana", "last_name": "Alvarez", "email": "ana@acme.example"}
    return contacts.create(values=values, by=None)


@pytest.fixture
def bring(db: None) -> Callable[..., Import]:
    """Import the text of a file by a mapping, here and now: `bring(text, mapping, by=ben)`."""
    import io
    from typing import Any

    from accord.people import lifecycle
    from accord.platform.models import Import
    from accord.platform.transfer import imports, mapping, runs

    lifecycle.ensure()

    def run(text: str | bytes, wanted: dict[str, Any], *, by: User | None = None) -> Import:
        file = io.BytesIO(text.encode() if isinstance(text, str) else text)
        job = imports.begin(file, name="list.csv", into=wanted["into"], by=by)
        imports.set_mapping(job, mapping.from_json(wanted), by=by)
        imports.start(job, by=by)
        runs.run(job.pk)
        return Import.objects.get(pk=job.pk)

    return run
