"""What the collect server answers, as bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from math import ceil

import orjson

_ANYBODY = b"access-control-allow-origin: *\r\naccess-control-expose-headers: retry-after\r\n"


@dataclass(frozen=True)
class Answer:
    """status: HTTP; body: bytes of `kind`; more: headers beside those every answer has."""

    status: int
    body: bytes = b""
    kind: str = "application/json"
    more: Mapping[str, str] = field(default_factory=dict)

    def written(self, *, keep: bool, head: bool = False) -> bytes:
        """The whole answer as it goes over the wire.

        keep: the connection stays open; head: the request asked for no body.
        """
        lines = f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}\r\n"
        lines += f"content-type: {self.kind}\r\ncontent-length: {len(self.body)}\r\n"
        lines += "x-content-type-options: nosniff\r\n"
        lines += "".join(f"{name}: {value}\r\n" for name, value in self.more.items())
        lines += "" if keep else "connection: close\r\n"
        return lines.encode("latin-1") + _ANYBODY + b"\r\n" + (b"" if head else self.body)


def refused(status: int, code: str, message: str, *, after: int = 0) -> Answer:
    """A refusal as Segment's clients read it: a code and a sentence that says what to do.

    after: seconds until it is worth trying again, 0 where it is not.
    """
    body = orjson.dumps({"success": False, "code": code, "message": message})
    return Answer(status, body, more={"retry-after": str(after)} if after else {})


KEPT = Answer(202, b'{"success":true}')
FINE = Answer(200, b'{"status":"ok"}')
PREFLIGHT = Answer(
    204,
    more={
        "access-control-allow-methods": "POST, OPTIONS",
        "access-control-allow-headers": "authorization, content-type, content-encoding",
        "access-control-max-age": "86400",
    },
)
NOTHING_HERE = refused(404, "not_found", "There is nothing at this address. POST to /v1/track.")
WRONG_METHOD = refused(405, "method", "This address takes POST only.")
WRONG_METHOD_HERE = refused(405, "method", "This address takes GET only.")
TOO_LARGE = refused(413, "too_large", "This request is larger than 500 KB. Send smaller batches.")
HEADERS_TOO_LARGE = refused(431, "headers", "The headers are larger than 16 KB. Send fewer.")
MALFORMED = refused(400, "malformed", "This is no HTTP request that can be read.")
NO_KEY = refused(
    401, "write_key", "This write key is unknown. Copy it from Settings, Tracking, and send it."
)
NOT_JSON = refused(400, "json", "The body is not a JSON object. Send one, in UTF-8.")
NO_BATCH = refused(400, "batch", "A batch needs a list called batch, of 1 to 2,500 events.")
BAD_GZIP = refused(400, "gzip", "The body says it is gzip, but cannot be unpacked.")
BUSY = refused(503, "busy", "Too much arrives at once. Send this again later.", after=2)
DOWN = refused(503, "down", "This cannot be kept at the moment. Send it again later.", after=5)


def too_fast(wait: float) -> Answer:
    """What was sent too fast may be sent again after `wait` seconds."""
    after = max(1, ceil(wait))
    return refused(429, "rate", f"Too much was sent. Send this again in {after} s.", after=after)
