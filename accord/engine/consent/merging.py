"""Two records become one: what may still be sent. The most restrictive wins."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from accord.engine.consent import gate
from accord.engine.consent.terms import Claim, Facts, Kind, Parent, Question, Way


def merge(kept: Facts, other: Facts, *, double: Collection[str], now: datetime) -> Facts:
    """The facts of the one record that two people's records become at `now`.

    double: the purposes whose consent must be confirmed.

    Every stop, pause and restriction of either holds for the one record, and a stop that stands
    in one is not ended by what the other agreed to: such claims are dropped. A country the two
    do not share is unknown; they are reached in their work only where both are. Of two dates of
    birth the later counts, and a parent's consent only from a record that says child. Where one is
    from a list of unknown origin, both are, and our own interest covers neither. So whatever
    may be sent afterwards could be sent to one of them before, and neither had said stop to it.
    That an address of the other bounces is no word of theirs: it is not the one written to now,
    or it stands in `kept` too. What was agreed to for it does not count. The address is that of
    `kept`: that the other published one of its own counts for nothing.
    """
    said = replace(other, stops=tuple(each for each in other.stops if each.way != Way.BOUNCED))

    def claims(of: Facts, *both: Facts) -> tuple[Claim, ...]:
        return tuple(each for each in of.claims if not stopped(each, both) and not idle(each, of))

    def idle(claim: Claim, of: Facts) -> bool:
        return isinstance(claim, Parent) and not gate.is_child(of, now)

    def stopped(claim: Claim, both: tuple[Facts, ...]) -> bool:
        asked = Question(claim.purpose, claim.channel, Kind.MARKETING, claim.purpose in double)
        return any(gate.standing(each, asked, now) for each in both)

    return Facts(
        country=kept.country if kept.country == other.country else "",
        business=kept.business and other.business,
        born_on=max((each.born_on for each in (kept, other) if each.born_on), default=None),
        children=kept.children and other.children,
        unknown_since=min(filter(None, (kept.unknown_since, other.unknown_since)), default=None),
        address=kept.address,
        claims=claims(kept, kept, said) + claims(other, kept, other),
        stops=kept.stops + said.stops,
        pauses=kept.pauses + other.pauses,
        restrictions=kept.restrictions + other.restrictions,
    )
