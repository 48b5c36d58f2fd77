"""Ana, a moment, and the words her house uses: what the tests of segments share."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from accord.engine.segments import Catalogue, Field, Person, Rule, from_json, matches
from accord.engine.segments.person import Event
from accord.engine.segments.terms import Kind

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)

WORDS = Catalogue(
    contact={
        "city": Field("City", Kind.TEXT),
        "stage": Field("Lifecycle stage", Kind.STAGE, {"mql": "MQL", "lead": "Lead"}),
        "owner": Field("Owner", Kind.PERSON),
        "tags": Field("Tags", Kind.TAGS),
        "birthday": Field("Birthday", Kind.DATE),
        "acquired_at": Field("First contact", Kind.DATETIME),
        "budget": Field("Budget", Kind.MONEY),
        "agreed": Field("Agreed", Kind.BOOLEAN),
    },
    company={"employees": Field("Employees", Kind.NUMBER), "id": Field("company", Kind.COMPANY)},
    deal={
        "amount": Field("Amount", Kind.MONEY),
        "stage": Field("Stage", Kind.STAGE, {"4": "Offer"}),
    },
    events={
        "page.viewed": "Viewed a page",
        "form.submitted": "Submitted a form",
        "deal.lost": "Deal lost",
    },
    stages={"mql": "MQL", "lead": "Lead"},
    colleagues={7: "Ben"},
    companies={2: "Acme"},
    purposes={"news": "Newsletter"},
    channels={"email": "E-mail"},
    lists={3: "Fair"},
    segments={4: "Hot"},
)


def rule(**data: Any) -> Rule:
    """A rule from the keys of its JSON form; "not_" stands for "not"."""
    return from_json({key.rstrip("_"): value for key, value in data.items()})


def contact(field: str, kind: str, **asked: Any) -> Rule:
    return rule(contact=field, kind=kind, **asked)


def holds(asked: Rule, person: Person, now: datetime = NOON) -> bool:
    return matches(asked, person, now, BERLIN)


def ana(**parts: Any) -> Person:
    return Person(1, **parts)


def did(*moments: datetime, name: str = "page.viewed", **properties: Any) -> Person:
    """Ana, who did something at each of the moments."""
    found = (Event(place, name, at, properties) for place, at in enumerate(moments))
    return ana(events=tuple(found))
