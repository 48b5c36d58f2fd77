"""The gate: may this go to this person now, and on what basis. Nothing else decides it."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, datetime, time, timedelta
from typing import assert_never

from accord.engine.consent import ages, countries
from accord.engine.consent.countries import Law
from accord.engine.consent.terms import (
    Basis,
    Claim,
    Consent,
    Decision,
    Facts,
    Inquiry,
    Interest,
    Kind,
    Parent,
    Published,
    Purchase,
    Question,
    SoftOptIn,
    Source,
    Stop,
    Unknown,
    Way,
)

PURCHASE_HOLDS = timedelta(days=730)
INQUIRY_MONTHS = 6

_CONTRACT = "Needed for a contract, or for what the person asked for."
_RESTRICTED = "Refused: this record may be kept and not used (restriction)."
_STOPPED = {
    Way.WITHDRAWN: "Refused: consent was withdrawn.",
    Way.OBJECTED: "Refused: the person objected to marketing.",
    Way.SUPPRESSED: "Refused: this address is on the suppression list.",
    Way.COMPLAINED: "Refused: a message to this address was reported as unwanted.",
    Way.BOUNCED: "Refused: mail to this address comes back for good.",
}
_PAUSED = "Refused: the person asked for a pause that is not over."
_NOTHING = "Refused: there is no consent and no other basis for this purpose and channel."
_NEVER = "Refused: this person is a child, and the company does not reach children."
_NO_PARENT = "Refused: this person is a child, and no parent agreed."
_AS_A_CHILD = "Refused: they agreed as a child, which is no basis."
_GROWN_UP = "Refused: a parent agreed, which counts for a child only. Ask the person themselves."


def decide(facts: Facts, question: Question, now: datetime) -> Decision:
    """Whether a message of this purpose, channel and kind may go to this person at `now`.

    A restriction and an address that bounces stop every message; what else the person said
    stops marketing only. Marketing needs a basis that holds at `now`; consent comes before a
    soft opt-in, that before implied consent, that before our own interest, and the newest first.
    For a child only a parent's consent is one, and what a child agreed to never becomes one.
    """
    if any(restriction.holds(now) for restriction in facts.restrictions):
        return Decision(False, _RESTRICTED)
    stops = _stops(facts, question, now)
    if any(stop.way == Way.BOUNCED for stop in stops):
        return Decision(False, _STOPPED[Way.BOUNCED])
    match question.kind:
        case Kind.TRANSACTIONAL:
            return Decision(True, _CONTRACT, Basis.CONTRACT)
        case Kind.MARKETING:
            return _marketing(facts, question, now)
        case _:
            assert_never(question.kind)


def standing(facts: Facts, question: Question, now: datetime) -> tuple[Stop, ...]:
    """The stops that hold at `now` for this purpose and channel, oldest first."""
    lifting = [
        claim
        for claim in _claims(facts, question, now)
        if isinstance(claim, Consent | Parent) and not _misses(claim, facts, question, now)
    ]
    stops = _stops(facts, question, now)
    held = (stop for stop in stops if not any(_lifts(each, stop) for each in lifting))
    return tuple(sorted(held, key=lambda stop: (stop.at, stop.id)))


def is_child(facts: Facts, at: datetime) -> bool:
    """Whether the person is too young at this instant to agree for themselves."""
    return ages.is_child(facts.born_on, at, facts.country)


def expiry(claim: Claim, facts: Facts) -> datetime | None:
    """The first instant at which a claim holds no longer; None for one that does not end."""
    match claim:
        case Parent():
            if facts.born_on is None:
                return None
            birthday = ages.of_age(facts.born_on, facts.country)
            return datetime.combine(birthday, time(), UTC)
        case Purchase():
            return claim.at + PURCHASE_HOLDS
        case Inquiry():
            return _months_after(claim.at, INQUIRY_MONTHS)
        case Interest():
            return claim.until
        case Consent() | SoftOptIn() | Published() | Unknown():
            return None
        case _:
            assert_never(claim)


def _marketing(facts: Facts, question: Question, now: datetime) -> Decision:
    if held := standing(facts, question, now):
        return Decision(False, _STOPPED[held[-1].way])
    if any(
        pause.at <= now < pause.until and pause.channel in (None, question.channel)
        for pause in facts.pauses
    ):
        return Decision(False, _PAUSED)
    if is_child(facts, now) and not facts.children:
        return Decision(False, _NEVER)
    # A stop that holds no longer was lifted by a consent, later than it: the best claim there is.
    return _on(_claims(facts, question, now), facts, question, now)


def _claims(facts: Facts, question: Question, now: datetime) -> list[Claim]:
    asked = (question.purpose, question.channel)
    found = (claim for claim in facts.claims if (claim.purpose, claim.channel) == asked)
    return [claim for claim in found if claim.at <= now]


def _stops(facts: Facts, question: Question, now: datetime) -> list[Stop]:
    meant = (
        stop
        for stop in facts.stops
        if stop.purpose in ("", question.purpose) and stop.channel in (None, question.channel)
    )
    return [stop for stop in meant if stop.at <= now]


def _on(claims: list[Claim], facts: Facts, question: Question, now: datetime) -> Decision:
    """The decision on claims while no stop holds: the best that stands, or why none does."""
    ranked = sorted(claims, key=lambda claim: (-_rank(claim), claim.at, claim.id), reverse=True)
    reasons = []
    for claim in ranked:
        reason = _misses(claim, facts, question, now)
        if not reason:
            basis = _basis(claim)
            return Decision(True, _words(basis), basis, claim.id, expiry(claim, facts))
        reasons.append(reason)
    if is_child(facts, now):
        return Decision(False, _NO_PARENT)
    return Decision(False, reasons[0] if reasons else _NOTHING)


def _misses(claim: Claim, facts: Facts, question: Question, now: datetime) -> str:
    """What a claim lacks to be a basis now; nothing where it is one."""
    return _age_misses(claim, facts, now) or _law_misses(claim, facts, question, now)


def _law_misses(claim: Claim, facts: Facts, question: Question, now: datetime) -> str:
    law = countries.law(facts.country)
    ends = expiry(claim, facts)
    if ends is not None and now >= ends:
        return f"Refused: the {_words(_basis(claim)).lower()} ended on {ends:%d %B %Y}."
    match claim:
        case Consent():
            confirmed = claim.confirmed_at is not None and claim.confirmed_at <= now
            good = confirmed or not question.double
            return "" if good else "Refused: consent was not confirmed by mail yet."
        case Parent():
            return ""
        case SoftOptIn():
            return _no_soft_opt_in(claim, law)
        case Purchase() | Inquiry() | Published():
            return _not_implied(claim, facts, law)
        case Interest():
            return _no_interest(claim, facts, now)
        case Unknown():
            return "Refused: nobody knows where this permission comes from."
        case _:
            assert_never(claim)


def _age_misses(claim: Claim, facts: Facts, now: datetime) -> str:
    """Of a child a parent's word counts and no other, of who is grown up what they said as such."""
    if is_child(facts, now):
        return "" if isinstance(claim, Parent) and facts.children else _NO_PARENT
    match claim:
        case Parent():
            return _GROWN_UP
        case Consent():
            young = claim.source == Source.CHILD or is_child(facts, claim.at)
            return _AS_A_CHILD if young else ""
        case SoftOptIn() | Purchase() | Inquiry() | Published():
            return _AS_A_CHILD if is_child(facts, claim.at) else ""
        case Interest() | Unknown():
            return ""
        case _:
            assert_never(claim)


