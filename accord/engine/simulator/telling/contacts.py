"""Contacts and companies as records."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from accord.engine.simulator.telling.cast import Cast, company_key, contact_key
from accord.engine.simulator.words import firms, persons
from accord.engine.simulator.world import Activity, Company, Contact, Event, LifecycleStep


@dataclass(frozen=True, slots=True)
class Dossier:
    """All there is about one person: events in order of time, stages in order of time."""

    person: int
    events: Sequence[Event]
    activities: Sequence[Activity]
    lifecycle: tuple[LifecycleStep, ...]


def contact(cast: Cast, dossier: Dossier) -> Contact:
    """The record of a person; where they came from is where the first event says."""
    name, person = cast.people[dossier.person], cast.person(dossier.person)
    first_seen, known_at = seen(cast, dossier)
    origin = next((event for event in dossier.events if event.channel), None)
    return Contact(
        key=contact_key(person.index),
        first_name=name.first,
        last_name=name.last,
        title=persons.TITLES[person.title][0],
        email=name.email,
        phone=name.phone,
        city=name.city,
        country=name.country,
        language=name.language,
        company=cast.company(person.index),
        owner=_owner(cast, dossier),
        stage=dossier.lifecycle[-1].stage,
        lifecycle=dossier.lifecycle,
        first_seen=first_seen,
        known_at=known_at,
        source=(origin.source or None) if origin else None,
        channel=origin.channel if origin else "unknown",
        campaign=origin.campaign if origin else "",
        landing_page=origin.page if origin else "",
        tags=_tags(cast, dossier),
    )


def seen(cast: Cast, dossier: Dossier) -> tuple[datetime, datetime]:
    """When anything first happened with a person, and when we first had the name."""
    known_at = dossier.lifecycle[0].at
    known_at = min([known_at, *(activity.at for activity in dossier.activities[:1])])
    return min([known_at, *(event.at for event in dossier.events[:1])]), known_at


def companies(cast: Cast, contacts: Iterable[Contact]) -> tuple[Company, ...]:
    """The companies of these contacts, in order of their keys."""
    people: dict[str, list[Contact]] = {}
    for each in contacts:
        if each.company:
            people.setdefault(each.company, []).append(each)
    return tuple(
        _company(cast, index, people[company_key(index)])
        for index in sorted(cast.firms)
        if company_key(index) in people
    )


def _company(cast: Cast, index: int, people: Sequence[Contact]) -> Company:
    firm, name = cast.setting.market.firms[index], cast.firms[index]
    pursued = any(each.owner == firm.seller for each in people)
    known = firm.parent in cast.firms and firm.parent is not None
    return Company(
        key=company_key(index),
        name=name.name,
        domain=name.domain,
        industry=firms.TRADES[firm.trade].industry,
        country=persons.COUNTRIES[firm.country].code,
        city=name.city,
        employees=firm.employees,
        parent=company_key(firm.parent) if known and firm.parent is not None else None,
        owner=firm.seller if pursued else None,
        known_at=min(each.first_seen for each in people),
        tags=("target account",) if firm.fit > 0.7 else (),
    )


def _owner(cast: Cast, dossier: Dossier) -> str | None:
    """Sales owns whom it got; marketing whom it looks after; new names belong to nobody."""
    reached = {step.stage for step in dossier.lifecycle}
    pursuit = cast.story.pursuits.get(dossier.person)
    if pursuit is not None and pursuit.mql_at and pursuit.answer != "returned":
        return pursuit.seller
    if reached & {"opportunity", "customer"}:
        return cast.seller(dossier.person)
    return "emil" if dossier.person % 3 == 0 else None


def _tags(cast: Cast, dossier: Dossier) -> tuple[str, ...]:
    tags = ["reference"] if any(step.stage == "advocate" for step in dossier.lifecycle) else []
    if cast.person(dossier.person).opens > 0.55:
        tags.append("reads everything")
    return tuple(tags)
