"""The worker: claims jobs in batches and does them in a few threads.

A job that killed or hung its worker once is done alone from then on: one at a time in a
process of its own, so that it can only harm itself. Whatever happens to this process, the
rows know where every job stands.
"""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any

from django.db import DatabaseError, InterfaceError, close_old_connections, connection
from psycopg import OperationalError

from accord.platform import processes
from accord.platform.models import Heartbeat
from accord.platform.queue import leases, work
from accord.platform.queue.leases import Lease

FAILED = 75  # asks the supervisor for a new process
PATIENCE = 20.0  # seconds a running job gets to end when the worker is asked to
DOWN = (DatabaseError, InterfaceError, OperationalError)

logger = logging.getLogger(__name__)


@dataclass
class Held:
    lease: Lease
    since: float | None = None  # monotonic, when its work began

    @property
    def is_slow(self) -> bool:
        return work.JOBS[self.lease.name].limit >= work.LONG

    @property
    def is_hung(self) -> bool:
        limit = work.JOBS[self.lease.name].limit.total_seconds()
        return self.since is not None and time.monotonic() - self.since > limit


@dataclass
class Worker:
    """One worker process. `run()` returns the process's exit code once `stop()` was called."""

    threads: int = 4
    stopping: threading.Event = field(default_factory=threading.Event)
    hung: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)
    held: dict[int, Held] = field(default_factory=dict)
    queue: SimpleQueue[Held | None] = field(default_factory=SimpleQueue)
    name: str = field(default_factory=lambda: _name(""))
    beating: Heartbeat | None = None
    helper: subprocess.Popen[bytes] | None = None
    listening: Any = None

    def stop(self, *_: object) -> None:
        self.stopping.set()
        work.stop()

    def run(self) -> int:
        work.discover()
        pulse = threading.Thread(target=self._pulse, name="pulse", daemon=True)
        pulse.start()
        hands = [threading.Thread(target=self._work, daemon=True) for _ in range(self.threads)]
        for hand in hands:
            hand.start()
        while not self.stopping.is_set() and not self.hung.is_set():
            try:
                self._round()
            except DOWN:
                logger.warning("the database does not answer; trying again")
                connection.close()
                self.stopping.wait(2)
        self._end(hands)
        return FAILED if self.hung.is_set() else 0

    def _round(self) -> None:
        close_old_connections()
        work.tick()
        while (room := self._room()) and not self.stopping.is_set() and self._claim(room):
            pass
        self._help_lost()
        self._listen(1.0)

    def _room(self) -> int:
        return max(0, self.threads * 8 - len(self.held))

    def _claim(self, room: int) -> int:
        """Take what is due; slow jobs only while one thread is left for the quick ones."""
        holder = self.beating.pk if self.beating else None
        slow = {name for name, kind in work.JOBS.items() if kind.limit >= work.LONG}
        busy = sum(held.is_slow for held in list(self.held.values()))
        free = max(0, max(1, self.threads - 1) - busy)
        taken = leases.claim(set(work.JOBS) - slow, limit=room, holder=holder)
        taken += leases.claim(slow, limit=min(free, room), holder=holder) if slow and free else []
        for lease in taken:
            self.held[lease.id] = Held(lease)
            self.queue.put(self.held[lease.id])
        return len(taken)

    def _work(self) -> None:
        while (held := self.queue.get()) is not None:
            held.since = time.monotonic()
            try:
                close_old_connections()
                work.run(held.lease)
            except Exception:
                # Its lease runs out, and somebody does it again.
                logger.exception("job not settled", extra={"job": held.lease.id})
                connection.close()
            finally:
                if self.held.get(held.lease.id) is held:
                    del self.held[held.lease.id]
        connection.close()

    def _pulse(self) -> None:
        """Say that we live and hold on to what we do; see what hangs and who died."""
        seconds = leases.LENGTH.total_seconds()
        while not self.ended.is_set():
            processes.end_unless_called_again(int(seconds * 2) + 1)
            try:
                self._beat()
            except DOWN:
                connection.close()
                self.beating = None
            if any(held.is_hung for held in list(self.held.values())):
                logger.error("a job takes too long; starting afresh without it")
                self.hung.set()
            self.ended.wait(seconds / 4)

    def _beat(self) -> None:
        fine = [held.lease for held in list(self.held.values()) if not held.is_hung]
        if fine:
            leases.extend(fine)
        if self.beating is None or not leases.beat(self.beating):
            self.beating = leases.enter(self.name, "worker")
        if self.beating is not None:
            leases.bury(self.beating)

    def _help_lost(self) -> None:
        """Have jobs that lost their worker done alone, by a process that may die of them."""
        if self.helper is not None and self.helper.poll() is None:
            return
        self.helper = None
        if leases.any_lost(set(work.JOBS)):
            command = [sys.executable, "-m", "accord.cli", "worker", "--alone"]
            self.helper = subprocess.Popen(
                [*command, str(os.getpid())], stdin=subprocess.DEVNULL, start_new_session=True
            )

    def _listen(self, seconds: float) -> None:
        """Wait until somebody asks for work, or a second."""
        if len(self.held) >= self.threads * 8:
            self.stopping.wait(0.05)
            return
        connection.ensure_connection()
        raw = connection.connection
        if raw is not self.listening:
            raw.execute(f"LISTEN {work.CHANNEL}")
            self.listening = raw
            return
        for _ in raw.notifies(timeout=seconds, stop_after=1):
            pass

    def _end(self, hands: list[threading.Thread]) -> None:
        """Hand back what was not begun, wait for what was, leave."""
        self.stop()
        if self.helper is not None:
            self.helper.terminate()
        waiting = list(self._drain())
        for _ in hands:
            self.queue.put(None)
        until = time.monotonic() + PATIENCE
        with contextlib.suppress(*DOWN):
            for held in waiting:
                leases.give_back(held.lease)
                self.held.pop(held.lease.id, None)
            while time.monotonic() < until and not all(h.is_hung for h in self._running()):
                time.sleep(0.05)
            if self.beating is not None and not self.held:
                leases.leave(self.beating)
        self.ended.set()

    def _drain(self) -> Iterator[Held]:
        with contextlib.suppress(Empty):
            while True:
                if held := self.queue.get_nowait():
                    yield held

    def _running(self) -> list[Held]:
        return list(self.held.values())


def run_lost(parent: int) -> None:
    """Do the jobs that lost their worker, one at a time, until there are none left.

    parent: the worker that started this process; it does not outlive it. The system ends this
    process when one job takes too long.
    """
    processes.die_with_parent(parent)
    stopping = threading.Event()

    def stop(*_: object) -> None:
        stopping.set()
        work.stop()

    processes.when_told_to_end(stop)
    names = list(work.discover())
    mine = leases.enter(_name(":alone"), "helper")
    while not stopping.is_set():
        found = leases.claim(names, limit=1, lost=True, holder=mine.pk if mine else None)
        if not found:
            break
        limit = work.JOBS[found[0].name].limit.total_seconds()
        processes.end_unless_called_again(int(limit) + 1)
        work.run(found[0])
    processes.end_unless_called_again(0)
    if mine is not None:
        leases.leave(mine)


def _name(suffix: str) -> str:
    host = socket.gethostname()[:16]
    return f"{host}:{os.getpid()}:{secrets.token_hex(3)}{suffix}"
