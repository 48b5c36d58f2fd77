"""How long `accord up` takes until it answers, and how much memory everything holds at rest."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from urllib.request import urlopen

import psutil

from bench import figures, instance
from bench.figures import Figure

NAME = "start"
ROUNDS = 5
SECONDS, MEGABYTES = 5, 400
REST = 15  # seconds without a request before memory is read
PATIENCE = 120


def run() -> list[Figure]:
    """One start on an empty folder, then several on the folder it made."""
    with instance.folder() as data:
        with _up(data) as (first, _):
            pass
        starts, loops, memory = [], [], {}
        for turn in range(ROUNDS):
            loops.append(figures.loop())
            with _up(data) as (seconds, pid):
                starts.append(seconds)
                if turn == ROUNDS - 1:
                    time.sleep(REST)
                    memory = _memory(pid, data)
    start, loop = median(starts), median(loops)
    return [
        figures.reported("start: reference, a loop of Python", loop, "ms"),
        figures.at_most("start: until it answers", start, "s", SECONDS),
        figures.reported("start: until it answers, by the loop", start * 1000 / loop, "times"),
        figures.reported("start: the first one, on an empty folder", first, "s"),
        *(
            figures.reported(f"start: memory of {name}", size, "MB")
            for name, size in memory.items()
        ),
        figures.at_most("start: memory of everything", sum(memory.values()), "MB", MEGABYTES),
    ]


@contextmanager
def _up(data: Path) -> Iterator[tuple[float, int]]:
    """Run `accord up`; gives the seconds until the first 200 and the supervisor's process id."""
    port = _free_port()
    with (data / "output.log").open("a") as log:
        started = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "accord.cli", "up", "--port", str(port)],
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        _wait(f"http://localhost:{port}/sign-in/", process, data)
        yield time.perf_counter() - started, process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def _wait(url: str, process: subprocess.Popen[bytes], data: Path) -> None:
    """Until the page answers 200. Raises RuntimeError when Accord ended or took too long."""
    until = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < until:
        try:
            with urlopen(url, timeout=PATIENCE) as answer:
                if answer.status == 200:
                    return
        except OSError:  # not there yet
            time.sleep(0.02)
    raise RuntimeError(f"accord up did not answer:\n{(data / 'output.log').read_text()[-2000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _memory(supervisor: int, data: Path) -> dict[str, float]:
    """Megabytes by part: shared pages are divided among those who share them (PSS)."""
    postmaster = int((data / "postgres" / "postmaster.pid").read_text().split("\n")[0])
    found = {"supervisor": _pss(psutil.Process(supervisor))}
    for part in psutil.Process(supervisor).children():
        if part.pid != postmaster:
            name = part.cmdline()[3]
            found[name] = found.get(name, 0) + _family(part)
    found["postgres"] = _family(psutil.Process(postmaster))
    return found


def _family(process: psutil.Process) -> float:
    return _pss(process) + sum(_pss(child) for child in process.children(recursive=True))


def _pss(process: psutil.Process) -> float:
    return float(process.memory_full_info().pss) / 1_000_000
