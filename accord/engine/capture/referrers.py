"""Places that people come from: search engines, social networks, AI assistants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources

from accord.engine.cleaning import hosts


class Sort(StrEnum):
    SEARCH = "search"
    SOCIAL = "social"
    ASSISTANT = "assistant"
    MAIL = "mail"


@dataclass(frozen=True)
class Place:
    name: str
    sort: Sort


# What the lists do not have: mailboxes in the browser, and apps by their own address.
_OURS: Mapping[str, Place] = {
    "mail.google.com": Place("Gmail", Sort.MAIL),
    "com.google.android.gm": Place("Gmail", Sort.MAIL),
    "outlook.live.com": Place("Outlook", Sort.MAIL),
    "outlook.office.com": Place("Outlook", Sort.MAIL),
    "mail.yahoo.com": Place("Yahoo! Mail", Sort.MAIL),
    "mail.proton.me": Place("Proton Mail", Sort.MAIL),
    "navigator.gmx.net": Place("GMX", Sort.MAIL),
    "navigator.web.de": Place("WEB.DE", Sort.MAIL),
    "com.linkedin.android": Place("LinkedIn", Sort.SOCIAL),
    "com.reddit.frontpage": Place("Reddit", Sort.SOCIAL),
    "com.slack": Place("Slack", Sort.SOCIAL),
    "perplexity.ai": Place("Perplexity", Sort.ASSISTANT),
}


def place(host: str) -> Place | None:
    """What a host is known as, None where the lists do not have it.

    Social networks and assistants are known with their subdomains, search engines only by the
    hosts that search: the rest of a search engine's domain is other services.
    """
    if len(host) > hosts.LONGEST:
        return None
    host = host.lower().rstrip(".").removeprefix("www.").removeprefix("m.")
    for name in _longer_first(host):
        found = next(filter(None, map(_places().get, (name, *_spellings(name)))), None)
        if found and (name == host or found.sort in (Sort.SOCIAL, Sort.ASSISTANT)):
            return found
    return None


def names(sort: Sort) -> frozenset[str]:
    """The names of a sort's places in lower case, as marks of links write them."""
    return frozenset(each.name.lower() for each in _places().values() if each.sort is sort)


def _longer_first(host: str) -> Iterator[str]:
    parts = host.split(".")
    for begin in range(min(len(parts), 6)):
        yield ".".join(parts[begin:])


def _spellings(name: str) -> Iterator[str]:
    """As the lists write it for every country: google.{} of google.co.uk, {}.x.com of de.x.com."""
    parts = name.split(".")
    for ending in (2, 1):
        if len(parts) > ending and all(len(part) <= 3 for part in parts[-ending:]):
            yield ".".join([*parts[:-ending], "{}"])
    yield ".".join(["{}", *parts[1:]])


@cache
def _places() -> Mapping[str, Place]:
    text = (resources.files("accord.engine") / "data" / "referrers.tsv").read_text("utf-8")
    listed: dict[str, Place] = {}
    for line in text.splitlines():
        sort, name, host = line.split("\t")
        listed.setdefault(host.removeprefix("www.").removeprefix("m."), Place(name, Sort(sort)))
    return listed | dict(_OURS)
