"""Who in a segment a campaign would not reach, and why: the gate asked of many at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from django.db.models import TextField
from django.db.models.functions import MD5, Cast

from accord.engine.consent import gate
from accord.engine.consent.terms import Channel, Decision, Question
from accord.engine.segments.language import HasDeal, Outcome
from accord.people.consents import consent, story, together
from accord.people.models import Contact, Segment
from accord.people.models.contact import ContactQuerySet
from accord.people.segments import members, tables

MOST = 2_000  # members asked; of more than these as many are drawn, and the counts are estimates


class Why(StrEnum):
    RESTRICTED = "restricted"
    NO_ADDRESS = "no_address"
    SUPPRESSED = "suppressed"
    CHILD = "child"
    NO_CONSENT = "no_consent"
    OPEN_DEAL = "open_deal"


LABELS = {
    Why.RESTRICTED: "Restricted",
    Why.NO_ADDRESS: "No address",
    Why.SUPPRESSED: "Suppressed",
    Why.CHILD: "Child",
    Why.NO_CONSENT: "No consent",
    Why.OPEN_DEAL: "Open deal",
}


@dataclass(frozen=True)
class Said:
    """What the gate says of a contact. suppressed: the address is on the list."""

    decision: Decision
    restricted: bool = False
    suppressed: bool = False
    child: bool = False

    @property
    def why(self) -> Why:
        if self.suppressed:
            return Why.SUPPRESSED
        return Why.CHILD if self.child else Why.NO_CONSENT


@dataclass(frozen=True)
class Exclusion:
    """A contact that is left out: the first reason that holds, in words."""

    contact: Contact
    why: Why
    reason: str


@dataclass(frozen=True)
class Excluded:
    """How many members are reached and how many left out for each reason.

    exact: False where the counts are estimated from as many as were asked. rows: those left out
    among the asked, in the order of their ids.
    """

    size: int
    reached: int
    counts: Mapping[Why, int]
    exact: bool
    rows: Sequence[Exclusion] = field(default_factory=tuple)


def excluded(
    segment: Segment, question: Question, now: datetime, *, seen: ContactQuerySet | None = None
) -> Excluded:
    """Who may not be sent this, of the members (of those `seen`, where it is given).

    An open deal counts where nothing else forbids it: sales is talking to these people.
    """
    everybody = members.people(segment) if seen is None else members.people(segment) & seen
    size = everybody.count()
    asked = list(everybody.order_by("pk") if size <= MOST else _drawn(everybody))
    return among(asked, question, now, size=size)


def among(asked: Sequence[Contact], question: Question, now: datetime, *, size: int) -> Excluded:
    """Who of these may not be sent this; counts are for the `size` people they were drawn of."""
    left_out = _left_out(asked, question, now)
    found: dict[Why, int] = defaultdict(int)
    for each in left_out:
        found[each.why] += 1
    scale = size / len(asked) if asked else 0
    counts = {why: round(found[why] * scale) for why in Why}
    exact = size <= len(asked)
    return Excluded(size, max(0, size - sum(counts.values())), counts, exact, tuple(left_out))


def _drawn(everybody: ContactQuerySet) -> Iterable[Contact]:
    """As many as are asked, drawn by a hash of their ids: the same ones each time."""
    drawn = everybody.order_by(MD5(Cast("pk", TextField())))[:MOST]
    return sorted(drawn, key=lambda each: each.pk)


def _left_out(asked: Sequence[Contact], question: Question, now: datetime) -> list[Exclusion]:
    decisions, deals = decide(asked, question, now), _on_a_deal(asked, now)
    found = []
    for contact in asked:
        said = decisions[contact.pk]
        if said.restricted:  # before any other reason
            found.append(Exclusion(contact, Why.RESTRICTED, said.decision.words))
        elif not story.address_of(contact, question.channel) and question.channel != Channel.POST:
            found.append(Exclusion(contact, Why.NO_ADDRESS, "No address for this channel."))
        elif not said.decision:
            found.append(Exclusion(contact, said.why, said.decision.words))
        elif contact.pk in deals:
            found.append(Exclusion(contact, Why.OPEN_DEAL, "Sales is talking: an open deal."))
    return found


def decide(asked: Sequence[Contact], question: Question, now: datetime) -> dict[int, Said]:
    """What `consent.may_send` says of each contact, in a few queries for all of them.

    What was said to any who were merged into them counts too.
    """
    if (refused := consent.refused_to_all(question)) is not None:
        return {contact.pk: Said(refused) for contact in asked}
    channel = question.channel
    known = together.read({each: {channel: story.address_of(each, channel)} for each in asked})
    return {contact.pk: _said(known, contact.pk, question, now) for contact in asked}


def _said(known: together.Known, contact: int, question: Question, now: datetime) -> Said:
    facts = known.whole(contact, question.channel)
    return Said(
        gate.decide(facts, question, now),
        restricted=any(each.holds(now) for each in facts.restrictions),
        suppressed=any(rows.suppressions for rows in known.family(contact)),
        child=gate.is_child(facts, now),
    )


def _on_a_deal(asked: Sequence[Contact], now: datetime) -> set[int]:
    if tables.operational().deals is None or not asked:
        return set()
    return members.among(HasDeal(Outcome.OPEN), [each.pk for each in asked], now)
