"""What marketing (and outbound sales) does: levers, campaigns, weekly spend, and its reach.

A lever is a way of reaching people with one hidden effect; several levers may report as one channel
(searches for our name and searches for the subject are both paid search). Exposure follows spend
with diminishing returns, spend follows the season.
"""

from __future__ import annotations

from bisect import bisect
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate
from random import Random

from accord.engine.simulator import clocks, streams
from accord.engine.simulator.clocks import WEEKS, Clock
from accord.engine.simulator.words.plans import LEVERS, PLANS, Lever, Plan
from accord.engine.simulator.world import Campaign, Cost, Size


@dataclass(frozen=True, slots=True)
class Candidate:
    """A chance to be reached: whether it comes to pass depends on the person's state then.

    position: in weeks; mark: 0 to 1, passes where the chance is at least as big; plan: place in
    PLANS or -1 without a campaign.
    """

    position: float
    lever: int
    plan: int
    mark: float
    second: float


class Calendar:
    """Weekly spend of every campaign, and where in time each lever can reach people."""

    def __init__(self, seed: int, size: Size, clock: Clock) -> None:
        self.clock = clock
        self.spend = tuple(_spend(seed, plan, size, clock) for plan in PLANS)
        self._cells = tuple(self._reach(lever) for lever in LEVERS)

    def candidates(self, seed: int, index: int, opens: float) -> list[Candidate]:
        """Everything that could reach one person, in order of time."""
        dice = streams.stream(seed, "reach", index)
        found: list[Candidate] = []
        for number, lever in enumerate(LEVERS):
            mean = lever.rate * (opens / 0.29 if lever.name == "newsletter" else 1.0)
            for _ in range(streams.poisson(dice, mean)):
                found.append(self._candidate(dice, number))
        return sorted(
            (each for each in found if each.position < self.clock.end),
            key=lambda each: each.position,
        )

    def campaigns(self, owners: dict[str, str]) -> tuple[Campaign, ...]:
        """The campaigns as records, with a cost row a week. owners: lever to user key."""
        return tuple(
            self._campaign(number, plan, owners[plan.lever]) for number, plan in enumerate(PLANS)
        )

    def _reach(self, lever: Lever) -> tuple[list[tuple[int, int]], list[float]]:
        """Cells (week, plan) and their cumulated weights."""
        mine = [number for number, plan in enumerate(PLANS) if plan.lever == lever.name]
        mondays = self.clock.week_starts()
        if not mine:
            cells = [(week, -1) for week in range(WEEKS + 1)]
            return cells, list(accumulate(clocks.season(mondays[week]) for week, _ in cells))
        cells, weights = [], []
        for number in mine:
            plan = PLANS[number]
            for week in range(plan.first, min(plan.last, WEEKS) + 1, plan.every):
                usual = float(self.spend[number][week]) / max(plan.weekly, 1)
                cells.append((week, number))
                weights.append(plan.pull * max(usual, 0.02) ** 0.8)
        return cells, list(accumulate(weights))

    def _candidate(self, dice: Random, lever: int) -> Candidate:
        cells, weights = self._cells[lever]
        place, share = dice.random() * weights[-1], dice.random()
        week, plan = cells[min(bisect(weights, place), len(cells) - 1)]
        position = week + min(share, 1 - 1e-9)
        if plan >= 0 and PLANS[plan].day is not None:
            position = self._dated(plan, week, share)
        return Candidate(position, lever, plan, dice.random(), dice.random())

    def _dated(self, plan: int, week: int, share: float) -> float:
        """Webinars, fairs and mailings happen at an hour; people come a little apart."""
        day, hour, spread = PLANS[plan].day or (0, 0.0, 0.0)
        monday = self.clock.start + timedelta(weeks=week)
        return self.clock.position(
            self.clock.at(monday + timedelta(days=day), hour + share * spread)
        )

    def _campaign(self, number: int, plan: Plan, owner: str) -> Campaign:
        monday = self.clock.start
        ends = monday + timedelta(weeks=plan.last, days=4) if plan.last < WEEKS else None
        rows = tuple(
            Cost(monday + timedelta(weeks=week), amount, "EUR", plan.cost_note)
            for week, amount in enumerate(self.spend[number])
            if amount and monday + timedelta(weeks=week) <= self.clock.today
        )
        starts = monday + timedelta(weeks=plan.first)
        return Campaign(
            key=plan.mark,
            name=plan.name,
            goal=plan.goal,
            channel=next(lever.channel for lever in LEVERS if lever.name == plan.lever),
            marks=(plan.mark, *plan.more_marks),
            starts_on=starts,
            ends_on=ends,
            owner=owner,
            costs=rows,
        )


def _spend(seed: int, plan: Plan, size: Size, clock: Clock) -> tuple[Decimal, ...]:
    """EUR a week, from the first to the last week of the demo; whole euros.

    Now and then a planned shock: a week at half or at double budget.
    """
    dice = streams.stream(seed, "spend", plan.mark)
    rows = []
    for monday in clock.week_starts():
        week = (monday - clock.start).days // 7
        noise, shock = streams.lognormal(dice, 1.0, 0.12), dice.random()
        factor = 2.0 if shock > 0.96 else 0.5 if shock < 0.04 else 1.0
        runs = plan.first <= week <= plan.last
        share = factor * noise * _season(plan, monday) if runs else 0.0
        rows.append(Decimal(round(plan.weekly * size.scale * share)))
    return tuple(rows)


def _season(plan: Plan, monday: date) -> float:
    return 1.0 if plan.day is not None else clocks.season(monday)
