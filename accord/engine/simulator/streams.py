"""Random streams by name: what happens to one person never shifts what happens to another.

Common random numbers rest on this. A stream is drawn from by one concern of one person, company
or campaign, so a run with a channel switched off meets the same dice everywhere else.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


def stream(seed: int, *name: object) -> Random:
    """The dice of one concern. The same seed and name always give the same numbers."""
    return Random("/".join(map(str, (seed, *name))))  # noqa: S311 - fiction, no secrets


def poisson(dice: Random, mean: float) -> int:
    """A count with this mean, below about 500, by inversion: one number drawn."""
    left, count = dice.random(), 0
    share = math.exp(-mean)
    while left > share and count < 500:
        left -= share
        count += 1
        share *= mean / count
    return count


def lognormal(dice: Random, median: float, sigma: float) -> float:
    """A positive number, half of the time below the median."""
    return median * math.exp(sigma * dice.gauss(0.0, 1.0))


def weighted(dice: Random, choices: Sequence[tuple[T, float]]) -> T:
    """One of the choices, each with its weight: one number drawn."""
    left = dice.random() * sum(weight for _, weight in choices)
    for choice, weight in choices:
        left -= weight
        if left < 0:
            return choice
    return choices[-1][0]


def logistic(x: float) -> float:
    """0 to 1, a half at 0."""
    return 1.0 / (1.0 + math.exp(-x))
