"""Ten times the usual load at once: who is refused, who waits, and how soon all is as before.

The collect server, the worker and the loader are processes of their own. The loader sends each
request at its own moment, whatever became of those before; a wait counts from that moment. One
key may send LIMIT events a second in the first run, as much as by default in the second.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bench import alone, collect, figures, instance
from bench.figures import Figure

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NAME = "burst"
BASE, TIMES, LIMIT = 300, 10, 1_000  # requests a second; events a second of one key
BEFORE, BURST, AFTER = 10, 60, 60  # seconds
BATCH, IN_BATCHES = 50, 12_000  # events a request; events a second offered
BUDGETS = {"wait": 250.0, "back": 60.0, "batches": 10_000.0}
PATIENCE = 10.0  # seconds after which a request has timed out
DRAINED = 900.0  # seconds the worker gets for what it has not taken in
CONNECTIONS = 256


@dataclass(frozen=True)
class Answered:
    """due: seconds after the beginning; wait: seconds; status: 0 for none in time."""

    due: float
    wait: float
    status: int
    retry: bool


def run(before: int = BEFORE, burst: int = BURST, after: int = AFTER) -> list[Figure]:
    with instance.running():
        from accord.channels.models import WriteKey

        WriteKey.objects.create(key=collect.KEY, name="bench", kind="server")
        with _worker():
            one = [(BASE, before), (BASE * TIMES, burst), (BASE, after)]
            with collect.serving(rate=LIMIT) as port:
                single = _send(port, one, 1, start=0)
            drained = _drain()
            with collect.serving() as port:
                many = _send(port, [(IN_BATCHES // BATCH, burst)], BATCH, start=1_000_000)
            more = _drain()
        lost = _kept(single) + _kept(many) * BATCH - _there()
    return [
        *_of_singles(single, before, burst),
        *_of_batches(many, burst),
        *_ends(drained, more, lost),
    ]


def _of_singles(found: Sequence[Answered], before: int, burst: int) -> list[Figure]:
    first = [each.wait for each in found if each.due < before]
    named = f"burst: {BASE} to {BASE * TIMES} requests/s for {burst} s"
    refused = [each for each in found if each.status in (429, 503)]
    told = sum(each.retry for each in refused) / max(1, len(refused)) * 100
    statuses = Counter(each.status for each in found)
    most = figures.at_most
    return [
        most(f"{named}, p99 before", _p99(first), "ms", BUDGETS["wait"]),
        most(f"{named}, no answer within {PATIENCE:g} s", statuses[0], "", 0),
        most(f"{named}, other answers than 202, 429, 503", _odd(statuses), "", 0),
        figures.reported(f"{named}, taken", statuses[202], ""),
        figures.reported(f"{named}, refused at {LIMIT} events/s a key", len(refused), ""),
        figures.at_least(f"{named}, refusals that say when to come back", told, "%", 100),
        figures.reported(f"{named}, p99 of all", _p99([each.wait for each in found]), "ms"),
        most(f"{named}, p99 is back after", _back(found, before + burst), "s", BUDGETS["back"]),
    ]


def _of_batches(found: Sequence[Answered], burst: int) -> list[Figure]:
    statuses = Counter(each.status for each in found)
    rate = statuses[202] * BATCH / burst
    named = f"burst: {IN_BATCHES} events/s in batches of {BATCH} for {burst} s"
    return [
        figures.at_least(f"{named}, taken", rate, "events/s", BUDGETS["batches"]),
        figures.at_most(f"{named}, no answer within {PATIENCE:g} s", statuses[0], "", 0),
        figures.reported(f"{named}, p99", _p99([each.wait for each in found]), "ms"),
    ]


def _ends(drained: float, more: float, lost: int) -> list[Figure]:
    return [
        figures.reported("burst: all single requests are events after", drained, "s"),
        figures.reported("burst: all batches are events after", more, "s"),
        figures.at_most("burst: acknowledged and lost", lost, "", 0),
    ]


def _odd(statuses: Counter[int]) -> int:
    return sum(count for status, count in statuses.items() if status not in (0, 202, 429, 503))


def _p99(waits: Sequence[float]) -> float:
    return figures.percentile(waits, 0.99) * 1000


def _back(found: Sequence[Answered], ended: float) -> float:
    """Seconds after the burst from which every second's p99 is within the budget."""
    seconds: dict[int, list[float]] = {}
    for each in found:
        if each.due >= ended:
            seconds.setdefault(int(each.due - ended), []).append(each.wait)
    slow = [second for second, waits in seconds.items() if _p99(waits) > BUDGETS["wait"]]
    return max(slow, default=-1) + 1


