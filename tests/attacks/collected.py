"""Every field, mark and header that is read of what is sent to the collect server."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import orjson

from accord.channels.intake import events
from accord.engine.capture import landings

HERE = "the value goes here"
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0 Safari/537.36"
UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
MARKS = (*UTM, *landings.CLICKS)
OF_THE_PAGE = events.PAGE
HEADERS = (
    "authorization", "user-agent", "origin", "sec-gpc", "content-encoding", "content-length",
    "expect", "x-forwarded-for", "if-none-match", "accept-encoding",
)  # fmt: skip
CONTEXT = (
    "context", "context/userAgent", "context/gpc", "context/traits", "context/traits/email",
    "context/page", *(f"context/page/{name}" for name in OF_THE_PAGE),
)  # fmt: skip

# Fields by the kind of message they are attacked in; those of "batch" are of a whole request.
FIELDS: Mapping[str, tuple[str, ...]] = {
    "batch": ("writeKey", "batch", "sentAt", *CONTEXT),
    "page": (
        "type", "messageId", "anonymousId", "userId", "anonymous", "name", "timestamp",
        "originalTimestamp", "sentAt", "properties",
        *(f"properties/{name}" for name in OF_THE_PAGE), *CONTEXT,
    ),
    "screen": ("name", "properties"),
    "track": ("event", "messageId", "userId", "properties", "context/traits/email"),
    "identify": ("anonymousId", "userId", "traits", "traits/email"),
    "group": ("groupId", "traits"),
    "alias": ("previousId", "userId"),
    "consent": (
        "anonymousId", "properties", "properties/text", "properties/digest", "properties/agreed",
        "context/page/url", "context/gpc", "timestamp",
    ),
}  # fmt: skip
EVERY = tuple((kind, field) for kind, fields in FIELDS.items() for field in fields)


def names() -> set[str]:
    """The name of every field, mark and header."""
    return {part for _, field in EVERY for part in field.split("/")} | {*MARKS, *HEADERS}


@dataclass(frozen=True)
class Client:
    """key: what it sends by. at: when, as it writes it. text, digest: of the banner it showed."""

    key: str
    at: str
    text: int
    digest: str


def message(kind: str, number: int, by: Client) -> dict[str, Any]:
    """What clients send, another one for each number."""
    answer = {"text": by.text, "digest": by.digest, "agreed": ["visits"]}
    page = {"url": "https://acme.example/a", "path": "/a", "title": "A", "referrer": ""}
    return {
        "type": kind, "messageId": f"m-{kind}-{number}", "timestamp": by.at, "sentAt": by.at,
        "anonymousId": "v-1", "userId": "u-1", "name": "Prices", "event": "Ordered",
        "groupId": "g-1", "previousId": "p-1", "anonymous": False,
        "traits": {"email": "a@b.example"},
        "properties": {"number": number, **answer, **page},
        "context": {"userAgent": CHROME, "gpc": False, "traits": {}, "page": page},
    }  # fmt: skip


def request(kind: str, field: str, value: bytes, number: int, by: Client) -> bytes:
    """A batch of one message, in which a field has this value (JSON, or what pretends to be)."""
    one = message("page" if kind == "batch" else kind, number, by)
    whole = {
        "writeKey": by.key,
        "sentAt": by.at,
        "context": deepcopy(one["context"]),
        "batch": [one],
    }
    *path, last = field.split("/")
    if last == "originalTimestamp":
        del one["timestamp"]
    place: Any = whole if kind == "batch" else one
    for part in path:
        place = place[part]
    place[last] = HERE
    return orjson.dumps(whole).replace(orjson.dumps(HERE), value)
