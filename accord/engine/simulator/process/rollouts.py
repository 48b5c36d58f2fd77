"""Roll-outs: customers from before who take site after site, one a month, as was agreed with them.

Neither luck nor marketing decides these. So a channel switched off changes none of them, and
whatever day it is, something was won this month: each signs on a working day of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from accord.engine.simulator import clocks, streams
from accord.engine.simulator.clocks import Clock
from accord.engine.simulator.process import quotes
from accord.engine.simulator.process.courses import Course
from accord.engine.simulator.process.market import Firm, Market

# The working day of the month each signs on, and for how many months it has been doing so.
RHYTHM = ((1, 9), (7, 6), (15, 12))
# Days before the signature on which a site enters a stage, and from which hour on.
_STAGES = (("qualified", 27, 9.2), ("discovery", 20, 10.6), ("proposal", 12, 12.4))
_TALKS = ("negotiation", 5, 14.2)


def courses(seed: int, market: Market, clock: Clock) -> Iterator[Course]:
    """The sites of every roll-out until now; those of next month may be under way."""
    agreed = [person.index for person in market.people if person.agreed]
    for place, person in enumerate(agreed):
        day, since = RHYTHM[place % len(RHYTHM)]
        firm = market.people[person].firm
        if firm is not None:
            for number in range(since + 2):
                month = _month(clock.today, number - since)
                yield from _course(seed, clock, (market.firms[firm], person), (number, month, day))


def signing_day(month: date, place: int) -> date:
    """The working day of a month with this number, or its last one. month: any day of it."""
    days = [month.replace(day=1) + timedelta(days=day) for day in range(31)]
    working = [day for day in days if day.month == month.month and clocks.is_working_day(day)]
    return working[min(place, len(working)) - 1]


def _course(
    seed: int, clock: Clock, who: tuple[Firm, int], which: tuple[int, date, int]
) -> Iterator[Course]:
    (firm, person), (number, month, place) = who, which
    signed = signing_day(month, place)
    path = tuple(_path(seed, clock, person, (number, signed)))
    steps = tuple(step for step in path if step[1] <= clock.now)
    if steps:
        yield Course(
            firm=firm.index,
            person=person,
            number=number,
            kind="site",
            steps=steps,
            outcome="won" if len(steps) == len(path) else "",
            stalled=False,
            quote=quotes.quote(seed, firm, person, (number, "site")),
        )


def _path(
    seed: int, clock: Clock, person: int, which: tuple[int, date]
) -> Iterator[tuple[str, datetime]]:
    number, signed = which
    dice = streams.stream(seed, "roll-out", person, number)
    for stage, before, hour in (*_STAGES, _TALKS):
        day = clocks.last_working_day(signed - timedelta(days=before))
        yield stage, clock.at(day, hour + dice.random())
    # In the morning: who looks at noon on the first working day sees the first one.
    yield "won", clock.at(signed, 9 + 2 * dice.random())


def _month(today: date, shift: int) -> date:
    """The first day of the month so many months after that of `today`."""
    months = today.year * 12 + today.month - 1 + shift
    return date(months // 12, months % 12 + 1, 1)
