"""What is asked of the gate, what is known of a person, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

RULES = "2026-11-27"
"""The version of the rules, kept with every decision."""


class Channel(StrEnum):
    EMAIL = "email"
    SMS = "sms"
    PHONE = "phone"
    POST = "post"


class Kind(StrEnum):
    """transactional: what somebody asked for or a contract needs. marketing: all that promotes."""

    TRANSACTIONAL = "transactional"
    MARKETING = "marketing"


class Basis(StrEnum):
    """What makes a message lawful."""

    CONSENT = "consent"
    PARENT = "parental_consent"
    SOFT_OPT_IN = "soft_opt_in"
    INTEREST = "legitimate_interest"
    PURCHASE = "implied_purchase"
    INQUIRY = "implied_inquiry"
    PUBLISHED = "implied_published"
    CONTRACT = "contract"


class Source(StrEnum):
    """Who put it into words: the person, a colleague who heard it, or a file that says so.

    child: the person, too young to agree for themselves.
    """

    PERSON = "person"
    STAFF = "staff"
    IMPORT = "import"
    CHILD = "child"


@dataclass(frozen=True)
class Consent:
    """The person said yes. In Canada this is express consent. It does not expire.

    confirmed_at: when the link in the mail was followed (double opt-in), where it was.
    """

    id: int
    purpose: str
    channel: Channel
    at: datetime
    source: Source = Source.PERSON
    confirmed_at: datetime | None = None


@dataclass(frozen=True)
class Parent:
    """A parent said yes for their child. It ends as the child is of age."""

    id: int
    purpose: str
    channel: Channel
    at: datetime


@dataclass(frozen=True)
class SoftOptIn:
    """A sale of ours at which saying no was offered; only for similar products of our own."""

    id: int
    purpose: str
    channel: Channel
    at: datetime
    opt_out_offered: bool = True


@dataclass(frozen=True)
class Purchase:
    """Canada's implied consent: bought, or a contract ended, at this instant."""

    id: int
    purpose: str
    channel: Channel
    at: datetime


@dataclass(frozen=True)
class Inquiry:
    """Canada's implied consent: asked us something at this instant."""

    id: int
    purpose: str
    channel: Channel
    at: datetime


@dataclass(frozen=True)
class Published:
    """Canada's implied consent: published this address for their work, and refused nothing there.

    relevant: whether it was said why such messages matter to their work.
    """

    id: int
    purpose: str
    channel: Channel
    at: datetime
    address: str
    relevant: bool = True


@dataclass(frozen=True)
class Interest:
    """A written assessment of our legitimate interest, for some countries, until its review."""

    id: int
    purpose: str
    channel: Channel
    at: datetime
    until: datetime
    countries: frozenset[str]


@dataclass(frozen=True)
class Unknown:
    """A list says yes and nobody knows why: kept, and good for nothing."""

    id: int
    purpose: str
    channel: Channel
    at: datetime


Claim = Consent | Parent | SoftOptIn | Purchase | Inquiry | Published | Interest | Unknown


class Way(StrEnum):
    """How a person, or the other side's mail server, said stop."""

    WITHDRAWN = "withdrawn"
    OBJECTED = "objected"
    SUPPRESSED = "suppressed"
    COMPLAINED = "complained"
    BOUNCED = "bounced"


@dataclass(frozen=True)
class Stop:
    """Stop, from this instant. Empty purpose and no channel mean all of them."""

    id: int
    way: Way
    at: datetime
    purpose: str = ""
    channel: Channel | None = None


@dataclass(frozen=True)
class Pause:
    """Nothing that promotes from `at` until before `until`."""

    id: int
    at: datetime
    until: datetime
    channel: Channel | None = None


@dataclass(frozen=True)
class Restriction:
    """The record may be kept and not used (GDPR article 18), until it is lifted."""

    id: int
    at: datetime
    lifted_at: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """Whether the record may not be used at this instant."""
        return self.at <= now and not (self.lifted_at and self.lifted_at <= now)


@dataclass(frozen=True)
class Facts:
    """All that is known of one person and matters here.

    country:  two capital letters, "" where nobody knows.
    business: reached in their work, at a company.
    born_on:  None where nobody knows; see `ages` for who is a child.
    children: whether the company may reach children, where a parent agreed.
    unknown_since: when a list brought them whose origin nobody knows; None otherwise. Our own
              interest covers nobody from then on.
    address:  where they are reached, "" where nobody knows; matters to a published one only.
    Facts later than the instant asked about are overlooked, so the past can be asked too.
    """

    country: str = ""
    business: bool = False
    born_on: date | None = None
    children: bool = False
    unknown_since: datetime | None = None
    address: str = ""
    claims: tuple[Claim, ...] = ()
    stops: tuple[Stop, ...] = ()
    pauses: tuple[Pause, ...] = ()
    restrictions: tuple[Restriction, ...] = ()


@dataclass(frozen=True)
class Question:
    """May this purpose be written about by this channel? double: consent must be confirmed."""

    purpose: str
    channel: Channel
    kind: Kind
    double: bool = False


@dataclass(frozen=True)
class Decision:
    """True with the basis it stands on, or false with the reason in words.

    basis_id: the id of the claim; None for a contract, which is of no one claim.
    until:    the first instant at which this basis holds no longer, where it ends by itself.
    """

    allowed: bool
    words: str
    basis: Basis | None = None
    basis_id: int | None = None
    until: datetime | None = None
    rules: str = RULES

    def __bool__(self) -> bool:
        return self.allowed