def _kept(found: Sequence[Answered]) -> int:
    return sum(each.status == 202 for each in found)


@contextmanager
def _worker() -> Iterator[None]:
    worker = subprocess.Popen([sys.executable, "-m", "accord.cli", "worker"])
    try:
        yield
    finally:
        worker.terminate()
        worker.wait(60)


def _drain() -> float:
    """Seconds until the worker has made events of all that was acknowledged."""
    from accord.channels.intake import taking

    began = time.monotonic()
    while taking.waits():
        if time.monotonic() - began > DRAINED:
            raise RuntimeError("the worker did not take everything in")
        time.sleep(0.5)
    return time.monotonic() - began


def _there() -> int:
    from accord.platform.models import Event

    return Event.objects.filter(visitor_id__isnull=False).count()


def _send(
    port: int, phases: Sequence[tuple[int, int]], batch: int, *, start: int
) -> list[Answered]:
    """From a process of its own: requests a second for so many seconds, one phase after another."""
    return alone.run(send, port, phases, batch, start)


def send(port: int, phases: Sequence[tuple[int, int]], batch: int, start: int) -> list[Answered]:
    return asyncio.run(_loader(port, phases, batch, start))


async def _loader(
    port: int, phases: Sequence[tuple[int, int]], batch: int, start: int
) -> list[Answered]:
    queue: asyncio.Queue[tuple[float, int]] = asyncio.Queue()
    found: list[Answered] = []
    began = time.perf_counter()
    sending = [
        asyncio.create_task(_connection(port, queue, batch, began, found))
        for _ in range(CONNECTIONS)
    ]
    for number, due in enumerate(_moments(phases)):
        if (early := began + due - time.perf_counter()) > 0:
            await asyncio.sleep(early)
        queue.put_nowait((due, start + number))
    await queue.join()
    for each in sending:
        each.cancel()
    return found


def _moments(phases: Sequence[tuple[int, int]]) -> Iterator[float]:
    at = 0.0
    for rate, seconds in phases:
        yield from (at + number / rate for number in range(rate * seconds))
        at += seconds


async def _connection(
    port: int,
    queue: asyncio.Queue[tuple[float, int]],
    batch: int,
    began: float,
    found: list[Answered],
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while True:
        due, number = await queue.get()
        status, retry = 0, False
        try:
            async with asyncio.timeout(began + due + PATIENCE - time.perf_counter()):
                writer.write(_request(number, batch))
                head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
                await reader.readexactly(int(head.split("content-length: ")[1].split("\r")[0]))
                status, retry = int(head.split()[1]), "\r\nretry-after: " in head
        except (TimeoutError, OSError, asyncio.IncompleteReadError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        found.append(Answered(due, time.perf_counter() - began - due, status, retry))
        queue.task_done()


def _request(number: int, batch: int) -> bytes:
    events = [_event(number * batch + each) for each in range(batch)]
    if batch == 1:
        return collect.request("page", events[0]).encode()
    return collect.request("batch", {"batch": events}).encode()


def _event(number: int) -> dict[str, object]:
    return {
        "type": "page",
        "anonymousId": f"visitor-{number % 20_000}",
        "messageId": f"burst-{number}",
        "timestamp": datetime.now(UTC).isoformat(),
        "properties": {"url": f"https://acme.example/{number % 97}", "title": "Prices"},
    }
