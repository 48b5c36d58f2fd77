"""Whether a message may pass the gate of consent: asked before it is written, and as it leaves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from accord.channels.models import Message
from accord.engine.consent import gate
from accord.engine.consent.terms import Basis, Channel, Decision, Facts, Kind, Question
from accord.engine.errors import Refused
from accord.people import families
from accord.people.consents import consent, purposes, story, together
from accord.people.models import Contact
from accord.platform.access import preferences


class Withheld(Refused):
    """The gate of consent refused this message."""


@dataclass(frozen=True)
class Why:
    """Whom a message is for, and the purpose it promotes; no purpose is a transactional one.

    A message to no contact (a colleague's invitation, a password) is always transactional.
    """

    contact: Contact | None = None
    purpose: str = ""


ASKED_FOR = Why()
NO_ADDRESS = (
    "Refused: a marketing mail must name your postal address. Write it in Settings > Company."
)


def ask(message: Message, why: Why, now: datetime) -> Decision:
    """The gate's answer for a message. Raises purposes.NoPurpose.

    What promotes is refused, too, while it cannot name the sender's postal address.
    """
    if why.contact is None:
        return _without_contact(why, now)
    question = _question(why)
    decision = consent.may_send(why.contact, question, now, address=message.to)
    if decision and why.purpose and not preferences.current().postal_address:
        return Decision(False, NO_ADDRESS)
    return decision


def note(message: Message, why: Why, decision: Decision) -> None:
    """Put the gate's answer on a message that is not saved yet."""
    message.kind = Message.Kind.MARKETING if why.purpose else Message.Kind.TRANSACTIONAL
    message.contact = why.contact
    message.purpose = why.purpose
    for name, value in _columns(why, decision).items():
        setattr(message, name, value)
    if not decision:
        message.state = Message.State.SUPPRESSED
        message.reply = decision.words


def again(message: Message) -> dict[str, Any]:
    """Ask once more as a message leaves; the columns to keep with it. Raises Withheld.

    Called in the transaction that marks it as being sent. The contact's row is locked, as it is
    when something is added to the ledger or two are merged: a withdrawal or a merge comes wholly
    before or wholly after. It is asked of whom they are then.
    """
    contact = _held(message)
    now = timezone.now()  # after the lock: what was said while we waited counts
    why = Why(contact, message.purpose)
    decision = ask(message, why, now)
    if not decision:
        raise Withheld(decision.words)
    return _columns(why, decision) | {"contact": contact, "decided_at": now}


def was_lawful(message: Message, contact: Contact | None) -> bool:
    """Whether what is known today says that this message had its basis as it left.

    contact: whom it was for then, see recipients.then.
    """
    if contact is None or message.decided_at is None or message.basis_id is None:
        return False
    at = message.decided_at
    facts = together.whole(contact, message.to, Channel.EMAIL, known_at=at)
    then = message.circumstances
    born_on = then.get("born_on")
    known: Facts = replace(
        facts,
        country=then["country"],
        business=then["business"],
        born_on=date.fromisoformat(born_on) if born_on else None,
        children=then.get("children", False),
    )
    question = Question(message.purpose, Channel.EMAIL, Kind.MARKETING, then["double"])
    decision = gate.decide(known, question, at)
    return (decision.basis, decision.basis_id) == (Basis(message.basis), message.basis_id)


def _held(message: Message) -> Contact | None:
    """Whom a message is for now, locked: somebody merged is the record that stays."""
    while (pk := _root(message)) is not None:
        found = Contact.objects.select_for_update(no_key=True).filter(pk=pk).first()
        if _root(message) == pk:  # not merged, nor two again, while we waited for the lock
            return found
    return None


def _root(message: Message) -> int | None:
    asked = Message.objects.filter(pk=message.pk).values_list("contact", flat=True).first()
    return None if asked is None else families.root(asked)


def _without_contact(why: Why, now: datetime) -> Decision:
    if why.purpose:
        return Decision(False, "Refused: the person it was for is no longer here.")
    return gate.decide(Facts(), Question("", Channel.EMAIL, Kind.TRANSACTIONAL), now)


def _question(why: Why) -> Question:
    if not why.purpose:
        return Question("", Channel.EMAIL, Kind.TRANSACTIONAL)
    return consent.question(why.purpose, Channel.EMAIL)


def _columns(why: Why, decision: Decision) -> dict[str, Any]:
    known: dict[str, Any] = {"rules": decision.rules}
    if why.contact and why.purpose:
        born_on = story.born_on(why.contact)
        known |= {
            "born_on": born_on.isoformat() if born_on else "",
            "children": preferences.current().may_reach_children,
            "country": story.country(why.contact),
            "business": story.is_at_work(why.contact),
            "double": purposes.get(why.purpose).double,
        }
    return {
        "basis": decision.basis or "",
        "basis_id": decision.basis_id,
        "circumstances": known,
    }
