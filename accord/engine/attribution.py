"""Attribution: how much of a deal's value each touch is credited with.

These are rules for sharing credit. None of them says what would not have happened without a touch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import assert_never

from accord.engine import money

LOOKBACK_DAYS = 180


class Model(StrEnum):
    """The rules offered, side by side, for sharing one goal over its touches."""

    FIRST = "first"
    LAST = "last"
    LINEAR = "linear"
    POSITION_U = "position_u"
    POSITION_W = "position_w"
    TIME_DECAY = "time_decay"


@dataclass(frozen=True, slots=True)
class Touch:
    """An event in which a channel of ours reached a person; `source` and `campaign` are carried."""

    event: int
    at: datetime
    channel: str
    source: str = ""
    campaign: str = ""


@dataclass(frozen=True, slots=True)
class Goal:
    """What the touches led to: a deal that was won, or one that was opened.

    at: when it was reached. value: in the reporting currency, None when no amount is known.
    lead_at: when the person became a lead. opened_at: when the deal was created. None: not known.
    """

    id: int
    at: datetime
    value: Decimal | None = None
    lead_at: datetime | None = None
    opened_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """What an instance may settle about the models.

    half_life_days: in time decay, a touch this much older counts half (30 suits long cycles).
    ends_on_last:   in U, the second key touch is the last one instead of the lead's creation.
    quantum:        the smallest unit of the value, so that credits are whole cents.
    """

    half_life_days: float = 7.0
    ends_on_last: bool = False
    quantum: Decimal = Decimal("0.01")

    def __post_init__(self) -> None:
        if not self.half_life_days > 0:
            raise ValueError(f"half_life_days must be positive, not {self.half_life_days}")


@dataclass(frozen=True, slots=True)
class Credit:
    """One touch's part in one goal under one model; `value` is None when the goal has none."""

    goal: int
    event: int
    model: Model
    weight: float
    value: Decimal | None


USUAL = Options()


def in_window(
    touches: Sequence[Touch], goal: Goal, *, days: float = LOOKBACK_DAYS
) -> tuple[Touch, ...]:
    """Keep the touches from `days` before the goal up to the goal itself, in time order.

    Ties are ordered by event, here and in every model.
    """
    since = goal.at - timedelta(days=days)
    return tuple(sorted((t for t in touches if since <= t.at <= goal.at), key=_moment))


def credits(
    touches: Sequence[Touch], goal: Goal, model: Model, options: Options = USUAL
) -> tuple[Credit, ...]:
    """Share one goal over its touches: one row a touch, in time order.

    The weights sum to 1 (1e-9) and the values to the goal's value exactly, each rounded to
    `options.quantum` by largest remainder. No touches give no rows: the goal is unattributed.
    """
    ordered = sorted(touches, key=_moment)
    shares = weights(ordered, goal, model, options)
    values: Sequence[Decimal | None] = [None] * len(shares)
    if goal.value is not None and shares:
        values = money.split(goal.value, shares, quantum=options.quantum)
    return tuple(
        Credit(goal.id, touch.event, model, weight, value)
        for touch, weight, value in zip(ordered, shares, values, strict=True)
    )


def weights(
    touches: Sequence[Touch], goal: Goal, model: Model, options: Options = USUAL
) -> tuple[float, ...]:
    """Give each touch its share of the goal, 0 to 1, in the order the touches are given.

    first, last    all of it to that touch.
    linear         the same to each.
    time_decay     2 ^ (-age / half-life), the age measured back from the goal, then normalised.
    position_u     .4 first touch, .4 lead creation (or last touch), .2 to the rest.
                   One touch takes all, two halve it.
    position_w     .3 first touch, .3 lead creation, .3 deal creation, .1 to the rest.

    Lead creation is credited to the last touch at or before it, to the first touch if there was
    none yet; deal creation likewise. Roles that fall on one touch add up. With no other touches
    the key shares are scaled to 1; a moment that is not known leaves its share to the other keys.
    The result sums to 1 within 1e-9 and does not depend on the order of `touches`.
    """
    if not touches:
        return ()
    order = sorted(range(len(touches)), key=lambda i: _moment(touches[i]))
    ordered = [touches[i] for i in order]
    given = [0.0] * len(touches)
    for i, weight in zip(order, _in_order(ordered, goal, model, options), strict=True):
        given[i] = weight
    return tuple(given)


def _moment(touch: Touch) -> tuple[datetime, int]:
    return touch.at, touch.event


def _in_order(touches: list[Touch], goal: Goal, model: Model, options: Options) -> list[float]:
    n = len(touches)
    match model:
        case Model.FIRST:
            return [1.0, *[0.0] * (n - 1)]
        case Model.LAST:
            return [*[0.0] * (n - 1), 1.0]
        case Model.LINEAR:
            return [1 / n] * n
        case Model.TIME_DECAY:
            return _decayed(touches, options.half_life_days)
        case Model.POSITION_U:
            return _u_shaped(touches, goal, ends_on_last=options.ends_on_last)
        case Model.POSITION_W:
            keys = (0, _key_touch(touches, goal.lead_at), _key_touch(touches, goal.opened_at))
            return _by_position(n, keys, rest=0.1)
        case _:
            assert_never(model)


def _decayed(touches: list[Touch], half_life_days: float) -> list[float]:
    # Ages are taken from the last touch: the normalised shares are the same as from the goal,
    # and the largest term is 1 however long ago it all was, so the sum cannot underflow to 0.
    last = touches[-1].at
    half_life = timedelta(days=1).total_seconds() * half_life_days
    terms = [2.0 ** (-(last - touch.at).total_seconds() / half_life) for touch in touches]
    total = sum(terms)
    return [term / total for term in terms]


def _u_shaped(touches: list[Touch], goal: Goal, *, ends_on_last: bool) -> list[float]:
    n = len(touches)
    if n <= 2:
        return [1 / n] * n
    second = n - 1 if ends_on_last else _key_touch(touches, goal.lead_at)
    return _by_position(n, (0, second), rest=0.2)


def _by_position(n: int, keys: Sequence[int | None], *, rest: float) -> list[float]:
    known = [key for key in keys if key is not None]
    others = n - len(set(known))
    key_share = (1 - rest if others else 1.0) / len(known)
    result = [rest / others if others else 0.0] * n
    for key in set(known):
        result[key] = key_share * known.count(key)
    return result


def _key_touch(touches: list[Touch], moment: datetime | None) -> int | None:
    if moment is None:
        return None
    return max(sum(1 for touch in touches if touch.at <= moment) - 1, 0)
