"""The collect server: routes requests, counts who sends how fast, keeps what is to be kept."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import time
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime

from accord.web.collect import addresses, answers, script
from accord.web.collect.answers import Answer
from accord.web.collect.connections import Connection
from accord.web.collect.journal import Full, Journal, Unkept
from accord.web.collect.keys import Key, Keys
from accord.web.collect.pace import Pace
from accord.web.collect.reading import Receipt, Request, read

LAST_WORD = 10.0  # seconds that requests under way get when the server is told to end
BURST = 5.0  # seconds' worth of events that may come at once
A_BROWSER = Pace(rate=50, burst=500)  # events a second from one line, by a key for browsers

logger = logging.getLogger(__name__)


class Server:
    """Serves one listening socket until told to end.

    url:     the database.
    rate:    events a second that one write key may send in the long run.
    proxies: addresses whose X-Forwarded-For is believed.
    """

    def __init__(self, url: str, *, rate: int, proxies: Collection[str] = ()) -> None:
        self.proxies = addresses.proxies_of(proxies)
        self.journal = Journal(url)
        self.keys = Keys(url)
        self.by_key = Pace(rate, rate * BURST)
        self.by_browser = Pace(A_BROWSER.rate, A_BROWSER.burst)
        self.living: set[Connection] = set()

    async def serve(self, listening: socket.socket, told: asyncio.Event | None = None) -> bool:
        """Serve until `told` is set, or the process is told to end; then answer what is begun.

        False: an error of ours ended it, which the log tells; whoever started it starts it again.
        """
        loop = asyncio.get_running_loop()
        told = told or _told_to_end(loop)
        working = [
            asyncio.create_task(work)
            for work in (self.journal.run(), self.keys.run(), self._sweep())
        ]
        waiting = asyncio.create_task(told.wait())
        server = await loop.create_server(
            lambda: Connection(self.handle, self.living), sock=listening, backlog=1024
        )
        await asyncio.wait((waiting, *working), return_when=asyncio.FIRST_COMPLETED)
        server.close()
        for connection in list(self.living):
            connection.end()
        until = loop.time() + LAST_WORD
        while self.living and loop.time() < until:
            await asyncio.sleep(0.02)
        for task in (waiting, *working):
            task.cancel()
        for ended in await asyncio.gather(*working, return_exceptions=True):
            if isinstance(ended, Exception):
                logger.error("the collect server ends by an error", exc_info=ended)
        return told.is_set()

    async def handle(self, request: Request) -> Answer:
        """Answer one request."""
        if request.path == "/health":
            return answers.FINE if self.keys.read else answers.DOWN
        if request.path in script.NAMES or request.path == "/banner.json":
            return self._read(request)
        if not request.path.startswith("/v1/"):
            return answers.NOTHING_HERE
        if request.method == "OPTIONS":
            return answers.PREFLIGHT
        if request.method != "POST":
            return answers.WRONG_METHOD
        found = read(request)
        return found if isinstance(found, Answer) else await self._keep(request, found)

    def _read(self, request: Request) -> Answer:
        if request.method not in ("GET", "HEAD"):
            return answers.WRONG_METHOD_HERE
        if request.path == "/banner.json":
            return script.banner(self.keys.banner) if self.keys.read else answers.DOWN
        return script.serve(request)

    async def _keep(self, request: Request, receipt: Receipt) -> Answer:
        key = self.keys.known.get(receipt.key)
        if key is None:
            return answers.NO_KEY if self.keys.read else answers.DOWN
        client = addresses.client(
            request.address, request.headers.get("x-forwarded-for", ""), self.proxies
        )
        if wait := self._too_fast(key, client, receipt.events):
            return answers.too_fast(wait)
        kept = replace(receipt, address=addresses.truncated(client))
        try:
            await self.journal.keep(key.id, kept, datetime.now(UTC))
        except Full:
            return answers.BUSY
        except Unkept:
            return answers.DOWN
        return answers.KEPT

    def _too_fast(self, key: Key, client: str, events: int) -> float:
        """0.0, or the seconds to wait. A server sends for many: its address is not counted."""
        now, browser = time.monotonic(), (key.id, addresses.counted(client))
        if key.for_browsers and (wait := self.by_browser.take(browser, events, now)):
            return wait
        return self.by_key.take(key.id, events, now)

    async def _sweep(self) -> None:
        """Close connections that are silent or deliberately slow."""
        while True:
            await asyncio.sleep(1)
            now = asyncio.get_running_loop().time()
            for connection in list(self.living):
                connection.end_if_silent(now)


def _told_to_end(loop: asyncio.AbstractEventLoop) -> asyncio.Event:
    told = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(name, told.set)
    return told
