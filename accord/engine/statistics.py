"""Small statistics that reports show beside their numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist, fmean


@dataclass(frozen=True, slots=True)
class Interval:
    """A range from `low` to `high`, both included."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Quartiles:
    """Where a quarter, a half and three quarters of `n` values lie below."""

    lower: float
    median: float
    upper: float
    n: int


def wilson(successes: int, trials: int, *, confidence: float = 0.95) -> Interval:
    """Say within which shares (0 to 1) the true rate lies, given `successes` of `trials`.

    The score interval without continuity correction: Wilson, E. B. (1927), "Probable inference,
    the law of succession, and statistical inference", JASA 22(158), 209-212. Unlike the usual
    plus-minus it stays within 0 to 1 and holds for small samples. No trials: 0 to 1.
    Raises ValueError unless 0 <= successes <= trials and 0 < confidence < 1.
    """
    if not 0 <= successes <= trials or not 0 < confidence < 1:
        raise ValueError(f"{successes} of {trials} at {confidence} is no rate")
    if trials == 0:
        return Interval(0.0, 1.0)
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    share = successes / trials
    centre = share + z * z / (2 * trials)
    reach = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    scale = 1 + z * z / trials
    # The ends are exact where the formula would leave 1e-17 behind.
    low = 0.0 if successes == 0 else (centre - reach) / scale
    high = 1.0 if successes == trials else (centre + reach) / scale
    return Interval(low, high)


def quartiles(values: Sequence[float]) -> Quartiles | None:
    """Give lower quartile, median and upper quartile; None without values. See `quantile`."""
    if not values:
        return None
    ordered = sorted(values)
    return Quartiles(
        _quantile(ordered, 0.25), _quantile(ordered, 0.5), _quantile(ordered, 0.75), len(ordered)
    )


def quantile(values: Sequence[float], share: float) -> float | None:
    """Give the value below which `share` (0 to 1) of the values lie; None without values.

    Linear interpolation between neighbours: definition 7 of Hyndman, R. J. and Fan, Y. (1996),
    "Sample quantiles in statistical packages", The American Statistician 50(4), 361-365, which
    spreadsheets and data libraries use by default.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"share must lie in 0..1, not {share}")
    return _quantile(sorted(values), share) if values else None


def median(values: Sequence[float]) -> float | None:
    """Give the middle value, halfway between the two middle ones of an even number."""
    return quantile(values, 0.5)


def mean(values: Sequence[float]) -> float | None:
    """Give the arithmetic mean; None without values."""
    return fmean(values) if values else None


def _quantile(ordered: Sequence[float], share: float) -> float:
    place = (len(ordered) - 1) * share
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
