"""A figure of a benchmark, and the references that say how fast the machine was just then."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from statistics import median
from typing import TypedDict

LOOPS = 200_000


class Figure(TypedDict):
    """One number. `budget` and `holds` are empty where it is only reported."""

    name: str
    figure: float
    unit: str
    budget: float | None
    holds: bool | None


def at_most(name: str, figure: float, unit: str, budget: float) -> Figure:
    return {**reported(name, figure, unit), "budget": budget, "holds": figure <= budget}


def at_least(name: str, figure: float, unit: str, budget: float) -> Figure:
    return {**reported(name, figure, unit), "budget": budget, "holds": figure >= budget}


def reported(name: str, figure: float, unit: str) -> Figure:
    return Figure(name=name, figure=round(figure, 2), unit=unit, budget=None, holds=None)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share (0 to 1) of the values do not exceed."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def took(work: Callable[[], object]) -> float:
    """How long it takes, in milliseconds."""
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def loop() -> float:
    """Milliseconds a fixed loop of plain Python takes now: the reference for processor time."""
    return median(took(lambda: sum(n * n for n in range(LOOPS))) for _ in range(3))
