"""Sessions: what one visitor did without a long break, on one day, after one campaign."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

BREAK = timedelta(minutes=30)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Moment:
    """Something a visitor did. campaign: the mark it arrived with, "" within a visit."""

    id: int
    at: datetime
    campaign: str = ""


def cut(moments: Sequence[Moment], zone: tzinfo) -> dict[int, int]:
    """The session of each moment of one visitor, by the moment's id.

    A session ends after 30 minutes without anything, at midnight in `zone`, and when another
    campaign brings the visitor. It is called by its first instant, microseconds since 1970: so
    the order in which moments arrive changes nothing. A day can be cut without its neighbours.
    """
    found: dict[int, int] = {}
    last: Moment | None = None
    campaign, name = "", 0
    for each in sorted(moments, key=lambda one: (one.at, one.campaign, one.id)):
        if last is None or _ends(last, each, campaign, zone):
            campaign, name = "", (each.at - _EPOCH) // timedelta(microseconds=1)
        campaign = each.campaign or campaign
        found[each.id] = name
        last = each
    return found


def _ends(last: Moment, following: Moment, campaign: str, zone: tzinfo) -> bool:
    return (
        following.at - last.at > BREAK
        or following.at.astimezone(zone).date() != last.at.astimezone(zone).date()
        or bool(following.campaign and campaign and following.campaign != campaign)
    )
