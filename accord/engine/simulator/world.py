"""The demo company as plain rows: what the simulator hands to whoever loads it.

Every record has a `key` that is unique in its kind and stays the same for the same seed, size and
moment; records name each other by key. Instants are aware and in UTC, days are local days of the
company (Europe/Berlin), money is Decimal. Names of stages, channels, roles and reasons are the
product's own. Nothing in here says what a channel really caused: that is `Truth`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from types import MappingProxyType


class Size(Enum):
    """How big the demo company is: about 900 contacts, or ten times that."""

    SMALL = "small"
    MEDIUM = "medium"

    @property
    def scale(self) -> int:
        return 1 if self is Size.SMALL else 10


@dataclass(frozen=True, slots=True)
class Team:
    """A team and the user (key) who leads it."""

    key: str
    name: str
    lead: str


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who works here. team: a key, or None for those who stand beside both teams.

    roles: names of the product's roles (manager, marketer, seller, analyst, admin).
    """

    key: str
    name: str
    email: str
    title: str
    team: str | None
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Product:
    """What is sold. price: list price of one unit in EUR."""

    key: str
    name: str
    series: str
    unit: str
    price: Decimal


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of the pipeline. kind: open, won or lost; probability: 0 to 1."""

    key: str
    name: str
    kind: str
    probability: Decimal


@dataclass(frozen=True, slots=True)
class Company:
    """An organisation that buys, or might. country: ISO 3166 alpha-2; parent, owner: keys.

    known_at: when the record was made, never before anything happened with it.
    """

    key: str
    name: str
    domain: str
    industry: str
    country: str
    city: str
    employees: int
    parent: str | None
    owner: str | None
    known_at: datetime
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LifecycleStep:
    """A contact entered a lifecycle stage. by: user key, or None where a rule did it."""

    stage: str
    at: datetime
    by: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Contact:
    """A person. company is None for those who wrote from a free-mail address.

    stage:       the stage of the last step of `lifecycle`; steps are in order of time.
    first_seen:  the first thing that ever happened with this person; no event is earlier.
    known_at:    when the person got a name (form, badge, call); first_seen or later.
    source:      where the first touch came from, raw; None where nothing was recorded.
    channel, campaign, landing_page: of the first touch; campaign is a mark, both may be "".
    """

    key: str
    first_name: str
    last_name: str
    title: str
    email: str
    phone: str
    city: str
    country: str
    language: str
    company: str | None
    owner: str | None
    stage: str
    lifecycle: tuple[LifecycleStep, ...]
    first_seen: datetime
    known_at: datetime
    source: str | None
    channel: str
    campaign: str
    landing_page: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cost:
    """Money spent on a campaign in the week that begins on `on`, a Monday."""

    on: date
    amount: Decimal
    currency: str
    note: str


@dataclass(frozen=True, slots=True)
class Campaign:
    """A planned effort. marks: what its links carry; an event names it by one of them.

    ends_on is None while it has no planned end; owner: user key.
    """

    key: str
    name: str
    goal: str
    channel: str
    marks: tuple[str, ...]
    starts_on: date
    ends_on: date | None
    owner: str
    costs: tuple[Cost, ...]


@dataclass(frozen=True, slots=True)
class EventName:
    """What an event is called on a timeline, and whose it is: marketing, sales or both."""

    label: str
    team: str


EVENTS: Mapping[str, EventName] = MappingProxyType(
    {
        "page.viewed": EventName("Viewed a page", "marketing"),
        "ad.clicked": EventName("Clicked an ad", "marketing"),
        "form.submitted": EventName("Submitted a form", "marketing"),
        "webinar.attended": EventName("Attended a webinar", "marketing"),
        "fair.talked": EventName("Talked at our stand", "marketing"),
        "partner.introduced": EventName("Was introduced by a partner", "marketing"),
        "mail.opened": EventName("Opened an e-mail", "marketing"),
        "mail.clicked": EventName("Clicked in an e-mail", "marketing"),
        "call.made": EventName("Was called", "sales"),
        "meeting.held": EventName("Met us", "sales"),
        "mail.written": EventName("Was written to", "sales"),
        "handoff.made": EventName("Was handed over to sales", "both"),
        "handoff.accepted": EventName("Hand-off was accepted", "both"),
        "handoff.returned": EventName("Hand-off was returned", "both"),
        "handoff.recycled": EventName("Hand-off was put off", "both"),
    }
)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened with a contact; one with a channel is a touch.

    name:     one of EVENTS.
    deal:     key of the deal it belongs to, None outside of deals.
    user:     key of whoever of ours did it, None where the contact or a rule did.
    source:   raw, "" where nothing was recorded; channel: our classification of it.
    campaign: the mark on the link, "" without one.
    page:     path of the page or "" ; title: of the page, form, mail, webinar or evidence.
    reason:   why a hand-off came back; until: the day a recycled contact may be tried again.
    minutes:  working minutes until a hand-off was answered, or length of a call or meeting.
    activity: key of the Activity that tells the same thing with its text, else None.
    """

    at: datetime
    name: str
    contact: str
    company: str | None
    deal: str | None = None
    user: str | None = None
    source: str = ""
    channel: str = ""
    campaign: str = ""
    page: str = ""
    title: str = ""
    reason: str = ""
    until: date | None = None
    minutes: int | None = None
    activity: str | None = None


