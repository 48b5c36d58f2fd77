"""What may be sent to a contact today, for each purpose and channel, and the proof behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from accord.engine.consent import gate
from accord.engine.consent.terms import Basis, Channel, Decision, Facts, Kind, Question, Way
from accord.people.consents import consent, purposes, story, together
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

    child: too young, by the date of birth, to agree for themselves.
    """

    answers: tuple[Answer, ...]
    history: tuple[ConsentRecord, ...]
    suppressed: tuple[Suppression, ...]
    pauses: tuple[Pause, ...]
    restriction: Restriction | None
    child: bool = False

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
    """Everything the gate says of a contact at `now`, in at most nine queries.

    A channel is asked about where it reaches the contact, or the ledger names it. What each
    answer says is what `consent.may_send` says.
    """
    reached = {each: story.address_of(contact, each) for each in Channel}
    rows = story.read(contact, reached)
    ledger = list(consent.history(contact)) if rows.merged else list(rows.ledger)
    named = {row.channel for row in ledger}
    proofs = _Proofs(
        {row.pk: row for row in ledger},
        {row.pk: row for row in rows.assessments},
        {row.pk: row for row in rows.suppressions},
    )
    lost = Decision(False, consent.KEY_LOST) if rows.key_lost else None
    asked = [each for each in Channel if reached[each] or each in named]
    facts = {channel: story.of_channel(rows, channel) for channel in asked}
    if rows.merged:
        facts = {channel: together.whole(contact, reached[channel], channel) for channel in asked}
    unlifted = (row for row in rows.restrictions if row.lifted_at is None)
    newest_first = sorted(ledger, key=lambda row: (row.at, row.pk), reverse=True)
    return Standing(
        answers=tuple(
            _answer(purpose, channel, facts[channel], proofs, lost, now)
            for purpose in purposes.in_use()
            for channel in asked
        ),
        history=tuple(newest_first),
        suppressed=rows.suppressions,
        pauses=tuple(row for row in rows.pauses if row.at <= now < row.until),
        restriction=next(unlifted, None),
        child=any(
            gate.is_child(each, now)
            for each in (*facts.values(), story.of_channel(rows, Channel.EMAIL))
        ),
    )


def _answer(
    purpose: Purpose,
    channel: Channel,
    facts: Facts,
    proofs: _Proofs,
    lost: Decision | None,
    now: datetime,
) -> Answer:
    question = Question(purpose.pk, channel, Kind.MARKETING, purpose.double)
    decision = lost or gate.decide(facts, question, now)
    unhindered = replace(facts, pauses=(), restrictions=())
    wanted = lost or gate.decide(unhindered, question, now)
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
