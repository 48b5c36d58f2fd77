"""Names of hosts, as they stand in addresses."""

from __future__ import annotations

import re
from functools import lru_cache

import idna

LONGEST = 253
_HOST = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})", re.ASCII
)


@lru_cache(maxsize=65_536)
def ascii_name(text: str) -> str | None:
    """Write a host in lower-case ASCII (IDNA 2008, UTS 46); None if it can be no public host.

    A public host has a top-level domain of letters: neither localhost nor 192.0.2.1 is one.
    """
    host = text.lower().removesuffix(".")
    if not host.isascii() or "xn--" in host:
        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except idna.IDNAError:
            return None
    return host if len(host) <= LONGEST and _HOST.fullmatch(host) else None
