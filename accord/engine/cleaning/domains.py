"""Domains that stand for a company: what is registered, without www and the like."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from publicsuffixlist import PublicSuffixList

from accord.engine.cleaning import hosts, wording
from accord.engine.errors import Unreadable

LONGEST = 2048
_SCHEME = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//|mailto:", re.IGNORECASE | re.ASCII)
_END_OF_HOST = re.compile(r"[/?#\\]")
_PORT = re.compile(r":[0-9]*", re.ASCII)


def read(text: str) -> str:
    """Read the registrable domain out of a web address, e-mail address or host name.

    https://www.shop.acme.co.uk/a?b and ana@mail.acme.co.uk both give acme.co.uk; in ASCII
    (IDNA). By the Public Suffix List that came with the installation, never fetched: the private
    part counts, so acme.github.io stands for itself. Raises Unreadable where there is none.
    """
    domain = _registrable(_host(text)) if len(text) <= LONGEST else None
    if domain is None:
        raise Unreadable(
            f"{wording.quoted(text)} is not a web address or domain. Write it like acme.example."
        )
    return domain


def _host(text: str) -> str:
    plain = wording.plain(text).strip()
    if scheme := _SCHEME.match(plain):
        plain = plain[scheme.end() :]
    host = _END_OF_HOST.split(plain, maxsplit=1)[0].rpartition("@")[2]
    name, colon, port = host.partition(":")
    return name if not colon or _PORT.fullmatch(colon + port) else host


@lru_cache(maxsize=65_536)
def _registrable(host: str) -> str | None:
    name = hosts.ascii_name(host)
    return _suffixes().privatesuffix(name) if name else None


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()
