"""Who sends: a person's browser, a machine, or nobody can tell. By the user agent."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cache, lru_cache
from importlib import resources

LONGEST = 512  # characters looked at

# Words in which machines name themselves, beside the list of known ones.
_OURS = re.compile(
    r"bot\b|bot[/\-_;,)]|crawl|spider|scrap[ey]|slurp|fetch|monitor|headless|phantomjs|selenium"
    r"|puppeteer|playwright|lighthouse|page ?speed|validator|archiv|preview|scanner|\bcheck(er)?\b"
    r"|uptime|proxy|verif|diagnos|transcoder|extractor|parser|indexer|analy[sz]er|expander|probe"
    r"|\brss\b|google-|search console|daumoa|python|^java/|libwww|go-http|httpclient|axios|guzzle"
    r"|\bphp\b|\bperl\b|\bruby\b|node-fetch|undici|wget|curl/|\+?https?://"
    r"|@[a-z][\w-]*\.[a-z]{2}",
    re.IGNORECASE,
)
_BROWSER = re.compile(r"^(Mozilla|Opera)/|Safari/|Gecko/|Chrome/", re.IGNORECASE)
_NOT_MACHINES = re.compile(r"cubot|maui runtime|bot[hv]\w", re.IGNORECASE)  # phones; syllables
_SPECIAL = re.compile(r"[\[\](){}*+?|^$]|\\[a-zA-Z]")


class Actor(StrEnum):
    HUMAN = "human"
    BOT = "bot"
    UNKNOWN = "unknown"


@lru_cache(maxsize=8192)
def actor(agent: str) -> Actor:
    """Who a user agent is of. UNKNOWN where it names neither a browser nor a machine.

    What browsers do not say (an agent that lies) cannot be seen here.
    """
    agent = agent[:LONGEST].strip()
    if not agent:
        return Actor.UNKNOWN
    named = _NOT_MACHINES.sub("", agent)
    if _OURS.search(named) or _listed(named):
        return Actor.BOT
    return Actor.HUMAN if _BROWSER.search(agent) else Actor.UNKNOWN


def _listed(agent: str) -> bool:
    words, patterns = _list()
    return any(word in agent for word in words) or bool(patterns.search(agent))


@cache
def _list() -> tuple[tuple[str, ...], re.Pattern[str]]:
    """The known machines: words to be found as they are, and the few true patterns."""
    lines = (resources.files("accord.engine") / "data" / "crawlers.txt").read_text().splitlines()
    plain = [line for line in lines if not _SPECIAL.search(re.sub(r"\\[^a-zA-Z]", "", line))]
    plain = [line for line in plain if not line[0].isdecimal()]
    words = tuple(re.sub(r"\\(.)", r"\1", line) for line in plain)
    others = (line for line in lines if line not in set(plain))
    # A number at the beginning is no part of a longer one: 008/ is not in 39008/37.
    alone = (rf"(?<!\d){line}" if line[0].isdecimal() else line for line in others)
    return words, re.compile("|".join(f"(?:{line})" for line in alone))
