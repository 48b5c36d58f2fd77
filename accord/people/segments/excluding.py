"""Who in a segment a campaign would not reach, and why: the gate asked of many at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from django.db.models import QuerySet, TextField
from django.db.models.functions import MD5, Cast

from accord.engine.consent import gate
from accord.engine.consent.terms import Channel, Decision, Facts, Question
from accord.engine.segments.language import HasDeal, Outcome
from accord.people.consents import consent, purposes, story, suppressions
from accord.people.models import (
    Affiliation,
    Assessment,
    ConsentRecord,
    Contact,
    Merge,
    Pause,
    Restriction,
    Segment,
    Suppression,
)
from accord.people.models.contact import ContactQuerySet
from accord.people.segments import members, tables

MOST = 2_000  # members asked; of more than these as many are drawn, and the counts are estimates
R = TypeVar("R", ConsentRecord, Pause, Restriction)


class Why(StrEnum):
    RESTRICTED = "restricted"
    NO_ADDRESS = "no_address"
    SUPPRESSED = "suppressed"
    NO_CONSENT = "no_consent"
    OPEN_DEAL = "open_deal"


LABELS = {
    Why.RESTRICTED: "Restricted",
    Why.NO_ADDRESS: "No address",
    Why.SUPPRESSED: "Suppressed",
    Why.NO_CONSENT: "No consent",
    Why.OPEN_DEAL: "Open deal",
}


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
        if said[0].words == gate.RESTRICTED:  # before any other reason
            found.append(Exclusion(contact, Why.RESTRICTED, said[0].words))
        elif not consent.address_of(contact, question.channel) and question.channel != Channel.POST:
            found.append(Exclusion(contact, Why.NO_ADDRESS, "No address for this channel."))
        elif not said[0]:
            why = Why.SUPPRESSED if said[1] else Why.NO_CONSENT
            found.append(Exclusion(contact, why, said[0].words))
        elif contact.pk in deals:
            found.append(Exclusion(contact, Why.OPEN_DEAL, "Sales is talking: an open deal."))
    return found


def decide(
    asked: Sequence[Contact], question: Question, now: datetime
) -> dict[int, tuple[Decision, bool]]:
    """What `consent.may_send` says of each contact, in a few queries for all of them.

    Those whom others were merged into are asked one by one: what was said to any of them counts.
    The second value: whether the address is on the suppression list.
    """
    if refused := _for_all(question):
        return {contact.pk: (refused, False) for contact in asked}
    rows = _rows(asked, question.channel)
    facts = {id: story.of_channel(each, question.channel) for id, each in rows.items()}
    facts |= _of_merged(asked, question.channel)
    return {
        id: (gate.decide(facts[id], question, now), bool(each.suppressions))
        for id, each in rows.items()
    }


def _of_merged(asked: Sequence[Contact], channel: Channel) -> dict[int, Facts]:
    known = {contact.pk: contact for contact in asked}
    merged = Merge.objects.filter(kept__in=list(known), undone_at=None)
    return {
        id: story.whole(known[id], consent.address_of(known[id], channel), channel)
        for id in set(merged.values_list("kept", flat=True))
    }


def _for_all(question: Question) -> Decision | None:
    if suppressions.key_is_lost():
        return Decision(False, consent.KEY_LOST)
    if not purposes.in_use().filter(pk=question.purpose).exists():
        return Decision(False, consent.NOT_USED)
    return None


def _rows(asked: Sequence[Contact], channel: Channel) -> dict[int, story.Rows]:
    ids = [contact.pk for contact in asked]
    employed = Affiliation.objects.filter(contact__in=ids, company__deleted_at=None)
    at_work = set(employed.values_list("contact", flat=True))
    digests: dict[str, list[int]] = defaultdict(list)
    for contact in asked:
        if address := consent.address_of(contact, channel):
            digests[suppressions.digest(address, channel)].append(contact.pk)
    listed: dict[int, list[Suppression]] = defaultdict(list)
    for row in Suppression.objects.filter(digest__in=list(digests), channel=channel).order_by("pk"):
        for id in digests[row.digest]:
            listed[id].append(row)
    ledger = _by_contact(ConsentRecord.objects.filter(contact__in=ids).order_by("pk"))
    pauses = _by_contact(Pause.objects.filter(contact__in=ids))
    restrictions = _by_contact(Restriction.objects.filter(contact__in=ids))
    assessments = tuple(Assessment.objects.filter(channel=channel).order_by("pk"))
    return {
        contact.pk: story.Rows(
            country=story.country(contact),
            business=contact.pk in at_work,
            ledger=tuple(ledger[contact.pk]),
            assessments=assessments,
            suppressions=tuple(listed[contact.pk]),
            pauses=tuple(pauses[contact.pk]),
            restrictions=tuple(restrictions[contact.pk]),
        )
        for contact in asked
    }


def _by_contact(rows: QuerySet[R]) -> Mapping[int, list[R]]:
    found: dict[int, list[R]] = defaultdict(list)
    for row in rows:
        found[row.contact_id].append(row)
    return found


def _on_a_deal(asked: Sequence[Contact], now: datetime) -> set[int]:
    if tables.operational().deals is None or not asked:
        return set()
    return members.among(HasDeal(Outcome.OPEN), [each.pk for each in asked], now)
