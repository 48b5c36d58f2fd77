"""The passing of leads between the teams: what happened to a contact's stage, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from accord.engine.simulator.process.courses import Course
from accord.engine.simulator.process.pursuits import Pursuit
from accord.engine.simulator.telling.cast import Cast, contact_key
from accord.engine.simulator.words import firms, house, persons
from accord.engine.simulator.world import Event, LifecycleStep

_RANK = {
    name: rank
    for rank, name in enumerate(
        ("", "subscriber", "lead", "mql", "accepted", "sql", "opportunity", "customer", "advocate")
    )
}


@dataclass(frozen=True, slots=True)
class _Move:
    """A wish to change the stage. back: the stages it may take somebody back from."""

    at: datetime
    stage: str
    by: str | None
    reason: str
    back: frozenset[str] = frozenset()


_FROM_SALES = frozenset({"mql", "accepted", "sql"})
_FROM_DEAL = frozenset({"opportunity"})


def events(cast: Cast, pursuit: Pursuit) -> Iterator[Event]:
    """The hand-off of one lead, and its answer."""
    if pursuit.mql_at is None:
        return
    contact, company = contact_key(pursuit.person), cast.company(pursuit.person)
    evidence = _evidence(cast, pursuit)
    yield Event(pursuit.mql_at, "handoff.made", contact, company, title=evidence)
    if pursuit.answered_at is not None:
        yield Event(
            at=pursuit.answered_at,
            name=f"handoff.{pursuit.answer}",
            contact=contact,
            company=company,
            user=pursuit.seller,
            reason=pursuit.reason if pursuit.answer != "accepted" else "",
            until=pursuit.again,
            minutes=pursuit.minutes,
        )


def lifecycle(cast: Cast, person: int, courses: Iterable[Course]) -> tuple[LifecycleStep, ...]:
    """The stages of one contact in order of time. courses: their deals."""
    moves = [*_first(cast, person), *_pursued(cast.story.pursuits.get(person))]
    for course in courses:
        moves.extend(_dealt(cast, course))
    steps: list[LifecycleStep] = []
    stage = ""
    for move in sorted(moves, key=lambda move: (move.at, _RANK[move.stage])):
        if _RANK[move.stage] > _RANK[stage] or stage in move.back:
            stage = move.stage
            steps.append(LifecycleStep(stage, move.at, move.by, move.reason))
    return tuple(steps)


def _first(cast: Cast, person: int) -> Iterator[_Move]:
    journey, clock = cast.journeys[person], cast.setting.clock
    if cast.person(person).founder:
        yield _Move(clock.opening, "customer", None, "Customer from before")
        if cast.person(person).opens > 0.45:
            yield _Move(clock.moment(14.0 + person % 50), "advocate", None, "Gave a reference")
    elif journey.named is not None and journey.named != journey.lead:
        yield _Move(clock.moment(journey.named), "subscriber", None, "")


def _pursued(pursuit: Pursuit | None) -> Iterator[_Move]:
    if pursuit is None:
        return
    yield _Move(pursuit.lead_at, "lead", None, "Asked for us")
    if pursuit.mql_at:
        yield _Move(pursuit.mql_at, "mql", None, f"Score {pursuit.score}")
    if pursuit.answered_at and pursuit.answer == "accepted":
        yield _Move(pursuit.answered_at, "accepted", pursuit.seller, "")
    elif pursuit.answered_at:
        yield _Move(pursuit.answered_at, "lead", pursuit.seller, pursuit.reason, _FROM_SALES)
    if pursuit.sql_at:
        yield _Move(pursuit.sql_at, "sql", pursuit.seller, "")
    if pursuit.opportunity_at:
        yield _Move(pursuit.opportunity_at, "opportunity", pursuit.seller, "")
    if pursuit.gave_up:
        yield _Move(pursuit.gave_up, "lead", pursuit.seller, pursuit.reason, _FROM_SALES)


def _dealt(cast: Cast, course: Course) -> Iterator[_Move]:
    seller = cast.setting.market.firms[course.firm].seller
    yield _Move(course.opened_at, "opportunity", seller, "")
    if course.closed_at is None:
        return
    if course.outcome == "won":
        yield _Move(course.closed_at, "customer", seller, "")
        later = course.closed_at + timedelta(days=90)
        if course.number % 3 == 1 and later <= cast.setting.clock.now:
            yield _Move(later, "advocate", None, "Gave a reference")
    else:
        yield _Move(course.closed_at, "lead", seller, "Deal lost", _FROM_DEAL)


def _evidence(cast: Cast, pursuit: Pursuit) -> str:
    """Why marketing hands somebody over, in one line."""
    firm = cast.firm(pursuit.person)
    title = persons.TITLES[cast.person(pursuit.person).title][0]
    seen = house.PAGES[pursuit.person % len(house.PAGES)][0][1]
    if firm is None:
        return f"Score {pursuit.score}: {title}, wrote from a private address, read “{seen}”"
    trade = firms.TRADES[firm.trade].industry
    return f"Score {pursuit.score}: {title}, {trade}, {firm.employees} people, read “{seen}”"
