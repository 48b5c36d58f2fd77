"""Deals as records: names, people, what was hoped for at each stage, pushed dates, reasons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from accord.engine.simulator import clocks, streams
from accord.engine.simulator.process import courses
from accord.engine.simulator.process.courses import Course
from accord.engine.simulator.telling import phrases
from accord.engine.simulator.telling.cast import Cast, company_key, contact_key, deal_key
from accord.engine.simulator.words import house, notes, persons
from accord.engine.simulator.world import Deal, DealContact, Push, StageStep

# Days a deal in this stage still needs, as everybody here assumes.
_NEEDED = {"qualified": 52, "discovery": 40, "proposal": 25, "negotiation": 10}
_WON = (("Best fit", 4.0), ("Price and value", 2.5), ("Trust in our team", 2.5))
_LOST = (
    ("Too expensive", 2.6),
    ("Chose a competitor", 2.2),
    ("No budget", 2.0),
    ("No decision", 2.4),
    ("Missing feature", 0.9),
    ("Bad timing", 1.5),
    ("No longer in touch", 1.3),
)


@dataclass(slots=True)
class _Hope:
    """The expected close date as it moves. since: when somebody last looked at it."""

    dice: Random
    owner: str
    now: datetime
    day: date
    since: datetime
    pushes: list[Push]

    def enter(self, stage: str, at: datetime) -> None:
        """A stage was entered: less than it needs is not enough time."""
        earliest = clocks.local_day(at) + timedelta(days=_NEEDED.get(stage, 0) // 2)
        if self.day < earliest:
            self.day = _likely_day(self.dice, earliest + timedelta(days=7))
        self.since = at

    def wait(self, until: datetime, *, cares: bool) -> None:
        """Each time the day comes closer than it can be, somebody moves it on, if they care."""
        while cares:
            days = self.dice.randrange(-3, 4)
            at = clocks.working_hour(self._noon(days), 0, self.dice.random())
            # Around Christmas two dates may fall on one working day.
            at = max(at, clocks.after_working(self.since, 90))
            if at >= min(until, self.now):
                return
            new = _likely_day(self.dice, self.day + timedelta(days=self.dice.randrange(14, 38)))
            self.pushes.append(Push(at, self.day, new, self.owner))
            self.day, self.since = new, at

    def _noon(self, days: int) -> datetime:
        noon = datetime.combine(self.day, datetime.min.time(), clocks.ZONE)
        return noon + timedelta(days=days, hours=8)


def deal(cast: Cast, course: Course, helpers: Iterable[int]) -> Deal:
    """The record of a deal. helpers: people of the company who were drawn in, known by then."""
    dice = streams.stream(cast.setting.seed, "deal record", course.person, course.number)
    owner = cast.setting.market.firms[course.firm].seller
    steps, pushes, close_on = _history(cast, dice, course, owner)
    offered = any(stage in ("proposal", "negotiation", "won") for stage, _ in course.steps)
    reason, note = _reason(cast, dice, course)
    people = [course.person, *helpers]
    return Deal(
        key=deal_key(course),
        name=_name(cast, dice, course),
        company=company_key(course.firm),
        owner=steps[-1].owner,
        stage=steps[-1].stage,
        amount=steps[-1].amount,
        currency=course.quote.currency,
        opened_at=course.opened_at,
        close_on=close_on,
        closed_at=course.closed_at,
        outcome=course.outcome,
        reason=reason,
        note=note,
        steps=steps,
        pushes=pushes,
        lines=course.quote.lines if offered else (),
        contacts=tuple(_roles(cast, people)),
        tags=("next site",) if course.kind == "site" else (),
    )


def helpers(
    cast: Cast, course: Course, colleagues: Iterable[int], veterans: Iterable[int]
) -> tuple[int, ...]:
    """Who else of the company is drawn into a deal.

    colleagues: its people; those known by then whom sales did not chase may help. veterans: who
    was on its earlier deals; most are on the next one too.
    """
    dice = streams.stream(cast.setting.seed, "helpers", course.person, course.number)
    opened = cast.setting.clock.position(course.opened_at)
    free = [each for each in colleagues if each != course.person and _is_free(cast, each, opened)]
    draw = dice.random()
    wanted = 2 if draw < 0.02 else 1 if draw < 0.14 else 0
    again = [each for each in veterans if each != course.person and dice.random() < 0.7]
    new = dice.sample(free, min(wanted, len(free)))
    return tuple(dict.fromkeys((*again[:3], *new)))


def _is_free(cast: Cast, person: int, opened: float) -> bool:
    pursuit, named = cast.story.pursuits.get(person), cast.journeys[person].named
    return named is not None and named < opened and (pursuit is None or pursuit.mql_at is None)


def _history(
    cast: Cast, dice: Random, course: Course, owner: str
) -> tuple[tuple[StageStep, ...], tuple[Push, ...], date]:
    opened = clocks.local_day(course.opened_at)
    first = _likely_day(dice, opened + timedelta(days=dice.randrange(35, 80)))
    hope = _Hope(dice, owner, cast.setting.clock.now, first, course.opened_at, [])
    holder = dice.choice(house.SELLERS)[0] if dice.random() < 0.06 else owner
    ends = [at for _, at in course.steps[1:]] + [cast.setting.clock.now]
    offered = False
    steps: list[StageStep] = []
    for (stage, at), until in zip(course.steps, ends, strict=True):
        offered = offered or stage in ("proposal", "won")
        hope.enter(stage, at)
        closed = stage in ("won", "lost")
        day = clocks.local_day(at) if closed else hope.day
        amount = course.quote.amount if offered else course.quote.hoped
        steps.append(StageStep(stage, at, amount, day, owner if steps else holder))
        cares = not closed and (not course.stalled or until < cast.setting.clock.now)
        hope.wait(until, cares=cares)
    return tuple(steps), tuple(hope.pushes), steps[-1].close_on if course.outcome else hope.day


def _likely_day(dice: Random, day: date) -> date:
    """People promise the end of a month, or of a quarter; else a working day."""
    draw = dice.random()
    if draw < 0.3:
        day = courses.quarter_end(day)
    elif draw < 0.6:
        day = (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return clocks.last_working_day(day)


def _reason(cast: Cast, dice: Random, course: Course) -> tuple[str, str]:
    if not course.outcome:
        return "", ""
    won = course.outcome == "won"
    usual = (*_WON, ("Existing customer", 14.0)) if course.kind == "site" else _WON
    reason = streams.weighted(dice, usual if won else _LOST)
    if dice.random() < 0.25:
        return reason, ""
    text = dice.choice((notes.WON if won else notes.LOST)[reason])
    return reason, phrases.filled(cast, dice, text, course.person)


def _roles(cast: Cast, people: Iterable[int]) -> Iterator[DealContact]:
    for person in people:
        _, _, role = persons.TITLES[cast.person(person).title]
        yield DealContact(contact_key(person), role)


def _name(cast: Cast, dice: Random, course: Course) -> str:
    firm = cast.firms[course.firm]
    modules = [p.name for p in (house.PEAK, house.AUDIT, house.CARBON) if _has(course, p.key)]
    what = " and ".join(modules[:2]) or dice.choice(("Energy monitoring", "Sub-metering"))
    # The first site of a customer from before is not their first.
    site = course.number + 1 + cast.person(course.person).founder
    where = {
        "first": firm.city,
        "again": f"{firm.city}, attempt {course.number + 1}",
        "site": f"site {site}",
    }[course.kind]
    return f"{what}, {where}"


def _has(course: Course, product: str) -> bool:
    return any(line.product == product for line in course.quote.lines)
