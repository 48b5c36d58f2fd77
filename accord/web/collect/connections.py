"""One connection of a client: reads HTTP, hands requests over, writes answers in order."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import cast

import httptools

from accord.web.collect import answers
from accord.web.collect.answers import Answer
from accord.web.collect.reading import LARGEST, Request

LARGEST_HEAD = 16 * 1024
MOST_AT_ONCE = 32  # requests of one connection that are worked on; more wait in the socket
IDLE = 30.0  # seconds a connection may be silent
SLOWEST = 15.0  # seconds a request may take to arrive
LINGER = 3.0  # seconds the rest of a refused request is read past, so that its answer arrives

Handle = Callable[[Request], Awaitable[Answer]]

logger = logging.getLogger(__name__)


@dataclass
class Arriving:
    """A request as far as it has been read."""

    url: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytearray = field(default_factory=bytearray)
    head_size: int = 0


class Connection(asyncio.Protocol):
    """Answers in the order of the requests, however long each takes."""

    def __init__(self, handle: Handle, living: set[Connection]) -> None:
        self.handle = handle
        self.living = living
        self.parser = httptools.HttpRequestParser(self)
        self.arriving = Arriving()
        self.busy: deque[tuple[asyncio.Future[Answer], bool, bool]] = deque()
        self.transport: asyncio.Transport | None = None
        self.peer = ""
        self.last = self.began = 0.0
        self.closing = False
        self.refused_at = 0.0
        self.full_at = 0.0  # since when the other side has not read what is written

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        peer = transport.get_extra_info("peername")
        self.peer = str(peer[0]) if isinstance(peer, tuple) else ""
        self.last = asyncio.get_running_loop().time()
        self.living.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self.living.discard(self)
        self.closing = True
        self.transport = None

    def data_received(self, data: bytes) -> None:
        self.last = asyncio.get_running_loop().time()
        while data and not self.closing:
            data = self._read(data)

    def pause_writing(self) -> None:
        """They do not read what we answer: nothing more is read of them either."""
        self.full_at = asyncio.get_running_loop().time()
        if self.transport is not None:
            self.transport.pause_reading()

    def resume_writing(self) -> None:
        self.full_at = 0.0
        self._write_ready()
        if self.transport is not None and not self.full_at and len(self.busy) < MOST_AT_ONCE:
            self.transport.resume_reading()

    def eof_received(self) -> bool:
        """The other side says no more: what it asked is answered, then this ends as well."""
        self.closing = True
        return bool(self.busy)

    # What httptools calls while it reads.

    def on_message_begin(self) -> None:
        self.arriving = Arriving()
        self.began = self.last

    def on_url(self, url: bytes) -> None:
        self.arriving.url += url
        self._count(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value) + 4)
        if not self.closing:
            self.arriving.headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        if self.parser.should_upgrade():
            return  # it is read again
        wanted = self.arriving.headers
        if wanted.get("content-length", "0").isdigit() and self.transport is not None:
            if int(wanted.get("content-length", "0")) > LARGEST:
                self._refuse(answers.TOO_LARGE)
            elif wanted.get("expect", "").lower() == "100-continue":
                self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, body: bytes) -> None:
        if self.closing:
            return
        if len(self.arriving.body) + len(body) > LARGEST:
            self._refuse(answers.TOO_LARGE)
            return
        self.arriving.body += body

    def on_message_complete(self) -> None:
        if self.closing or self.parser.should_upgrade():
            return
        self.began = 0.0
        method = self.parser.get_method().decode("latin-1")
        try:
            url = httptools.parse_url(self.arriving.url)
        except httptools.HttpParserInvalidURLError:
            self._refuse(answers.MALFORMED)
            return
        request = Request(
            method=method,
            path=(url.path or b"/").decode("latin-1"),
            query=(url.query or b"").decode("latin-1"),
            headers=self.arriving.headers,
            body=bytes(self.arriving.body),
            address=self.peer,
        )
        self._answer(self.handle(request), method == "HEAD")

    def end_if_silent(self, now: float) -> None:
        """Close where nothing came, or was read, for long, or a request arrives too slowly."""
        if self.full_at and now - self.full_at > IDLE and self.transport is not None:
            self.transport.abort()
            return
        slow = self.began and now - self.began > SLOWEST
        read_past = self.refused_at and now - self.refused_at > LINGER
        if slow or read_past or (not self.busy and now - self.last > IDLE):
            self.end()

    def end(self) -> None:
        """Close once what was begun is answered."""
        self.closing = True
        if not self.busy and self.transport is not None:
            self.transport.close()

    def _read(self, data: bytes) -> bytes:
        """Read; answers what is to be read yet."""
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as asked:
            return self._without_upgrade() + data[asked.args[0] :]
        except httptools.HttpParserError:
            self._refuse(answers.MALFORMED)
        return b""

    def _without_upgrade(self) -> bytes:
        """The head of who also speaks another protocol, without that: we speak this one only."""
        method, version = self.parser.get_method(), self.parser.get_http_version()
        if method == b"CONNECT":
            self._refuse(answers.MALFORMED)
            return b""
        lines = [b"%s %s HTTP/%s" % (method, self.arriving.url, version.encode())]
        for name, value in self.arriving.headers.items():
            if name != "upgrade":
                said = _without_token(value, "upgrade") if name == "connection" else value
                lines.append(f"{name}: {said}".encode("latin-1"))
        self.parser = httptools.HttpRequestParser(self)
        return b"\r\n".join([*lines, b"", b""])

    def _count(self, size: int) -> None:
        self.arriving.head_size += size
        if self.arriving.head_size > LARGEST_HEAD:
            self._refuse(answers.HEADERS_TOO_LARGE)

    def _refuse(self, answer: Answer) -> None:
        """Answer and close: what follows on this connection cannot be trusted."""
        if self.closing:
            return
        done: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        done.set_result(answer)
        self.closing = True
        self.refused_at = self.last
        self.busy.append((done, False, False))
        self._write_ready()

    def _answer(self, work: Awaitable[Answer], head: bool) -> None:
        task = asyncio.ensure_future(work)
        self.busy.append((task, self.parser.should_keep_alive(), head))
        task.add_done_callback(lambda _: self._write_ready())
        if len(self.busy) >= MOST_AT_ONCE and self.transport is not None:
            self.transport.pause_reading()

    def _write_ready(self) -> None:
        while self.busy and self.busy[0][0].done() and self.transport is not None:
            if self.full_at:
                return
            done, keep, head = self.busy.popleft()
            keep = keep and not (self.closing and not self.busy)
            self.transport.write(_answer_of(done).written(keep=keep, head=head))
            if not keep:
                self._close()
                return
            if not self.full_at:
                self.transport.resume_reading()

    def _close(self) -> None:
        """Close; after a refusal only our side, as a reset would take the answer away."""
        if self.transport is None:
            return
        if self.refused_at and self.transport.can_write_eof():
            self.transport.write_eof()
        else:
            self.transport.close()


def _without_token(header: str, token: str) -> str:
    return ",".join(part for part in header.split(",") if part.strip().lower() != token)


def _answer_of(done: asyncio.Future[Answer]) -> Answer:
    if done.cancelled():
        return answers.DOWN
    if error := done.exception():
        logger.error("a request could not be answered", exc_info=error)
        return answers.DOWN
    return done.result()
