"""What each country admits beside consent: our cautious reading, and no legal advice.

European Union and neighbours: Directive 2002/58/EC article 13 and its national forms; Canada:
CASL section 10; United States: CAN-SPAM. Anywhere else, or nobody knows where: consent only.
"""

from __future__ import annotations

from enum import StrEnum

from accord.engine.consent.terms import Channel


class Law(StrEnum):
    EUROPE = "europe"
    CANADA = "canada"
    AMERICA = "america"
    CONSENT_ONLY = "consent_only"


_EUROPE = frozenset(
    {"AT", "BE", "BG", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GR", "HR", "HU"}
    | {"IE", "IS", "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI"}
    | {"SK"}
)
BUSINESS_MAIL = frozenset({"EE", "FI", "FR", "GB", "IE", "SE", "US"})
"""Where people may be written to by e-mail in their work without having agreed before."""

ELECTRONIC = frozenset({Channel.EMAIL, Channel.SMS})


def law(country: str) -> Law:
    """The law a person of this country is under ("" is nobody knows)."""
    if country in _EUROPE:
        return Law.EUROPE
    return {"CA": Law.CANADA, "US": Law.AMERICA}.get(country, Law.CONSENT_ONLY)


def interest_holds(country: str, channel: Channel, *, business: bool) -> bool:
    """Whether a country admits a legitimate interest for this channel.

    Letters on paper: Europe and the United States, to anybody. E-mail: people in their work in
    the countries of BUSINESS_MAIL. Calls and text messages: nowhere.
    """
    if channel == Channel.POST:
        return law(country) in (Law.EUROPE, Law.AMERICA)
    return channel == Channel.EMAIL and business and country in BUSINESS_MAIL
