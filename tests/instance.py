"""A real instance for tests: a folder and a database of its own, real processes, all ended."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

ROOT = Path(__file__).parents[1]


@dataclass
class Instance:
    """An `ACCORD_DATA` folder, the environment that names it, and the processes started in it."""

    data: Path
    environment: dict[str, str]
    running: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.environment["DATABASE_URL"]

    def run(
        self, *arguments: str, text: str = "", **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end, at most a minute."""
        return subprocess.run(
            [sys.executable, "-m", "accord.cli", *arguments],
            env=self.environment | environment,
            input=text,
            capture_output=True,
            text=True,
            timeout=60,
            cwd=ROOT,
            check=False,
        )

    def python(self, code: str, **environment: str) -> str:
        """Run code within Accord; answers what it printed."""
        done = self.run("shell", "--no-imports", "-c", code, **environment)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        """Start a command and leave it running; it is ended with the test."""
        with (self.data / "output.log").open("a") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "accord.cli", *arguments],
                env=self.environment | environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                text=True,
                cwd=ROOT,
                start_new_session=True,
            )
        self.running.append(process)
        return process

    def output(self) -> str:
        return (self.data / "output.log").read_text()

    def ask(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(sql, values or None)
            return cursor.fetchall() if cursor.description else []

    def end(self) -> None:
        for process in self.running:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(10)


def wait(condition: Callable[[], object], seconds: float = 120, every: float = 0.2) -> None:
    """Wait until the condition holds; fail when it does not in time."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(every)


def free_port() -> int:
    """A port that is free, and so is the next one: `accord up` takes both.

    Below those the system gives to connections that go out, of which other tests make many.
    """
    while True:
        port = random.randrange(12_000, 30_000)
        try:
            for each in (port, port + 1):
                with socket.socket() as free:
                    free.bind(("127.0.0.1", each))
        except OSError:
            continue
        return port


@contextmanager
def on_a_database_of_its_own(
    folder: Path, name: str, template: str = "template1"
) -> Iterator[Instance]:
    """An instance on the tests' cluster, in a new database, which begins as the template."""
    from django.conf import settings

    base = settings.DATABASES["default"]
    server = f"postgresql://{base['USER']}@/postgres?host={base['HOST']}"
    if settings.DATABASE_URL:
        server = urlsplit(settings.DATABASE_URL)._replace(path="/postgres").geturl()
    url = urlsplit(server)._replace(path=f"/{name}").geturl()
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    environment = os.environ | {"ACCORD_DATA": str(folder), "DATABASE_URL": url}
    instance = Instance(folder, environment | {"PYTHONPATH": str(ROOT)})
    try:
        yield instance
    finally:
        instance.end()
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
