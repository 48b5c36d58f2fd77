"""The write keys that may send and what the banner says, read again every two seconds."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from typing import Any

import orjson
import psycopg

EVERY = 2.0  # seconds
BROWSER = "browser"  # the kind of a key that stands in pages

_BANNER = (
    "SELECT DISTINCT ON (language) language, id, digest, words FROM people_bannertext "
    "ORDER BY language, version DESC"
)

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Key:
    """A write key in use. for_browsers: it stands in pages, where everybody can read it."""

    id: int
    for_browsers: bool


@dataclass
class Keys:
    """known: the keys in use by what is sent; read: whether they were ever read.

    banner: the newest words of the consent banner as JSON, by language.
    """

    url: str
    known: dict[str, Key] = field(default_factory=dict)
    read: bool = False
    banner: bytes = b"{}"

    async def run(self) -> None:
        """Keep `known` fresh until cancelled. While the database is away, the last ones count."""
        connection: psycopg.AsyncConnection[Any] | None = None
        try:
            while True:
                try:
                    if connection is None or connection.closed:
                        connection = await psycopg.AsyncConnection.connect(
                            self.url, autocommit=True
                        )
                    await self._load(connection)
                except (psycopg.Error, OSError) as error:
                    logger.warning("write keys not read", extra={"why": type(error).__name__})
                await asyncio.sleep(EVERY)
        finally:
            if connection is not None:
                await connection.close()

    async def _load(self, connection: psycopg.AsyncConnection[Any]) -> None:
        found = await connection.execute(
            "SELECT key, id, kind FROM channels_writekey WHERE revoked_at IS NULL"
        )
        rows = await found.fetchall()
        self.known = {key: Key(pk, kind == BROWSER) for key, pk, kind in rows}
        texts = await (await connection.execute(_BANNER)).fetchall()
        self.banner = orjson.dumps(
            {
                language: {"id": pk, "digest": digest, "words": words}
                for language, pk, digest, words in texts
            }
        )
        self.read = True
