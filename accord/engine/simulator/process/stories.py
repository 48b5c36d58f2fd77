"""The whole hidden process from market to money, replayable with levers switched off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from accord.engine.simulator.clocks import Clock
from accord.engine.simulator.process import courses, market, pursuits, rollouts
from accord.engine.simulator.process.campaigns import Calendar
from accord.engine.simulator.process.courses import Course
from accord.engine.simulator.process.journeys import Journey, Road
from accord.engine.simulator.process.market import Market
from accord.engine.simulator.process.pursuits import Pursuit
from accord.engine.simulator.world import Size


@dataclass(frozen=True, slots=True)
class Story:
    """What happened: a journey per person of the market, a pursuit per lead, a course per deal."""

    journeys: tuple[Journey, ...]
    pursuits: dict[int, Pursuit]
    courses: tuple[Course, ...]


class Setting:
    """The dice of a demo, thrown once. `story` plays them out, with or without a lever."""

    def __init__(self, seed: int, size: Size, now: datetime) -> None:
        self.seed = seed
        self.size = size
        self.clock = Clock(now)
        self.market: Market = market.market(seed, size)
        self.calendar = Calendar(seed, size, self.clock)
        self._road = Road(seed, self.market, self.calendar)
        self._rollouts = tuple(rollouts.courses(seed, self.market, self.clock))

    def story(self, off: frozenset[int] = frozenset(), actual: Story | None = None) -> Story:
        """Play everything; off: places in LEVERS that reach nobody this time.

        actual: the story with nothing off; it saves the replay of those who were not reached.
        """
        journeys = self._road.journeys(off, actual.journeys if actual else ())
        found = pursuits.pursuits(self.seed, self.market, self.clock, journeys)
        hoped = courses.courses(self.seed, self.market, self.clock, found.values())
        deals = sorted((*hoped, *self._rollouts), key=lambda each: (each.opened_at, each.person))
        return Story(tuple(journeys), found, tuple(deals))
