"""How many requests the collect server acknowledges a second, each of them durable.

The server and the loader are processes of their own, on this machine with everything else. The
loader keeps its connections open and sends on each as soon as the answer is there.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bench import alone, figures, instance
from bench.figures import Figure

if TYPE_CHECKING:
    from collections.abc import Sequence

NAME = "collect"
KEY = "bench-key"
CONNECTIONS, SECONDS, BATCH = 128, 8.0, 20
SINGLES, EVENTS = 6_000, 60_000
WHERE = f"{os.cpu_count()} processors, loader and database on the same machine"


def run() -> list[Figure]:
    with instance.running():
        from accord.channels.models import Receipt, WriteKey

        WriteKey.objects.create(key=KEY, name="bench", kind="server")
        found: list[Figure] = []
        with serving() as port:
            for name, body, each, budget in _kinds():
                before = Receipt.objects.count()
                waits, seconds = load(port, body)
                kept = Receipt.objects.count() - before
                if kept != len(waits):
                    raise RuntimeError(f"{len(waits)} were acknowledged and {kept} kept")
                rate = len(waits) * each / seconds
                found += [
                    figures.at_least(f"collect: {name} ({WHERE})", round(rate), "/s", budget),
                    figures.reported(f"collect: {name}, p50", _ms(waits, 0.5), "ms"),
                    figures.reported(f"collect: {name}, p99", _ms(waits, 0.99), "ms"),
                ]
        return found


def _kinds() -> Iterator[tuple[str, str, int, int]]:
    """Name, address and body, events of a request, and how many events a second it should be."""
    event = {
        "type": "page", "anonymousId": "0f8f9d1e-8a44-4d0e-9ac2-6c7f0f7fd3a1",
        "messageId": "5c7a9f6e-3f3e-4f0c-a8c1-2b0f2a4a7f10", "timestamp": "2026-11-25T12:00:00Z",
        "properties": {"url": "https://acme.example/prices", "path": "/prices", "title": "Prices"},
    }  # fmt: skip
    yield "requests of one event", request("page", event), 1, SINGLES
    yield "events in batches of 20", request("batch", {"batch": [event] * BATCH}), BATCH, EVENTS


def request(path: str, said: Mapping[str, object]) -> str:
    """A whole request to the collect server, as it goes over the wire."""
    body = json.dumps(said)
    basic = base64.b64encode(f"{KEY}:".encode()).decode()
    return (
        f"POST /v1/{path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Basic {basic}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    )


@contextmanager
def serving(rate: int = 1_000_000) -> Iterator[int]:
    """A collect server of its own; its port. rate: events a second one key may send."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    command = [sys.executable, "-m", "accord.cli", "collect", "--collect-port", str(port)]
    server = subprocess.Popen(command, env=os.environ | {"ACCORD_COLLECT_RATE": str(rate)})
    try:
        _until_up(port)
        yield port
    finally:
        server.terminate()
        server.wait(30)


def _until_up(port: int) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=2) as asking:
                asking.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
                if asking.recv(12) == b"HTTP/1.1 200":
                    return
        except OSError:
            pass
        time.sleep(0.1)
    raise RuntimeError("the collect server did not come up")


def load(port: int, asking: str) -> tuple[list[float], float]:
    """From a process of its own: seconds each acknowledged request took, and all of them."""
    return alone.run(send, port, asking.encode())


def send(port: int, asking: bytes) -> tuple[list[float], float]:
    return asyncio.run(_send(port, asking))


async def _send(port: int, asking: bytes) -> tuple[list[float], float]:
    began = time.perf_counter()
    until = began + SECONDS
    every = await asyncio.gather(*(_one(port, asking, until) for _ in range(CONNECTIONS)))
    return [wait for waits in every for wait in waits], time.perf_counter() - began


async def _one(port: int, asking: bytes, until: float) -> list[float]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    waits = []
    while (began := time.perf_counter()) < until:
        writer.write(asking)
        answer = await reader.readuntil(b'{"success":true}')
        if not answer.startswith(b"HTTP/1.1 202"):
            raise RuntimeError(answer[:100].decode())
        waits.append(time.perf_counter() - began)
    writer.close()
    return waits


def _ms(waits: Sequence[float], share: float) -> float:
    return figures.percentile(waits, share) * 1000
