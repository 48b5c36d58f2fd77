"""How somebody came to a page: the marks of its address, and the page they came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

LONGEST_URL = 2048  # characters
LONGEST = 200  # of a mark

# Marks that advertisers' systems add, and what they are proof of.
CLICKS: Mapping[str, str] = {
    "gclid": "paid_search",
    "gbraid": "paid_search",
    "wbraid": "paid_search",
    "msclkid": "paid_search",
    "dclid": "display",
    "yclid": "paid_search",
    "ttclid": "paid_social",
    "twclid": "paid_social",
    "li_fat_id": "paid_social",
    "sccid": "paid_social",
    "rdt_cid": "paid_social",
    "fbclid": "organic_social",  # added to every link that leaves, paid or not
    "igsh": "organic_social",
    "epik": "organic_social",
    "mc_eid": "email",
    "mc_cid": "email",
    "_hsenc": "email",
}


@dataclass(frozen=True)
class Landing:
    """source, medium, campaign, term, content: the utm marks; click: the name of a click id.

    referrer: host of the page they came from; "" where there was none, or it is the same site.
    path: of the page they landed on; "" where they were on the same site before.
    """

    source: str = ""
    medium: str = ""
    campaign: str = ""
    term: str = ""
    content: str = ""
    click: str = ""
    referrer: str = ""
    path: str = ""


def read(url: str, referrer: str = "") -> Landing:
    """What address and referrer tell. Never fails: what cannot be read tells nothing."""
    host, path, marks = _parsed(url)
    came_from, _, _ = _parsed(referrer)
    is_within = _site(came_from) == _site(host)
    return Landing(
        source=marks.get("utm_source", ""),
        medium=marks.get("utm_medium", ""),
        campaign=marks.get("utm_campaign", ""),
        term=marks.get("utm_term", ""),
        content=marks.get("utm_content", ""),
        click=next((name for name in CLICKS if marks.get(name)), ""),
        referrer="" if is_within else came_from[:LONGEST],
        path="" if is_within else path,
    )


def host(url: str) -> str:
    """The host an address names; "" where it names none."""
    return _parsed(url)[0]


def _parsed(url: str) -> tuple[str, str, dict[str, str]]:
    """Host, path and marks of an address."""
    try:
        found = urlsplit(url[:LONGEST_URL].strip())
        marks = parse_qs(found.query)
        host = found.hostname or ""
    except ValueError:
        return "", "", {}
    path = _mark(found.path or "/") if host else ""
    return host, path, {name.lower(): _mark(each[0]) for name, each in marks.items()}


def _mark(value: str) -> str:
    """In one line, without the sign that no database takes (an address may hide it as %00)."""
    return " ".join(value.replace("\0", "").split())[:LONGEST]


def _site(host: str) -> str:
    return host.removeprefix("www.")
