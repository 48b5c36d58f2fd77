"""What each channel really caused: the same dice with the channel switched off.

The method is common random numbers. Estimators must never read this: whoever loads a demo keeps
`text(...)` in a file of its own, to show "what the tool says" beside "what was true".
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal

from accord.engine.simulator.process.stories import Setting, Story
from accord.engine.simulator.words.plans import LEVERS, PLANS
from accord.engine.simulator.world import Size


@dataclass(frozen=True, slots=True)
class Outcome:
    """Until now: leads, won deals and their revenue in EUR."""

    leads: int
    won: int
    revenue: Decimal


@dataclass(frozen=True, slots=True)
class Effect:
    """What would be missing without a lever or a channel; each on its own, so they do not add up.

    name: a lever (brand_search) or a channel (paid_search); channel: the one it reports as.
    touched: people of the market it reached. spend: EUR until now.
    """

    name: str
    channel: str
    touched: int
    leads: int
    won: int
    revenue: Decimal
    spend: Decimal


@dataclass(frozen=True, slots=True)
class Truth:
    """The world as it was, as it had been without any of our doing, and what each part did."""

    seed: int
    size: Size
    now: datetime
    actual: Outcome
    nothing: Outcome
    levers: tuple[Effect, ...]
    channels: tuple[Effect, ...]


def truth(seed: int, size: Size, now: datetime) -> Truth:
    """The exact effect of every lever and channel on leads, won deals and revenue.

    Plays the demo once as it was and once more for everything that can be switched off; about as
    much work as four times `simulate`. The same arguments give the same truth.
    """
    setting = Setting(seed, size, now)
    story = setting.story()
    actual = outcome(story)
    everything = frozenset(range(len(LEVERS)))
    levers = tuple(
        _effect(setting, story, (lever.name, lever.channel), frozenset([place]))
        for place, lever in enumerate(LEVERS)
    )
    return Truth(
        seed=seed,
        size=size,
        now=now,
        actual=actual,
        nothing=outcome(setting.story(everything, story)),
        levers=levers,
        channels=tuple(_channels(setting, story, levers)),
    )


def outcome(story: Story) -> Outcome:
    """What a story came to."""
    won = [course for course in story.courses if course.outcome == "won"]
    revenue = sum((course.quote.value for course in won), Decimal(0))
    return Outcome(len(story.pursuits), len(won), revenue)


def text(known: Truth) -> str:
    """The truth as JSON, amounts as strings, keys in a fixed order."""
    return json.dumps(asdict(known), default=_plain, indent=1) + "\n"


def _channels(setting: Setting, story: Story, levers: tuple[Effect, ...]) -> Iterable[Effect]:
    places: dict[str, list[int]] = {}
    for place, lever in enumerate(LEVERS):
        places.setdefault(lever.channel, []).append(place)
    for channel, mine in places.items():
        if len(mine) == 1:
            alone = levers[mine[0]]
            yield Effect(
                name=channel,
                channel=channel,
                touched=alone.touched,
                leads=alone.leads,
                won=alone.won,
                revenue=alone.revenue,
                spend=alone.spend,
            )
        else:
            yield _effect(setting, story, (channel, channel), frozenset(mine))


def _effect(setting: Setting, story: Story, names: tuple[str, str], off: frozenset[int]) -> Effect:
    actual, without = outcome(story), outcome(setting.story(off, story))
    mine = {LEVERS[place].name for place in off}
    weeks = (setting.calendar.spend[n] for n, plan in enumerate(PLANS) if plan.lever in mine)
    return Effect(
        name=names[0],
        channel=names[1],
        touched=sum(any(t.lever in off for t in each.touches) for each in story.journeys),
        leads=actual.leads - without.leads,
        won=actual.won - without.won,
        revenue=actual.revenue - without.revenue,
        spend=sum((amount for row in weeks for amount in row), Decimal(0)),
    )


def _plain(value: object) -> str:
    if isinstance(value, Size):
        return value.value
    return value.isoformat() if isinstance(value, datetime) else str(value)
