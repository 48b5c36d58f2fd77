"""Channels: our classification of the source a person came from, which stays as recorded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from urllib.parse import SplitResult, parse_qs, urlsplit

from accord.engine.capture import landings, referrers
from accord.engine.capture import rules as engine
from accord.engine.capture.landings import Landing
from accord.engine.capture.referrers import Sort
from accord.engine.capture.rules import Rule
from accord.people.choices import Choice


@dataclass(frozen=True)
class Channel:
    """A way of ours to reach people, and the team that works it ("" is nobody's)."""

    name: str
    label: str
    team: str


CHANNELS: Mapping[str, Channel] = MappingProxyType(
    {
        name: Channel(name, label, team)
        for name, label, team in (
            ("paid_search", "Paid search", "marketing"),
            ("paid_social", "Paid social", "marketing"),
            ("display", "Display", "marketing"),
            ("organic_search", "Organic search", "marketing"),
            ("organic_social", "Organic social", "marketing"),
            ("email", "E-mail", "marketing"),
            ("assistant", "AI assistant", "marketing"),
            ("referral", "Referral", "marketing"),
            ("pr", "Public relations", "marketing"),
            ("content", "Content", "marketing"),
            ("event", "Event", "marketing"),
            ("partner", "Partner", "marketing"),
            ("direct", "Direct", ""),
            ("outbound", "Outbound", "sales"),
            ("other", "Other", ""),
            ("unknown", "Unknown", ""),
        )
    }
)

# Whole sources and media as exports and forms write them, in lower case with single spaces.
_PHRASES: Mapping[str, str] = MappingProxyType(
    {
        phrase: channel
        for channel, phrases in {
            "paid_search": "paid search, ppc, cpc, sem, search ads, search ad, google ads, adwords,"
            " google adwords, bing ads, microsoft ads, paid search advertising, search paid",
            "paid_social": "paid social, social ads, social paid, facebook ads, meta ads,"
            " linkedin ads, instagram ads, tiktok ads, paid social media, sponsored social,"
            " cpc social, paidsocial",
            "display": "display, display ads, banner, banners, banner ad, cpm, programmatic,"
            " retargeting, remarketing, advertisement, advertising, native ads",
            "organic_search": "organic search, organic, seo, search, search engine, natural search",
            "organic_social": "social, social media, organic social, social network, sm,"
            " social organic",
            "assistant": "ai assistant, ai assistants, ai chat, chatbot, llm",
            "email": "email, e mail, email marketing, newsletter, mail, mailing, email campaign,"
            " drip, nurture",
            "referral": "referral, referrals, word of mouth, recommendation, employee referral,"
            " external referral, customer referral, existing customer, refer a friend,"
            " ai referrals, referring site, referring sites, link, backlink",
            "pr": "pr, public relations, press, other publicities, publicity, media coverage,"
            " press release, podcast",
            "content": "content, blog, whitepaper, white paper, ebook, e book, case study, guide,"
            " content syndication, content marketing, video",
            "event": "event, events, webinar, trade show, tradeshow, trade fair, fair, conference,"
            " seminar, meetup, exhibition, workshop, seminar internal, seminar partner",
            "partner": "partner, partners, affiliate, affiliates, reseller, channel partner,"
            " partner referral, marketplace, alliance",
            "direct": "direct, direct traffic, none, typed in, bookmark, direct none",
            "outbound": "outbound, cold call, cold calling, cold email, cold outreach, prospecting,"
            " sdr, bdr, sales, sales outreach, purchased list, sales generated, self sourced,"
            " linkedin outreach, outreach, phone",
            "other": "other, other campaigns, offline, offline sources, miscellaneous, misc, web,"
            " website, phone inquiry, walk in",
            "unknown": "unknown, n a, na, not set, not provided, null, undefined, not available",
        }.items()
        for phrase in (each.strip() for each in phrases.split(","))
    }
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SEARCH_ENGINES = _words(
    "google bing yahoo duckduckgo ecosia baidu yandex qwant startpage brave ask aol naver"
)
_NETWORKS = _words(
    "facebook fb instagram ig linkedin lnkd twitter x t youtube tiktok pinterest reddit xing"
    " mastodon threads bluesky bsky snapchat whatsapp telegram quora"
)
_MAILERS = _words("mailchimp klaviyo sendgrid brevo mailjet hubspotemail gmail outlook")
_PAID = _words("cpc ppc paid cpv cpa paidsearch ads ad sponsored sem")


def choices() -> tuple[Choice, ...]:
    """The channels as something to choose from."""
    return tuple(Choice(each.name, each.label) for each in CHANNELS.values())


@lru_cache(maxsize=4096)
def classify(source: str | None, medium: str = "") -> str:
    """The channel of a source as recorded, by our rules; always a name of CHANNELS.

    source: a word of an export ("organic_search"), a pair ("google / cpc"), marks of a link
            ("utm_source=google&utm_medium=cpc") or a referring address.
    medium: the medium where it is recorded apart; it tells more than the source.

    Empty is "unknown", what no rule knows is "other".
    """
    source, medium = _apart((source or "").strip().lower(), medium.strip().lower())
    place, way = _plain(source), _plain(medium)
    if not place and not way:
        return "unknown"
    name = _name(source)
    paid = bool(_PAID & set(way.split()))
    if name in _NETWORKS and (paid or way in _PHRASES):
        return "paid_social" if paid or _PHRASES.get(way) == "paid_social" else "organic_social"
    if paid and _PHRASES.get(way, "paid_search") == "paid_search":
        return "paid_search"
    if way in _PHRASES and _PHRASES[way] != "unknown":
        return _PHRASES[way] if (place, way) != ("direct", "none") else "direct"
    return _PHRASES.get(place) or _by_name(name, _host(source))


_SORTS: Mapping[Sort, str] = MappingProxyType(
    {
        Sort.SEARCH: "organic_search",
        Sort.SOCIAL: "organic_social",
        Sort.ASSISTANT: "assistant",
        Sort.MAIL: "email",
    }
)


class Why(StrEnum):
    """What a channel was told from."""

    RULE = "rule"
    MARKS = "marks"
    CLICK = "click"
    KNOWN = "known"
    REFERRER = "referrer"
    CAMPAIGN = "campaign"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Told:
    """Channel and source of a landing ("" where nothing tells them), and what told the channel.

    rule: the rule of the company's own that did, None where it was one of ours.
    """

    channel: str
    source: str
    why: Why
    rule: Rule | None = None


def came_by(landing: Landing, rules: Iterable[Rule]) -> tuple[str, str]:
    """Channel and source of a landing, ("", "") where it says nothing of how somebody came.

    rules: the company's own, `channel_rules.current()`; the first that fits decides.
    """
    told = tell(landing, rules)
    return told.channel, told.source


def tell(landing: Landing, rules: Iterable[Rule]) -> Told:
    """How somebody came, and what says so.

    The first fitting rule of the company's own decides. Else the marks of the link count most,
    then an advertiser's click id, then the referrer.
    """
    ours = _tell(landing)
    if rule := engine.first(rules, landing):
        return Told(rule.channel, ours.source or landing.click, Why.RULE, rule)
    return ours


def _tell(landing: Landing) -> Told:
    if landing.source or landing.medium:
        marked, why = classify(landing.source, landing.medium), Why.MARKS
        if marked in ("other", "unknown") and landing.click:
            marked, why = landings.CLICKS[landing.click], Why.CLICK
        return Told(marked, landing.source or landing.referrer, why)
    if landing.click:
        source = landing.referrer or landing.click
        return Told(landings.CLICKS[landing.click], source, Why.CLICK)
    if landing.referrer:
        if place := referrers.place(landing.referrer):
            return Told(_SORTS[place.sort], landing.referrer, Why.KNOWN)
        return Told("referral", landing.referrer, Why.REFERRER)
    return Told("other", "", Why.CAMPAIGN) if landing.campaign else Told("", "", Why.NOTHING)


def shipped() -> Mapping[str, tuple[tuple[str, ...], int]]:
    """What ours know of each channel: click ids, and of how many places people come from."""
    known = {sort: len(referrers.names(sort)) for sort in _SORTS}
    return {
        name: (
            tuple(click for click, given in landings.CLICKS.items() if given == name),
            sum(count for sort, count in known.items() if _SORTS[sort] == name),
        )
        for name in CHANNELS
    }


def _apart(source: str, medium: str) -> tuple[str, str]:
    """Source and medium of "a / b" or of a link's marks."""
    if "utm_" in source:
        marks = parse_qs(_address(source).query or source.lstrip("?"))
        return marks.get("utm_source", [""])[0], marks.get("utm_medium", [medium])[0]
    if not medium and " / " in source:
        source, _, medium = source.partition(" / ")
    return source, medium


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", text))


def _name(source: str) -> str:
    """The name in "google", "www.google.co.uk" and "https://l.facebook.com/x"."""
    host = _host(source)
    parts = [part for part in host.split(".") if part not in ("www", "com", "m", "l", "lm")]
    known = [part for part in parts if part in _SEARCH_ENGINES | _NETWORKS | _MAILERS]
    return (known or parts or [""])[0].strip()


def _host(source: str) -> str:
    return _address(source).hostname or source.split("/", maxsplit=1)[0]


def _address(text: str) -> SplitResult:
    """A text as an address, an empty one where it cannot be: anything may stand in a link."""
    try:
        return urlsplit(text)
    except ValueError:
        return SplitResult("", "", "", "", "")


def _by_name(name: str, host: str) -> str:
    if name in _SEARCH_ENGINES:
        return "organic_search"
    if name in _NETWORKS:
        return "organic_social"
    if name in _MAILERS:
        return "email"
    place = referrers.place(host) if "." in host else None
    return _SORTS[place.sort] if place else "other"
