"""Where a request came from: who to count it for, and what of it is kept."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection


def client(peer: str, forwarded: str, proxies: Collection[str]) -> str:
    """The address of the client: the peer's, or what a proxy of ours says of it.

    forwarded: the header X-Forwarded-For, of which the last address that is no proxy counts.
    """
    if peer not in proxies and "*" not in proxies:
        return peer
    for said in reversed([part.strip() for part in forwarded.split(",") if part.strip()]):
        if said not in proxies and _parsed(said):
            return said
    return peer


def truncated(address: str) -> str:
    """The network of an address: 24 bits of IPv4, 48 of IPv6; "" where it is none."""
    found = _parsed(address)
    if found is None:
        return ""
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    bits = 24 if found.version == 4 else 48
    return str(ipaddress.ip_network(f"{found}/{bits}", strict=False).network_address)


def _parsed(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
