"""The course of every deal: opened by somebody who wants, moved stage by stage, maybe followed.

Dice belong to (person, how many deals they began before), so that a deal has the same size and luck
whenever it begins, whatever else happens. Won deals are often followed by the next site, lost ones
sometimes by another try.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from accord.engine.simulator import clocks, streams
from accord.engine.simulator.clocks import Clock
from accord.engine.simulator.process import quotes
from accord.engine.simulator.process.market import Firm, Market
from accord.engine.simulator.process.pursuits import Pursuit
from accord.engine.simulator.process.quotes import Quote

# Stage, log odds to get further, median days in it.
_STAGES = (
    ("qualified", 0.98, 10.0),
    ("discovery", 0.88, 15.0),
    ("proposal", 0.95, 15.0),
    ("negotiation", 1.25, 11.0),
)
_EASE = {"first": -0.36, "again": -0.45, "site": 0.0}
_PACE = {"first": 1.0, "again": 0.9, "site": 0.75}
MOST = 10  # deals begun by one person


@dataclass(frozen=True, slots=True)
class Course:
    """A deal as it went until now. steps: (stage, when) in order of time, the first its opening.

    person: who began it; number: how many they had begun before. outcome: "", won or lost.
    kind: first, again (after a lost one) or site (one more). stalled: in a stage for far too long.
    """

    firm: int
    person: int
    number: int
    kind: str
    steps: tuple[tuple[str, datetime], ...]
    outcome: str
    stalled: bool
    quote: Quote

    @property
    def opened_at(self) -> datetime:
        return self.steps[0][1]

    @property
    def closed_at(self) -> datetime | None:
        return self.steps[-1][1] if self.outcome else None


@dataclass(frozen=True, slots=True)
class _Row:
    """The deals one person begins. at: the first; founder: was a customer before."""

    seed: int
    firm: Firm
    person: int
    at: datetime
    founder: bool


@dataclass(frozen=True, slots=True)
class _Path:
    """A deal to its very end, which may lie after now. again: days until the next one, or None."""

    steps: tuple[tuple[str, datetime], ...]
    stalled: str
    again: float | None

    @property
    def ends(self) -> datetime:
        return self.steps[-1][1]

    @property
    def won(self) -> bool:
        return self.steps[-1][0] == "won"


def courses(
    seed: int, market: Market, clock: Clock, pursuits: Iterable[Pursuit]
) -> tuple[Course, ...]:
    """All deals until now but those of roll-outs, in order of their opening."""
    begun = {p.person: p.opportunity_at for p in pursuits if p.opportunity_at is not None}
    founders = {each.index for each in market.people if each.founder and not each.agreed}
    begun.update((index, _founded(seed, index, clock)) for index in founders)
    found: list[Course] = []
    for person, at in begun.items():
        place = market.people[person].firm
        if place is not None:
            row = _Row(seed, market.firms[place], person, at, person in founders)
            found.extend(_row(row, clock.now))
    return tuple(sorted(found, key=lambda course: (course.opened_at, course.person)))


def _founded(seed: int, person: int, clock: Clock) -> datetime:
    """A customer from before comes for the next site in the first months."""
    dice = streams.stream(seed, "founder", person)
    return clocks.working_hour(clock.opening, dice.random() * 150, dice.random())


def _row(row: _Row, now: datetime) -> Iterator[Course]:
    """One deal after the other, until one is not followed by another before now."""
    at, won = row.at, row.founder
    for number in range(MOST):
        if at > now:
            return
        kind = "site" if won else "again" if number else "first"
        dice = streams.stream(row.seed, "deal", row.person, number)
        path = _path(dice, row.firm, kind, at)
        steps = tuple(step for step in path.steps if step[1] <= now)
        yield Course(
            firm=row.firm.index,
            person=row.person,
            number=number,
            kind=kind,
            steps=steps,
            outcome=steps[-1][0] if len(steps) == len(path.steps) else "",
            stalled=steps[-1][0] == path.stalled,
            quote=quotes.quote(row.seed, row.firm, row.person, (number, kind)),
        )
        if path.again is None:
            return
        at, won = clocks.working_hour(path.ends, path.again, 0.4), won or path.won


def _path(dice: Random, firm: Firm, kind: str, at: datetime) -> _Path:
    steps: list[tuple[str, datetime]] = []
    draws = [(dice.random(), dice.gauss(0, 1), dice.random(), dice.random()) for _ in _STAGES]
    stalled, ends = "", "won"
    for (stage, odds, median), (luck, pace, share, stall) in zip(_STAGES, draws, strict=True):
        steps.append((stage, at))
        days = median * _PACE[kind] * math.exp(0.6 * pace)
        if stall < 0.08:
            stalled, days = stage, 30 + 4 * days
        chance = streams.logistic(odds + _EASE[kind] + 0.42 * firm.frailty + 0.2 * firm.fit)
        if luck >= chance:
            ends, days = "lost", 4 + 2.0 * days
        at = clocks.working_hour(at, days, share)
        if ends == "lost":
            break
    steps.append((ends, at if ends == "lost" else _before_quarter_ends(dice, at)))
    return _Path(tuple(steps), stalled, _again(dice, ends))


def _before_quarter_ends(dice: Random, at: datetime) -> datetime:
    """Some signatures that were close are got just before the quarter is over."""
    draw, share, back = dice.random(), dice.random(), dice.randrange(5)
    day = clocks.local_day(at)
    left = (quarter_end(day) - day).days
    wait = left - 4 - back
    return clocks.working_hour(at, wait, share) if draw < 0.5 and 0 < wait <= 18 else at


def _again(dice: Random, ends: str) -> float | None:
    """Days until the next deal of the company, if there will be one."""
    draw, days = dice.random(), dice.random()
    if ends == "won":
        return 12 + 50 * days if draw < 0.95 else None
    return 25 + 70 * days if draw < 0.8 else None


def quarter_end(day: date) -> date:
    """The last day of the quarter this day is in."""
    month = (day.month - 1) // 3 * 3 + 3
    after = date(day.year + month // 12, month % 12 + 1, 1)
    return after - timedelta(days=1)
