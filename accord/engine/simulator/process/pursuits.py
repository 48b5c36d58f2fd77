"""What becomes of a lead: qualified, handed over, answered, called, qualified again by sales.

Every person's dice are thrown up front, so the same person meets the same luck however and whenever
the lead came about; a slower answer makes a first conversation, and so an SQL, less likely.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random

from accord.engine.simulator import clocks, streams
from accord.engine.simulator.clocks import Clock
from accord.engine.simulator.process.journeys import Journey
from accord.engine.simulator.process.market import Market
from accord.engine.simulator.words import house, notes


@dataclass(frozen=True, slots=True)
class Call:
    """An attempt to talk. reached: somebody answered."""

    at: datetime
    reached: bool


@dataclass(frozen=True, slots=True)
class Pursuit:
    """A lead and what came of it until now; None is "not (yet)".

    answer:  accepted, returned, recycled, or "" while the hand-off waits.
    minutes: working minutes from hand-over to answer. again: day a recycled contact comes back.
    gave_up: when sales put an accepted contact back to marketing, with the reason.
    score:   points the hand-off was made with. wants: chance that a deal comes of it, 0 to 1.
    """

    person: int
    lead_at: datetime
    seller: str
    score: int
    mql_at: datetime | None = None
    answered_at: datetime | None = None
    answer: str = ""
    minutes: int = 0
    reason: str = ""
    again: date | None = None
    calls: tuple[Call, ...] = ()
    sql_at: datetime | None = None
    opportunity_at: datetime | None = None
    gave_up: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Luck:
    """All dice of one person, in a fixed order."""

    mql: float
    delay: float
    answer: float
    reason: str
    again: int
    response: int
    talks: tuple[float, ...]
    sql: float
    opportunity: float
    days: tuple[float, float]
    share: tuple[float, float, float]
    score: float
    seller: str


def pursuits(
    seed: int, market: Market, clock: Clock, journeys: Iterable[Journey]
) -> dict[int, Pursuit]:
    """What became of everybody who asked for us, by person."""
    return {
        journey.person: _pursue(seed, market, clock, journey.person, journey.lead)
        for journey in journeys
        if journey.lead is not None
    }


def _pursue(seed: int, market: Market, clock: Clock, index: int, lead: float) -> Pursuit:
    person = market.people[index]
    firm = None if person.firm is None else market.firms[person.firm]
    luck = _luck(streams.stream(seed, "pursuit", index))
    quality = 0.4 * person.intent + (-0.8 if firm is None else 0.6 * firm.fit)
    seller = luck.seller if firm is None else firm.seller
    score = round(42 + 11 * quality + 5 * luck.score)
    found = Pursuit(index, clock.moment(lead), seller, max(8, min(score, 70)))
    if luck.mql >= streams.logistic(-0.7 + 0.9 * quality):
        return found
    mql_at = clock.moment(clock.position(found.lead_at) + luck.delay)
    if mql_at > clock.now:
        return found
    found = replace(found, mql_at=mql_at, score=max(70, min(99, score + 30)))
    return _hand_over(found, mql_at, luck, clock)


def _hand_over(found: Pursuit, mql_at: datetime, luck: _Luck, clock: Clock) -> Pursuit:
    # What came in these days meets a full desk: some of it is still waiting.
    age = clock.now - mql_at
    late = 60 if age < timedelta(days=2) else 10 if age < timedelta(days=5) else 1
    answered_at = clocks.after_working(mql_at, late * luck.response)
    if answered_at > clock.now:
        return found
    found = replace(found, answered_at=answered_at, minutes=late * luck.response)
    if luck.answer < 0.105:
        return replace(found, answer="returned", reason=luck.reason)
    if luck.answer < 0.16:
        again = clocks.local_day(answered_at) + timedelta(days=luck.again)
        return replace(found, answer="recycled", reason="Not now, later this year", again=again)
    return _call(replace(found, answer="accepted"), answered_at, luck, clock)


def _call(found: Pursuit, answered_at: datetime, luck: _Luck, clock: Clock) -> Pursuit:
    """Up to six attempts over two weeks; the first follows the answer at once."""
    chance = 0.52 - 0.05 * math.log1p(luck.response / 60)
    calls: list[Call] = []
    at = clocks.after_working(answered_at, 4 + 20 * luck.share[0])
    for attempt, draw in enumerate(luck.talks):
        if at > clock.now:
            return replace(found, calls=tuple(calls))
        calls.append(Call(at, draw < chance))
        if draw < chance:
            break
        at = clocks.working_hour(at, 1 + attempt, (luck.share[1] + 0.31 * attempt) % 1.0)
    found = replace(found, calls=tuple(calls))
    if not calls[-1].reached:
        return _give_up(found, "Cannot be reached", calls[-1].at, clock)
    return _qualify(found, luck, clock)


def _qualify(found: Pursuit, luck: _Luck, clock: Clock) -> Pursuit:
    talked = found.calls[-1].at
    decided = clocks.working_hour(talked, luck.days[0], luck.share[1])
    if luck.sql >= 0.59:
        return _give_up(found, "No need now", decided, clock)
    if decided > clock.now:
        return found
    found = replace(found, sql_at=decided)
    opened = clocks.working_hour(decided, luck.days[1], luck.share[2])
    if luck.opportunity >= 0.58:
        return _give_up(found, "No budget this year", opened, clock)
    return found if opened > clock.now else replace(found, opportunity_at=opened)


def _give_up(found: Pursuit, reason: str, at: datetime, clock: Clock) -> Pursuit:
    later = clocks.working_hour(at, 3, 0.6)
    return found if later > clock.now else replace(found, gave_up=later, reason=reason)


def _luck(dice: Random) -> _Luck:
    return _Luck(
        mql=dice.random(),
        delay=streams.lognormal(dice, 0.35, 1.3),
        answer=dice.random(),
        reason=streams.weighted(dice, notes.RETURNS),
        again=60 + int(dice.random() * 120),
        response=round(2 + streams.lognormal(dice, 48, 1.25)),
        talks=tuple(dice.random() for _ in range(6)),
        sql=dice.random(),
        opportunity=dice.random(),
        days=(2 + streams.lognormal(dice, 5, 0.7), 1 + streams.lognormal(dice, 4, 0.7)),
        share=(dice.random(), dice.random(), dice.random()),
        score=dice.gauss(0, 1),
        seller=streams.weighted(dice, house.SELLERS),
    )
