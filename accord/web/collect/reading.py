"""What a request must be before it is kept: readable, of a known key, not too large."""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from accord.web.collect import answers
from accord.web.collect.answers import Answer

KINDS = ("track", "identify", "page", "screen", "group", "alias", "batch")
LARGEST = 500 * 1024  # bytes of a body, unpacked too
LONGEST_BATCH = 2_500  # events
MANY = 512  # characters of a header that is kept


@dataclass(frozen=True)
class Request:
    """One HTTP request as it was received. Header names are in lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    address: str


@dataclass(frozen=True)
class Receipt:
    """What is kept of a request until a worker takes it apart."""

    key: str
    kind: str
    body: bytes
    events: int
    address: str
    agent: str
    origin: str
    opted_out: bool


def read(request: Request) -> Receipt | Answer:
    """What to keep of a request to /v1/…, or why it cannot be kept.

    The write key comes as the user name of basic authentication, or within the body.
    """
    kind = request.path.removeprefix("/v1/").strip("/")
    kind = {"t": "track", "i": "identify", "p": "page", "b": "batch"}.get(kind, kind)
    if kind not in KINDS:
        return answers.NOTHING_HERE
    body = unpacked(request)
    if isinstance(body, Answer):
        return body
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        return answers.NOT_JSON
    if not isinstance(said, dict):
        return answers.NOT_JSON
    events = said.get("batch") if kind == "batch" else [said]
    if not isinstance(events, list) or not 0 < len(events) <= LONGEST_BATCH:
        return answers.NO_BATCH
    return Receipt(
        key=key_of(request.headers, said),
        kind=kind,
        body=body,
        events=len(events),
        address=request.address,
        agent=request.headers.get("user-agent", "")[:MANY],
        origin=request.headers.get("origin", "")[:MANY],
        opted_out=request.headers.get("sec-gpc", "").strip() == "1",
    )


def unpacked(request: Request) -> bytes | Answer:
    """The body, unpacked where it was sent packed, never larger than allowed."""
    packing = request.headers.get("content-encoding", "identity").strip().lower()
    if packing in ("identity", ""):
        return request.body
    if packing not in ("gzip", "deflate"):
        return answers.refused(415, "encoding", "Send the body as it is, or packed by gzip.")
    unpacking = zlib.decompressobj(wbits=47)  # reads gzip and zlib by their heads
    try:
        body = unpacking.decompress(request.body, LARGEST + 1)
    except zlib.error:
        return answers.BAD_GZIP
    if len(body) > LARGEST:
        return answers.TOO_LARGE
    return body if unpacking.eof else answers.BAD_GZIP


def key_of(headers: Mapping[str, str], said: Mapping[str, object]) -> str:
    """The write key as it was sent, "" where none was."""
    scheme, _, credentials = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            user = base64.b64decode(credentials, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            return ""
        return user.partition(":")[0]
    if scheme.lower() == "bearer":
        return credentials.strip()
    key = said.get("writeKey")
    return key if isinstance(key, str) else ""
