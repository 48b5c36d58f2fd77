"""The scripts that pages load: kept in memory, packed once."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from accord.web.collect.answers import Answer
from accord.web.collect.reading import Request

FOLDER = Path(__file__).parent
NAMES = frozenset({"/t.js", "/banner.js"})
KIND = "text/javascript; charset=utf-8"


@dataclass(frozen=True)
class Script:
    plain: bytes
    packed: bytes
    mark: str


def serve(request: Request) -> Answer:
    """The script of this address, or that the browser has it already."""
    script = load(request.path)
    more = {
        "etag": script.mark,
        "cache-control": "public, max-age=3600",
        "vary": "accept-encoding",
        "cross-origin-resource-policy": "cross-origin",
    }
    if request.headers.get("if-none-match") == script.mark:
        return Answer(304, kind=KIND, more=more)
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Answer(200, script.packed, KIND, more | {"content-encoding": "gzip"})
    return Answer(200, script.plain, KIND, more)


def banner(words: bytes) -> Answer:
    """What the banner says, for any page."""
    return Answer(200, words, more={"cache-control": "public, max-age=60"})


@cache
def load(path: str = "/t.js") -> Script:
    """A script as it is on disk when it is first asked for; path: one of NAMES."""
    plain = (FOLDER / path[1:]).read_bytes()
    digest = hashlib.sha256(plain).hexdigest()[:16]
    return Script(plain, gzip.compress(plain, mtime=0), f'"{digest}"')
