"""The levers with their hidden effects, and the campaigns of 18 months."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lever:
    """A way to reach people.

    rate:    chances to be reached in 18 months per person of the market.
    push:    the true effect: what one touch adds to the log hazard of becoming a lead, fading.
    chase:   how much it goes for people who want to buy anyway; 0 is blind to that.
    limit:   the state of want at which a chasing lever always reaches.
    needs:   "visit" (mostly those who saw our pages before), "name" (whom we may write to), "".
    names:   share of the touched who leave their name and get the newsletter from then on.
    sources: how it is recorded, raw; the first is usual, the others happen.
    """

    name: str
    channel: str
    rate: float
    push: float
    sources: tuple[str, ...]
    chase: float = 0.0
    limit: float = 0.0
    needs: str = ""
    names: float = 0.0


LEVERS = (
    Lever("subject_search", "paid_search", 1.7, 1.6, ("google / cpc", "bing / cpc"), 0.4, 1.9),
    Lever("brand_search", "paid_search", 2.6, 0.05, ("google / cpc", "Google Ads"), 1.1, 2.6),
    Lever("paid_social", "paid_social", 0.45, 1.9, ("linkedin / cpc", "LinkedIn Ads")),
    Lever("retargeting", "display", 2.0, 0.05, ("retargeting", "display"), 0.7, 2.4, "visit"),
    Lever("webinar", "event", 0.14, 2.4, ("webinar",), names=0.5),
    Lever("fair", "event", 0.06, 2.3, ("trade fair",), names=0.35),
    Lever("guides", "content", 0.34, 1.6, ("guide", "content syndication"), names=0.1),
    Lever("organic_search", "organic_search", 1.3, 0.9, ("google / organic", "seo"), 0.4, 2.0),
    Lever("organic_social", "organic_social", 0.25, 0.8, ("linkedin / social", "social media")),
    Lever("newsletter", "email", 4.0, 0.5, ("newsletter", "email"), needs="name"),
    Lever("partner", "partner", 0.07, 2.8, ("partner referral", "reseller")),
    Lever("press", "pr", 0.14, 1.4, ("press", "podcast")),
    Lever("outbound", "outbound", 0.1, 2.0, ("cold call", "outreach")),
)


@dataclass(frozen=True, slots=True)
class Plan:
    """A campaign. first, last: weeks since the start (last beyond the end: goes on).

    weekly: EUR in a usual week of a small demo; pull: share of its lever's reach in such a week.
    day:    for things with a date: weekday, local hour, and hours over which people come.
    every:  weeks from one date to the next.
    """

    name: str
    lever: str
    mark: str
    first: int
    last: int
    weekly: int
    landing: str
    goal: str
    pull: float = 1.0
    day: tuple[int, float, float] | None = None
    every: int = 1
    more_marks: tuple[str, ...] = ()
    cost_note: str = "Clicks"


def _webinar(name: str, mark: str, week: int) -> Plan:
    return Plan(
        f"Webinar: {name}",
        "webinar",
        mark,
        week,
        week,
        900,
        f"/webinars/{mark}/",
        "60 registrations, half of them new names",
        day=(3, 11.0, 0.15),
        cost_note="Speaker, platform, invitations",
    )


PLANS = (
    Plan(
        "Search: energy monitoring",
        "subject_search",
        "search-energy-monitoring",
        0,
        999,
        205,
        "/product/",
        "Be found by those who look for energy monitoring",
        more_marks=("sem-energy",),
    ),
    Plan(
        "Search: ISO 50001",
        "subject_search",
        "search-iso-50001",
        22,
        999,
        150,
        "/iso-50001/",
        "Win the audit deadline",
        pull=0.8,
    ),
    Plan(
        "Search: our name",
        "brand_search",
        "search-brand",
        0,
        999,
        95,
        "/",
        "Keep competitors off our name",
    ),
    Plan(
        "LinkedIn: plant managers",
        "paid_social",
        "li-plant-managers",
        2,
        43,
        150,
        "/customers/",
        "Make plant managers curious",
    ),
    Plan(
        "LinkedIn: peak load calculator",
        "paid_social",
        "li-peak-calculator",
        34,
        999,
        165,
        "/calculator/",
        "Calculations by energy managers in DACH and the Netherlands",
        pull=1.2,
    ),
    Plan(
        "Retargeting: pricing visitors and people like them",
        "retargeting",
        "retargeting-pricing",
        8,
        999,
        30,
        "/pricing/",
        "Bring back those who looked at prices",
        cost_note="Impressions",
    ),
    _webinar("peak load in practice", "webinar-peak-load", 9),
    _webinar("the audit without tears", "webinar-audit", 24),
    _webinar("from meter to carbon report", "webinar-carbon", 46),
    _webinar("finding leaks with data", "webinar-leaks", 62),
    _webinar("load profiles, live", "webinar-load-profiles", 76),
    Plan(
        "Industrial Energy Days",
        "fair",
        "fair-industrial-energy-days",
        18,
        18,
        3165,
        "/fair/",
        "150 talks at the stand",
        day=(1, 9.5, 7.0),
        cost_note="Stand, travel, material",
    ),
    Plan(
        "Foundry Forum",
        "fair",
        "fair-foundry-forum",
        66,
        66,
        1650,
        "/fair/",
        "Meet the foundries we do not know yet",
        day=(2, 9.5, 7.0),
        pull=0.8,
        cost_note="Stand, travel, material",
    ),
    Plan(
        "Guides: load profiles and compressed air",
        "guides",
        "guides",
        0,
        999,
        175,
        "/guides/peak-load/",
        "Be read before we are known",
        cost_note="Writing and design",
    ),
    Plan(
        "Newsletter: Meter Notes",
        "newsletter",
        "meter-notes",
        0,
        999,
        12,
        "/notes/",
        "Stay in mind, every second Tuesday",
        day=(1, 9.0, 7.0),
        every=2,
        cost_note="Sending and editing",
    ),
    Plan(
        "Partners: installers",
        "partner",
        "partner-installers",
        6,
        999,
        18,
        "/partners/",
        "Electricians who bring us along",
        cost_note="Commission and training",
    ),
    Plan(
        "Press: the measured factory",
        "press",
        "press-measured-factory",
        12,
        60,
        62,
        "/customers/foundry-saves-peak/",
        "Five articles in trade magazines",
        cost_note="Agency",
    ),
    Plan(
        "Outbound: foundries and forges",
        "outbound",
        "outbound-foundries",
        4,
        52,
        22,
        "",
        "120 first calls a quarter",
        cost_note="Addresses and dialler",
    ),
    Plan(
        "Outbound: food and cold storage",
        "outbound",
        "outbound-food",
        40,
        999,
        22,
        "",
        "120 first calls a quarter",
        cost_note="Addresses and dialler",
    ),
)

OWNERS = {
    "subject_search": "emil",
    "brand_search": "emil",
    "paid_social": "emil",
    "retargeting": "emil",
    "webinar": "kasia",
    "fair": "kasia",
    "guides": "kasia",
    "newsletter": "kasia",
    "partner": "noor",
    "press": "noor",
    "outbound": "tobias",
}
