"""The page of somebody's own that people are sent to once a form is sent."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

import idna

LONGEST = 500  # characters of an address
_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*", re.ASCII)


def address(url: str) -> str:
    """The whole address on the web as browsers ask for it, its host in ASCII (IDNA 2008, UTS 46).

    "" where people cannot be sent there: also by a host that no policy of a page can name
    (form-action takes letters, digits, dots and hyphens: no underscore, no IPv6), or by a name
    and password before it.
    """
    if len(url) > LONGEST or any(sign.isspace() or sign in '\\"<>' for sign in url):
        return ""
    try:
        place = urlsplit(url)
        host = _host(place)
    except ValueError:  # IDNAError is one
        return ""
    if place.scheme not in ("http", "https") or not host:
        return ""
    return place._replace(netloc=host).geturl()


def origin(url: str) -> str:
    """Scheme, host and port of an address, as the policy of a page names them; "" of none."""
    whole = address(url)
    place = urlsplit(whole)
    return f"{place.scheme}://{place.netloc}" if whole else ""


def _host(place: SplitResult) -> str:
    """Host and port; "" where no policy can name them. Raises ValueError."""
    host, port = (place.hostname or "").lower(), place.port
    if not host.isascii():
        host = idna.encode(host, uts46=True).decode("ascii")
    if "@" in place.netloc or not _HOST.fullmatch(host):
        return ""
    return host if port is None else f"{host}:{port}"