@dataclass(frozen=True, slots=True)
class DealContact:
    """A person on a deal. role: decides, signs, uses, advises or champions."""

    contact: str
    role: str


@dataclass(frozen=True, slots=True)
class Line:
    """A product on a deal. price: of one unit, after discount, in the deal's currency."""

    product: str
    quantity: int
    price: Decimal


@dataclass(frozen=True, slots=True)
class StageStep:
    """A deal entered a stage, with what was hoped for at that moment. owner: user key."""

    stage: str
    at: datetime
    amount: Decimal
    close_on: date
    owner: str


@dataclass(frozen=True, slots=True)
class Push:
    """Somebody moved the expected close date of an open deal. by: user key."""

    at: datetime
    old: date
    new: date
    by: str


@dataclass(frozen=True, slots=True)
class Deal:
    """Money hoped for.

    steps:    every stage it entered, in order of time, the first when it was opened.
    pushes:   changes of the close date between two steps, in order of time.
    close_on: expected day while open, the actual one once closed.
    outcome:  "", won or lost; closed_at, reason (a label of the product's) and note go with it.
    lines:    from the proposal on; quantity x price sums to `amount` exactly.
    contacts: at least one; the first is the one it began with.
    """

    key: str
    name: str
    company: str
    owner: str
    stage: str
    amount: Decimal
    currency: str
    opened_at: datetime
    close_on: date
    closed_at: datetime | None
    outcome: str
    reason: str
    note: str
    steps: tuple[StageStep, ...]
    pushes: tuple[Push, ...]
    lines: tuple[Line, ...]
    contacts: tuple[DealContact, ...]
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Activity:
    """What one of ours did with a person, as written down. kind: call, meeting, email or note.

    Each but a note has exactly one Event that names it. minutes: None where it makes no sense.
    """

    key: str
    kind: str
    at: datetime
    by: str
    contact: str
    company: str | None
    deal: str | None
    body: str
    outcome: str
    minutes: int | None


@dataclass(frozen=True, slots=True)
class Task:
    """Something to do. due_at may lie before or after the simulated moment; done_at never after.

    all_day: only the day of due_at counts. kind: todo, call, meeting or email. The next step of
    a deal is its earliest open task; some open deals have none.
    """

    key: str
    title: str
    kind: str
    due_at: datetime
    all_day: bool
    owner: str
    contact: str | None
    company: str | None
    deal: str | None
    created_at: datetime
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class Rate:
    """What one unit of `currency` was worth in EUR from a day on."""

    currency: str
    on: date
    rate: Decimal


@dataclass(frozen=True, slots=True)
class World:
    """The demo company, whole. Every tuple is in a fixed order; events are in order of time."""

    name: str
    seed: int
    size: Size
    start: date
    now: datetime
    teams: tuple[Team, ...]
    users: tuple[User, ...]
    products: tuple[Product, ...]
    stages: tuple[Stage, ...]
    rates: tuple[Rate, ...]
    campaigns: tuple[Campaign, ...]
    companies: tuple[Company, ...]
    contacts: tuple[Contact, ...]
    deals: tuple[Deal, ...]
    events: tuple[Event, ...]
    activities: tuple[Activity, ...]
    tasks: tuple[Task, ...]
