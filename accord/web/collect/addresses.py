"""Where a request came from: who to count it for, and what of it is kept."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection

LONGEST = 100  # an IPv6 address with its zone has room


def proxies_of(configured: Collection[str]) -> frozenset[str]:
    """The addresses of our proxies as `client` compares them, however they were written."""
    return frozenset(map(_plain, configured))


def client(peer: str, forwarded: str, proxies: Collection[str]) -> str:
    """The address of the client: the peer's, or what a proxy of ours says of it.

    proxies: see `proxies_of`.
    forwarded: the header X-Forwarded-For, of which the last address that is no proxy counts.
    Where one before it cannot be read, the client may have written the rest: then the peer counts.
    """
    peer = _plain(peer)
    if peer not in proxies and "*" not in proxies:
        return peer
    for said in reversed([part.strip() for part in forwarded.split(",") if part.strip()]):
        host = _without_port(said)
        if _parsed(host) is None:
            return peer
        host = _plain(host)
        if host not in proxies:
            return host
    return peer


def truncated(address: str) -> str:
    """The network of an address: 24 bits of IPv4, 48 of IPv6; "" where it is none."""
    return _network(address, of_4=24, of_6=48)


def counted(address: str) -> str:
    """Who is counted as one: an IPv4 address, or the 64 bits of IPv6 that one line has."""
    return _network(address, of_4=32, of_6=64)


def _network(address: str, *, of_4: int, of_6: int) -> str:
    found = _parsed(address)
    if found is None:
        return ""
    bits = of_4 if found.version == 4 else of_6
    return str(ipaddress.ip_network(f"{found}/{bits}", strict=False).network_address)


def _plain(text: str) -> str:
    """An address as it is usually written: a server that listens by IPv6 sees ::ffff:127.0.0.1."""
    return str(_parsed(text) or text)


def _without_port(text: str) -> str:
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text


def _parsed(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    if len(text) > LONGEST:
        return None
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found