def _no_soft_opt_in(claim: SoftOptIn, law: Law) -> str:
    if law != Law.EUROPE or claim.channel not in countries.ELECTRONIC:
        return "Refused: a sale alone is no basis in this country or by this channel."
    if not claim.opt_out_offered:
        return "Refused: saying no was not offered when the address was taken."
    return ""


def _not_implied(claim: Purchase | Inquiry | Published, facts: Facts, law: Law) -> str:
    if law != Law.CANADA or claim.channel not in countries.ELECTRONIC:
        return "Refused: implied consent holds in Canada only."
    return _not_published(claim, facts) if isinstance(claim, Published) else ""


def _not_published(claim: Published, facts: Facts) -> str:
    if claim.address != facts.address:
        return "Refused: this is not the address that they published."
    if not facts.business:
        return "Refused: a published address counts for people in their work only."
    if not claim.relevant:
        return "Refused: nobody said why this matters to the work of whoever published the address."
    return ""


def _no_interest(claim: Interest, facts: Facts, now: datetime) -> str:
    if facts.unknown_since is not None and facts.unknown_since <= now:
        return "Refused: nobody knows where the list they came from is from."
    if facts.country not in claim.countries:
        return "Refused: the assessment does not cover this person's country."
    if not countries.interest_holds(facts.country, claim.channel, business=facts.business):
        return "Refused: this country asks for consent before such a message."
    return ""


def _basis(claim: Claim) -> Basis:
    match claim:
        case Parent():
            return Basis.PARENT
        case SoftOptIn():
            return Basis.SOFT_OPT_IN
        case Purchase():
            return Basis.PURCHASE
        case Inquiry():
            return Basis.INQUIRY
        case Published():
            return Basis.PUBLISHED
        case Interest():
            return Basis.INTEREST
        case Consent() | Unknown():
            return Basis.CONSENT
        case _:
            assert_never(claim)


_WORDS = {
    Basis.CONSENT: "Consent",
    Basis.PARENT: "Consent of a parent",
    Basis.SOFT_OPT_IN: "Soft opt-in",
    Basis.PURCHASE: "Implied consent by purchase",
    Basis.INQUIRY: "Implied consent by inquiry",
    Basis.PUBLISHED: "Implied consent by a published address",
    Basis.INTEREST: "Legitimate interest",
}
_RANKS = (Consent, Parent, SoftOptIn, Purchase, Inquiry, Published, Interest, Unknown)


def _words(basis: Basis) -> str:
    return _WORDS[basis]


def _rank(claim: Claim) -> int:
    return _RANKS.index(type(claim))


def _lifts(consent: Consent | Parent, stop: Stop) -> bool:
    """Whether consent given later ends a stop.

    What a colleague heard ends a withdrawal, and so does a parent's consent; only the person's
    own act ends an objection, a complaint or a suppression; a file ends nothing. No word makes
    an address take mail again.
    """
    if consent.at <= stop.at or stop.way == Way.BOUNCED:
        return False
    if isinstance(consent, Parent):
        return stop.way == Way.WITHDRAWN
    if stop.way == Way.WITHDRAWN:
        return consent.source != Source.IMPORT
    return consent.source == Source.PERSON


def _months_after(at: datetime, months: int) -> datetime:
    """The same day and time so many months later, or that month's last day."""
    years, month = divmod(at.month - 1 + months, 12)
    year = at.year + years
    day = min(at.day, monthrange(year, month + 1)[1])
    return at.replace(year=year, month=month + 1, day=day)
