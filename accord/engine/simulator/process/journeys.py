"""How people come to us: touches, want, and the moment they ask.

Want grows with every touch and fades by the week. The hazard of becoming a lead is a baseline times
e^(intent + fit + want), a step function that is crossed where its sum reaches the person's own
threshold. Everything is monotone in want: taking a touch away can only make a lead later, or never,
and can only take further touches away. So no channel's effect is ever negative, for anybody.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from accord.engine.simulator import clocks, streams
from accord.engine.simulator.process.campaigns import Calendar, Candidate
from accord.engine.simulator.process.market import Firm, Market, Prospect
from accord.engine.simulator.words.plans import LEVERS

BASE = math.log(0.0030)  # leads a week of somebody with no intent, no fit and no touch
FADING = 0.87  # what is left of want after a week
LEVER = {lever.name: number for number, lever in enumerate(LEVERS)}


@dataclass(frozen=True, slots=True)
class Touch:
    """Something of ours reached a person. named: the person left a name with it."""

    position: float
    lever: int
    plan: int
    named: bool


@dataclass(frozen=True, slots=True)
class Journey:
    """The way of one person: touches in order of time; positions in weeks, None for never.

    lead is where the person asked for us; named where we first learned a name, lead included.
    """

    person: int
    touches: tuple[Touch, ...]
    named: float | None
    lead: float | None


class Road:
    """The chances every person gets, drawn once; journeys are replayed on it with levers off."""

    def __init__(self, seed: int, market: Market, calendar: Calendar) -> None:
        self._market = market
        self._end = calendar.clock.end
        weeks = calendar.clock.week_starts()
        self._seasons = [clocks.season(day) * self._trend(week) for week, day in enumerate(weeks)]
        self._chances = [
            calendar.candidates(seed, person.index, person.opens) for person in market.people
        ]
        self._thresholds = [
            streams.stream(seed, "threshold", person.index).expovariate(1.0)
            for person in market.people
        ]

    def journeys(
        self, off: frozenset[int] = frozenset(), actual: Sequence[Journey] = ()
    ) -> list[Journey]:
        """Everybody's journey while these levers (places in LEVERS) are switched off.

        actual: the journeys with nothing off, where they are at hand: whoever no lever of `off`
        reached goes the same way again, so only the others are replayed.
        """
        if not actual:
            return [self._journey(person, off) for person in self._market.people]
        return [
            self._journey(self._market.people[each.person], off)
            if any(touch.lever in off for touch in each.touches)
            else each
            for each in actual
        ]

    def _trend(self, week: int) -> float:
        """The company grows by more than its channels; and whoever looks at a demo sees it busy."""
        rush = 2.2 if week > self._end - 1.7 else 1.0
        return rush * (0.75 + 0.5 * week / clocks.WEEKS)

    def _journey(self, person: Prospect, off: frozenset[int]) -> Journey:
        firm = None if person.firm is None else self._market.firms[person.firm]
        walk = _Walk(person, firm, self._thresholds[person.index], self._seasons)
        for chance in self._chances[person.index]:
            if chance.lever not in off:
                walk.meet(chance)
        walk.wait(self._end)
        named = [where for where in (walk.named, walk.lead) if where is not None]
        return Journey(person.index, tuple(walk.touches), min(named) if named else None, walk.lead)


class _Walk:
    """One person on the way, week by week."""

    def __init__(
        self, person: Prospect, firm: Firm | None, threshold: float, seasons: Sequence[float]
    ) -> None:
        fit = 0.0 if firm is None else 0.5 * firm.fit
        self.intent = person.intent
        self.touches: list[Touch] = []
        self.named: float | None = 0.0 if person.founder else None
        self.lead: float | None = None
        self._rate = math.exp(BASE + 0.75 * person.intent + fit)
        self._left = math.inf if person.founder else threshold
        self._seasons = seasons
        self._here = 0.0
        self._week = 0
        self._want = 0.0
        self._issue = -1
        self._hazard = self._felt()

    def meet(self, chance: Candidate) -> None:
        """Go on to a chance and take it, if it would reach the person as they are then.

        A chance not taken leaves no trace, not even in the last digit of a sum.
        """
        self.wait(chance.position)
        if not self._reached(chance):
            return
        self._go(chance.position)
        lever = LEVERS[chance.lever]
        named = chance.second < lever.names
        self.touches.append(Touch(chance.position, chance.lever, chance.plan, named))
        self._want += lever.push
        self._hazard = self._felt()
        if named and self.named is None:
            self.named = chance.position

    def wait(self, until: float) -> None:
        """Let time pass. Want fades only where a week begins, which keeps the model monotone."""
        while self._week < int(until):
            self._week += 1
            self._ask(self._week)
            self._go(self._week)
            self._want *= FADING
            self._hazard = self._felt()
        self._ask(until)

    def _ask(self, until: float) -> None:
        """Become a lead, if the threshold is crossed by then."""
        if self.lead is None and self._hazard * (until - self._here) >= self._left:
            self.lead = self._here + self._left / self._hazard

    def _go(self, to: float) -> None:
        self._left -= self._hazard * (to - self._here)
        self._here = to

    def _felt(self) -> float:
        """Leads a week of somebody like this, now; of no use any more once they asked."""
        if self.lead is not None:
            return 0.0
        return self._rate * self._seasons[self._week] * math.exp(self._want)

    def _reached(self, chance: Candidate) -> bool:
        lever = LEVERS[chance.lever]
        if lever.needs == "visit" and not self.touches and chance.second > 0.15:
            return False  # the rest are people like our visitors, as the ad network sees them
        if lever.needs == "name":
            return self._takes_issue(chance)
        if not lever.chase:
            return True
        return chance.mark < math.exp(lever.chase * (self.intent + self._want - lever.limit))

    def _takes_issue(self, chance: Candidate) -> bool:
        """Mail goes to those whose name we have, and an issue is opened once."""
        since = self.named if self.lead is None else min(self.named or self.lead, self.lead)
        week = int(chance.position)
        if since is None or since >= chance.position or week == self._issue:
            return False
        self._issue = week
        return True
