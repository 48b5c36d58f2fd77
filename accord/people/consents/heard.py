"""What a colleague writes down of what a person said: only with how it was said and its proof."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from accord.engine.consent.terms import Source
from accord.engine.errors import Refused
from accord.people.consents import consent
from accord.people.consents.consent import Given, Reach
from accord.people.consents.ledger import Proof
from accord.people.models import ConsentRecord, Contact
from accord.platform.models import User


class NoProof(Refused):
    """Say what proves it: who heard it and when, or where the paper or message is kept."""


class NotTheirs(Refused):
    """A talk is not the person's own act. Choose how they put it into writing themselves."""


class Way(StrEnum):
    """How it was said. `writing` and `paper` are the person's own act, the others are heard."""

    TALK = "talk"
    CALL = "call"
    FAIR = "fair"
    WRITING = "writing"
    PAPER = "paper"


LABELS = {
    Way.TALK: "In a talk",
    Way.CALL: "On the phone",
    Way.FAIR: "At a fair or event",
    Way.WRITING: "In a mail or message of theirs",
    Way.PAPER: "On a paper they signed",
}
THEIR_OWN = frozenset({Way.WRITING, Way.PAPER})


@dataclass(frozen=True)
class Said:
    """How something was said, and what proves it."""

    way: Way
    proof: str

    @property
    def source(self) -> Source:
        return Source.PERSON if self.way in THEIR_OWN else Source.STAFF


def give(contact: Contact, given: Given, said: Said, *, by: User) -> ConsentRecord:
    """Write down a permission a colleague knows of.

    What the person wrote or signed themselves is their own act, and so ends a suppression, an
    objection and a complaint; what a colleague heard ends a withdrawal only.
    Raises NoProof, and what consent.give raises.
    """
    proof = _proof(said)
    return consent.give(contact, replace(given, source=said.source), proof=proof, by=by)


def lift(contact: Contact, given: Given, said: Said, *, by: User) -> ConsentRecord:
    """Let a suppressed address be written to again, on new proof of the person's own act.

    Raises NotTheirs where it was only heard, NoProof, and what consent.give raises.
    """
    if said.source != Source.PERSON:
        raise NotTheirs
    return give(contact, given, said, by=by)


def stop(contact: Contact, reach: Reach, said: Said, *, objection: bool, by: User) -> ConsentRecord:
    """Write down that somebody withdrew consent, or objected to marketing. Raises NoProof."""
    verb = consent.object_to if objection else consent.withdraw
    return verb(contact, reach, source=said.source, proof=_proof(said), by=by)


def _proof(said: Said) -> Proof:
    words = " ".join(said.proof.split())
    if not words:
        raise NoProof
    return Proof(note=f"{LABELS[said.way]}: {words}")
