"""What a person chooses for themselves: topics and channels, a pause, the end of everything."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core import signing
from django.db import transaction
from django.utils import timezone

from accord.engine.consent.terms import Basis, Channel, Source
from accord.engine.errors import Refused
from accord.people import families
from accord.people.consents import (
    answers,
    consent,
    preference_links,
    purposes,
    story,
    suppressions,
    together,
)
from accord.people.consents.answers import Answer, Standing
from accord.people.consents.consent import EVERYTHING, Given, Reach
from accord.people.consents.ledger import Proof
from accord.people.models import ConsentText, Contact, Purpose, Suppression

PAUSES = (30, 90)
LINK_HOLDS = timedelta(days=7)
_SALT = "preferences.confirm"

Pair = tuple[str, Channel]


class LinkTooOld(Refused):
    """This link has expired or was cut off. Choose again, and a new one comes."""


class StoppedSince(Refused):
    """You said stop after you asked for this link: it has ended. Choose again for a new one."""


class NoSuchPause(Refused):
    """Choose one of the pauses that are offered."""


@dataclass(frozen=True)
class Choice:
    """One channel of a topic, on or off. basis: what it is on by."""

    channel: Channel
    on: bool
    basis: Basis | None = None


@dataclass(frozen=True)
class Topic:
    """A purpose as the person reads it. text: the words they would agree to."""

    purpose: Purpose
    text: ConsentText | None
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class Asked:
    """What somebody wants from now on and must confirm by the link that is mailed to them."""

    pairs: tuple[Pair, ...]
    token: str


def topics(contact: Contact, standing: Standing, language: str) -> tuple[Topic, ...]:
    """The purposes a person can choose among, in their words.

    A channel is there where it reaches them and is either on, to be switched off, or has words
    that can be agreed to; a child can only switch off, and so can all with a suppressed number.
    """
    found: dict[str, list[Answer]] = {}
    unproven = {each for each in Channel if suppressions.is_unproven(contact, each)}
    for each in standing.answers:
        if each.wanted or each.channel not in unproven:
            found.setdefault(each.purpose.pk, []).append(each)
    told = (_topic(contact, each, language, not standing.child) for each in found.values())
    return tuple(topic for topic in told if topic.choices)


@transaction.atomic
def choose(
    contact: Contact, wanted: Collection[Pair], *, language: str, proof: Proof, now: datetime
) -> Asked | None:
    """Switch off, at once, what is on and not wanted; answer what is wanted and not on yet.

    That must be confirmed by the link of `Asked`, mailed to the contact: whoever was forwarded
    a link can stop things, and cannot agree in somebody's name.
    """
    started: list[tuple[Pair, int]] = []
    for topic in topics(contact, answers.standing(contact, now), language):
        for choice in topic.choices:
            pair = (topic.purpose.pk, choice.channel)
            if choice.on and pair not in wanted:
                verb = consent.object_to if choice.basis == Basis.INTEREST else consent.withdraw
                verb(contact, Reach(*pair), source=Source.PERSON, proof=proof, by=None)
            elif not choice.on and pair in wanted and topic.text and contact.email:
                started.append((pair, topic.text.pk))
    if not started:
        return None
    rows = [[purpose, str(channel), text] for (purpose, channel), text in started]
    said = {"contact": contact.pk, "to": _address(contact), "rows": rows, "at": now.isoformat()}
    token = signing.dumps(said, key=preference_links.key(), salt=_SALT, compress=True)
    return Asked(tuple(pair for pair, _ in started), token)


def asked(token: str) -> tuple[Contact, tuple[tuple[Purpose, Channel, ConsentText], ...], str]:
    """Whom a link of confirmation is for, what it agrees to, and when it was asked.

    Of somebody merged since it is the record that stays. What was stopped since it was asked is
    left out, and so is a suppressed number, which a mail does not prove theirs. Raises LinkTooOld,
    also where the address is another one since, or StoppedSince where all was stopped.
    """
    try:
        said = signing.loads(token, key=preference_links.key(), salt=_SALT, max_age=LINK_HOLDS)
    except signing.BadSignature:
        raise LinkTooOld from None
    mailed = Contact.objects.filter(pk=said["contact"]).first()
    stays = families.root(said["contact"]) or said["contact"]
    contact = Contact.objects.filter(pk=stays).first()
    if not mailed or not contact or said["to"] not in (_address(mailed), _address(contact)):
        raise LinkTooOld
    texts = ConsentText.objects.select_related("purpose").in_bulk([row[2] for row in said["rows"]])
    rows = tuple(
        (texts[text].purpose, Channel(channel), texts[text])
        for _, channel, text in said["rows"]
        if text in texts
    )
    since = datetime.fromisoformat(said["at"])
    still = tuple(row for row in rows if not _stopped(contact, (row[0].pk, row[1]), since))
    if rows and not still:
        raise StoppedSince
    still = tuple(row for row in still if not suppressions.is_unproven(contact, row[1]))
    if not still:
        raise LinkTooOld
    return contact, still, str(said["at"])


@transaction.atomic
def confirm(token: str, *, proof: Proof) -> Contact:
    """Agree to what a mailed link stands for. Twice does nothing more. Raises as `asked` does."""
    contact, *_ = asked(token)
    consent.hold(contact, None)
    contact, rows, at = asked(token)  # after the lock: what was stopped while we waited counts
    standing = answers.standing(contact, timezone.now())
    on = {(each.purpose.pk, each.channel) for each in standing.answers if each.wanted}
    note = f"Chosen on the preference page at {at}, confirmed by the link mailed to the address."
    for purpose, channel, text in rows:
        if (purpose.pk, channel) in on:
            continue
        given = Given(purpose.pk, channel, source=Source.PERSON, text=text)
        record = consent.give(contact, given, proof=_noted(proof, note), by=None)
        consent.confirm(record, proof=proof, by=None)
    return contact


@transaction.atomic
def stop_all(contact: Contact, *, proof: Proof) -> None:
    """Nothing that promotes, by any channel, from now on.

    Every address of theirs goes on the suppression list, a number for text messages and calls;
    the objection goes into the ledger. Said twice it stands there twice, and changes nothing
    but this: a link of confirmation that was asked for in between agrees to nothing.
    """
    contact = consent.hold(contact, None)
    for where, channel in sorted(suppressions.reached(contact)):
        consent.suppress(contact, where, channel=channel, way=Suppression.Way.SUPPRESSED, by=None)
    consent.object_to(contact, EVERYTHING, source=Source.PERSON, proof=proof, by=None)


def pause(contact: Contact, days: str, now: datetime) -> None:
    """Nothing that promotes for so many days. Raises NoSuchPause."""
    if days not in {str(each) for each in PAUSES}:
        raise NoSuchPause
    consent.pause(contact, until=now + timedelta(days=int(days)), by=None)


def pairs(names: Iterable[str]) -> Iterator[Pair]:
    """The purposes and channels a form names; what it cannot mean is left out."""
    for name in names:
        purpose, _, channel = name.rpartition(":")
        if channel in set(Channel):
            yield purpose, Channel(channel)


def masked(address: str) -> str:
    """An address as somebody recognises it who knows it: m…@acme.example."""
    name, at, domain = address.partition("@")
    return f"{name[:1]}…{at}{domain}" if at else ""


def _topic(contact: Contact, found: list[Answer], language: str, grown: bool) -> Topic:
    purpose = found[0].purpose
    text = purposes.newest_text(purpose, language)
    can_start = grown and text is not None and bool(contact.email)
    choices = (Choice(each.channel, bool(each.wanted), each.wanted.basis) for each in found)
    return Topic(purpose, text, tuple(each for each in choices if each.on or can_start))


def _stopped(contact: Contact, pair: Pair, since: datetime) -> bool:
    """Whether a stop of a purpose and channel came after an instant, also one that was lifted."""
    purpose, channel = pair
    facts = together.whole(contact, story.address_of(contact, channel), channel)
    stops = (each for each in facts.stops if each.at > since)
    return any(each.purpose in ("", purpose) and each.channel in (None, channel) for each in stops)


def _noted(proof: Proof, note: str) -> Proof:
    return Proof(proof.page, proof.referrer, proof.ip, proof.agent, note)


def _address(contact: Contact) -> str:
    """Tells one address from another without naming it in a link."""
    return suppressions.digest(contact.email, Channel.EMAIL)[:16]
