"""What may be sent to a contact today, for each purpose and channel, and the proof behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from django.db.models import Exists

from accord.engine.consent import gate
from accord.engine.consent.terms import Basis, Channel, Decision, Facts, Kind, Question, Way
from accord.people.consents import consent, purposes, story, suppressions, together
from accord.people.models import (
    Assessment,
    ConsentRecord,
    Contact,
    Pause,
    Purpose,
    Restriction,
    Suppression,
)

_SAID = (Way.WITHDRAWN, Way.OBJECTED)


@dataclass(frozen=True)
class Answer:
    """What the gate says of one purpose and channel, and what it stands on.

    wanted:      what it would say if no pause and no restriction were on.
    record:      the row of the ledger that decides: the permission, or the stop.
    assessment:  our own, where the basis is legitimate interest.
    suppression: where the address is on the list.
    """

    purpose: Purpose
    channel: Channel
    decision: Decision
    wanted: Decision
    record: ConsentRecord | None = None
    assessment: Assessment | None = None
    suppression: Suppression | None = None


@dataclass(frozen=True)
class Standing:
    """All of a contact's answers, and what holds whatever the purpose.

    child: too young, by the date of birth, to agree for themselves. unknown_since: when a list
    brought them whose origin nobody knows.
    """

    answers: tuple[Answer, ...]
    history: tuple[ConsentRecord, ...]
    suppressed: tuple[Suppression, ...]
    pauses: tuple[Pause, ...]
    restriction: Restriction | None
    child: bool = False
    unknown_since: datetime | None = None

    def may(self, purpose: str, channel: Channel) -> bool:
        """Whether one purpose may be written about by one channel."""
        asked = (each for each in self.answers if each.purpose.pk == purpose)
        return any(each.decision.allowed for each in asked if each.channel == channel)


@dataclass(frozen=True)
class _Proofs:
    """The rows an answer may stand on, by id."""

    records: Mapping[int, ConsentRecord]
    assessments: Mapping[int, Assessment]
    suppressions: Mapping[int, Suppression]


def standing(contact: Contact, now: datetime) -> Standing:
    """Everything the gate says of a contact at `now`, in a few queries however much there is.

    A channel is asked about where it reaches the contact, or the ledger names it. What each
    answer says is what `consent.may_send` says. What is kept of records that were merged into
    the contact counts, and is there, too.
    """
    reached = {each: story.address_of(contact, each) for each in Channel}
    rows = ConsentRecord.objects.select_related("by", "text")
    known = together.read({contact: reached}, ledger=rows)
    family = tuple(known.family(contact.pk))
    facts = {channel: known.whole(contact.pk, channel) for channel in Channel}
    said = (row for each in family for row in each.ledger)
    ledger = sorted(said, key=lambda row: (row.at, row.pk), reverse=True)
    named = {row.channel for row in ledger}
    proofs = _Proofs(
        {row.pk: row for row in ledger},
        {row.pk: row for row in known.rows[contact.pk].assessments},
        {row.pk: row for each in family for row in each.suppressions},
    )
    key_is_lost = Exists(suppressions.of_lost_keys())
    offered = list(purposes.in_use().annotate(key_is_lost=key_is_lost))
    lost = Decision(False, consent.KEY_LOST) if any(p.key_is_lost for p in offered) else None
    mine = known.rows[contact.pk].suppressions
    pauses = (row for each in family for row in each.pauses)
    restrictions = (row for each in family for row in each.restrictions)
    return Standing(
        answers=tuple(
            _answer(purpose, channel, facts[channel], proofs, lost, now)
            for purpose in offered
            for channel in Channel
            if reached[channel] or channel in named
        ),
        history=tuple(ledger),
        suppressed=tuple(row for row in proofs.suppressions.values() if row in mine or _said(row)),
        pauses=tuple(row for row in pauses if row.at <= now < row.until),
        restriction=next((row for row in restrictions if row.lifted_at is None), None),
        child=gate.is_child(facts[Channel.EMAIL], now),
        unknown_since=facts[Channel.EMAIL].unknown_since,
    )


def _said(row: Suppression) -> bool:
    """Whether it holds for the person, not only for the address: see engine.consent.merging."""
    return row.way != Suppression.Way.BOUNCED


def _answer(
    purpose: Purpose,
    channel: Channel,
    facts: Facts,
    proofs: _Proofs,
    lost: Decision | None,
    now: datetime,
) -> Answer:
    question = Question(purpose.pk, channel, Kind.MARKETING, purpose.double)
    unhindered = replace(facts, pauses=(), restrictions=())
    decision = gate.decide(facts, question, now) if lost is None else lost
    wanted = gate.decide(unhindered, question, now) if lost is None else lost
    told = partial(Answer, purpose, channel, decision, wanted)
    if decision.basis == Basis.INTEREST:
        return told(assessment=proofs.assessments.get(decision.basis_id or 0))
    if decision:
        return told(proofs.records.get(decision.basis_id or 0))
    held = gate.standing(facts, question, now)
    if not held:
        return told()
    if held[-1].way in _SAID:
        return told(proofs.records.get(held[-1].id))
    return told(suppression=proofs.suppressions.get(held[-1].id))
