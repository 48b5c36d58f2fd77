"""Keeps requests: many at once in one transaction, and only then are they acknowledged."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import psycopg

from accord.web.collect.reading import Receipt

MOST_AT_ONCE = 1_000  # requests in one transaction
MOST_WAITING = 20_000  # requests that may wait for their transaction; more are turned away
MOST_BYTES = 64 * 1024 * 1024  # of those that wait
PATIENCE = 10.0  # seconds a transaction may take
AGAIN = 0.5  # seconds before a lost database is tried again

COPY = """
COPY channels_receipt (key_id, kind, body, events, address, agent, origin, opted_out, received_at)
FROM STDIN
"""
TELL = "SELECT pg_notify('accord_work', '')"

logger = logging.getLogger(__name__)


class Full(Exception):
    """More requests wait than may."""


class Unkept(Exception):
    """The database did not take the request."""


@dataclass
class Waiting:
    key: int
    receipt: Receipt
    at: datetime
    done: asyncio.Future[None]


@dataclass
class Journal:
    """One connection that writes; everything that arrives during a commit goes into the next.

    tell_every: seconds between two hints to the workers that there is something to do.
    """

    url: str
    tell_every: float = 0.25
    waiting: list[Waiting] = field(default_factory=list)
    waiting_bytes: int = 0
    more: asyncio.Event = field(default_factory=asyncio.Event)
    ended: bool = False
    told: float = 0.0
    untold: bool = False
    connection: psycopg.AsyncConnection[object] | None = None

    async def keep(self, key: int, receipt: Receipt, at: datetime) -> None:
        """Come back when the request is durable. Raises Full or Unkept, when it is not kept."""
        if self.ended:
            raise Unkept
        size = len(receipt.body)
        if len(self.waiting) >= MOST_WAITING or self.waiting_bytes + size > MOST_BYTES:
            raise Full
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.waiting.append(Waiting(key, receipt, at, done))
        self.waiting_bytes += size
        self.more.set()
        await done

    async def run(self) -> None:
        """Write what waits until cancelled; what waits then is written first."""
        try:
            while True:
                await self._until_more()
                await self._write(self._taken())
        except asyncio.CancelledError:
            while self.waiting:
                await self._write(self._taken())
            raise
        finally:
            self.ended = True
            _turn_away(self.waiting)
            if self.connection is not None:
                await self.connection.close()

    async def _until_more(self) -> None:
        """Wait until something waits; what was kept without a hint gets one meanwhile."""
        if self.untold and not self.waiting:
            try:
                async with asyncio.timeout(self.tell_every):
                    await self.more.wait()
            except TimeoutError:
                await self._write([])
        await self.more.wait()

    def _taken(self) -> list[Waiting]:
        taken, self.waiting = self.waiting[:MOST_AT_ONCE], self.waiting[MOST_AT_ONCE:]
        self.waiting_bytes -= sum(len(each.receipt.body) for each in taken)
        if not self.waiting:
            self.more.clear()
        return taken

    async def _write(self, taken: Sequence[Waiting]) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                await self._commit(taken)
            for each in taken:
                if not each.done.done():
                    each.done.set_result(None)
        except (psycopg.Error, OSError, TimeoutError) as error:
            logger.error("requests could not be kept", extra={"why": type(error).__name__})
            _turn_away(taken)
            await self._begin_again()
        finally:
            _turn_away(taken)

    async def _commit(self, taken: Sequence[Waiting]) -> None:
        if self.connection is None or self.connection.closed:
            self.connection = await psycopg.AsyncConnection.connect(self.url)
        async with self.connection.transaction(), self.connection.cursor() as cursor:
            if taken:
                async with cursor.copy(COPY) as copy:
                    for each in taken:
                        await copy.write_row(_row(each))
            now = asyncio.get_running_loop().time()
            self.untold = now - self.told < self.tell_every
            if not self.untold:
                self.told = now
                await cursor.execute(TELL)

    async def _begin_again(self) -> None:
        if self.connection is not None:
            await self.connection.close()
            self.connection = None
        await asyncio.sleep(AGAIN)


def _turn_away(waiting: Sequence[Waiting]) -> None:
    for each in waiting:
        if not each.done.done():
            each.done.set_exception(Unkept())


def _row(waiting: Waiting) -> tuple[object, ...]:
    kept = waiting.receipt
    return (
        waiting.key,
        kept.kind,
        kept.body,
        kept.events,
        kept.address,
        kept.agent,
        kept.origin,
        kept.opted_out,
        waiting.at,
    )
