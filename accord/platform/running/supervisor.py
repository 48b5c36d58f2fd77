"""Runs the parts of Accord as processes of their own and keeps them running.

A part that ends is started again, after a wait that doubles with every failure in a row. All
parts end with the supervisor, whichever way it ends. It imports no Django: `accord up` prepares
everything and then becomes this small process.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from accord.platform import locks, logs, processes
from accord.platform.running import embedded, postgres

PARENT = "ACCORD_SUPERVISOR"
AFRESH = 75  # a part asks for a new process with this exit code
LONGEST_WAIT = 30.0
HEALTHY = 60.0  # seconds after which earlier failures are forgotten
PAGES_FIRST = 1.0  # seconds the workers leave the processor to the pages
PATIENCE = 25.0  # seconds the parts get to end by themselves

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Plan:
    """What to run.

    listening: the open socket of the web process; host and port: where it is reached.
    collecting: the open socket of the collect process.
    data:      the folder of the embedded database, or nothing where the server is not ours.
    present:   the open file that says that somebody uses that database.
    announced: the open file that tells commands where Accord is reached.
    greeting:  what to print once the web process answers.
    """

    listening: int
    collecting: int
    host: str
    port: int
    workers: int
    data: str
    present: int
    announced: int
    greeting: str

    @property
    def handed_on(self) -> tuple[int, ...]:
        """The open files that go from `accord up` to the supervisor."""
        return self.listening, self.collecting, self.present, self.announced


@dataclass
class Part:
    """One process: `accord NAME ...`, started again when it ends."""

    name: str
    arguments: Sequence[str]
    keeps: Sequence[int] = ()
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    next_start: float = 0.0

    def look(self, now: float) -> None:
        """Start it where it is due; notice where it ended."""
        if self.process is not None and self.process.poll() is not None:
            self._ended(self.process.returncode, now)
        if self.process is None and now >= self.next_start:
            self._start(now)

    def _start(self, now: float) -> None:
        self.started = now
        self.process = subprocess.Popen(
            [sys.executable, "-m", "accord.cli", *self.arguments],
            env=os.environ | {PARENT: str(os.getpid())},
            stdin=subprocess.DEVNULL,
            pass_fds=self.keeps,
            start_new_session=True,
        )

    def _ended(self, code: int, now: float) -> None:
        self.process = None
        self.failures = 0 if now - self.started > HEALTHY or code == AFRESH else self.failures + 1
        wait = pause(self.failures)
        self.next_start = now + wait
        seen = {"part": self.name, "code": code, "seconds": wait}
        logger.error("a part of Accord ended; starting it again", extra=seen)


@dataclass
class Supervisor:
    """Keeps parts running until `stop()`.

    revive: called every second where there is an embedded database; starts it when it is down.
    """

    parts: Sequence[Part]
    revive: Callable[[], object] | None = None
    stopping: threading.Event = field(default_factory=threading.Event)
    failures: int = 0
    next_revival: float = 0.0

    def stop(self, *_: object) -> None:
        self.stopping.set()

    def run(self) -> None:
        try:
            while not self.stopping.is_set():
                now = time.monotonic()
                self._revive(now)
                for part in self.parts:
                    part.look(now)
                self.stopping.wait(0.2)
        finally:
            self._end()

    def _revive(self, now: float) -> None:
        if self.revive is None or now < self.next_revival:
            return
        try:
            self.failures = 0 if not self.revive() else self.failures + 1
        except postgres.PostgresFailed as failure:
            self.failures += 1
            logger.error("the database does not start: %s", failure)
        self.next_revival = now + max(1.0, pause(self.failures))

    def _end(self) -> None:
        running = [part.process for part in self.parts if part.process is not None]
        for process in running:
            process.terminate()
        until = time.monotonic() + PATIENCE
        for process in running:
            try:
                process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def pause(failures: int) -> float:
    """Seconds before a part that failed so often in a row is started again."""
    return min(LONGEST_WAIT, 2.0 ** (failures - 1)) if failures else 0.0


def become(plan: Plan) -> None:
    """Turn this process into the supervisor: same process id, a fraction of the memory."""
    for number in plan.handed_on:
        os.set_inheritable(number, True)
    signal.pthread_sigmask(signal.SIG_BLOCK, processes.ENDING)
    command = [sys.executable, "-m", "accord.platform.running.supervisor", json.dumps(asdict(plan))]
    os.execv(sys.executable, command)  # noqa: S606 - no shell is what we want


def main() -> None:
    plan = Plan(**json.loads(sys.argv[1]))
    for number in plan.handed_on:
        os.set_inheritable(number, False)
    logs.to_the_terminal()
    parts = [Part("web", ["web", "--fd", str(plan.listening)], keeps=[plan.listening])]
    soon = time.monotonic() + PAGES_FIRST
    collect = ["collect", "--fd", str(plan.collecting)]
    parts.append(Part("collect", collect, keeps=[plan.collecting], next_start=soon))
    for number in range(plan.workers):
        parts.append(Part(f"worker {number + 1}", ["worker"], next_start=soon))
    supervisor = Supervisor(parts, (lambda: _revive(Path(plan.data))) if plan.data else None)
    processes.when_told_to_end(supervisor.stop)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, processes.ENDING)
    threading.Thread(target=_greet, args=(plan, supervisor.stopping), daemon=True).start()
    supervisor.run()
    if plan.data:
        data = Path(plan.data)
        embedded.leave(data, locks.Presence(data / locks.USING, plan.present))


def _revive(data: Path) -> bool:
    """Start the embedded database where it is down; True when it was. Cheap when it is not."""
    return not postgres.is_alive(postgres.cluster(data)) and embedded.revive(data)


def _greet(plan: Plan, stopping: threading.Event) -> None:
    """Say where Accord is, once it answers there anything at all."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(plan.host, plan.host)  # noqa: S104
    while not stopping.wait(0.1):
        try:
            with socket.create_connection((host, plan.port), timeout=30) as asking:
                asking.sendall(b"GET /static/ HTTP/1.0\r\nHost: localhost\r\n\r\n")
                if asking.recv(4) == b"HTTP":
                    break
        except OSError:
            continue
    if not stopping.is_set():
        sys.stdout.write(plan.greeting)
        sys.stdout.flush()


if __name__ == "__main__":
    main()
