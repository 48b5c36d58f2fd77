"""What a colleague writes down of what a person said: only with how it was said and its proof."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from accord.engine.consent.terms import Source
from accord.engine.errors import Refused
from accord.people.consents import consent
from accord.people.consents.consent import Given, Reach, What
from accord.people.consents.ledger import NotPublished, Proof
from accord.people.models import ConsentRecord, Contact
from accord.platform.models import User


class NoProof(Refused):
    """Say what proves it: who heard it and when, or where the paper or message is kept."""


class NoReason(Refused):
    """Say why it should not be there: it stays in the ledger, with your reason."""


class NotTheirs(Refused):
    """A talk is not the person's own act. Choose how they put it into writing themselves."""


class Unwanted(Refused):
    """Look whether they say beside the address that they want no such messages, and confirm it."""


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


@dataclass(frozen=True)
class Published:
    """An address somebody published for their work.

    where: the page or paper. relevance: why our messages matter to that work. refuses_nothing:
    whether it stands there without a word that they want none.
    """

    where: str
    relevance: str
    refuses_nothing: bool


def give(contact: Contact, given: Given, said: Said, *, by: User) -> ConsentRecord:
    """Write down a permission a colleague knows of.

    What the person wrote or signed themselves is their own act, and so ends a suppression, an
    objection and a complaint; what a colleague heard ends a withdrawal only.
    Raises NoProof, and what consent.give raises.
    """
    proof = _proof(said)
    return consent.give(contact, replace(given, source=said.source), proof=proof, by=by)


def note_published(
    contact: Contact, given: Given, published: Published, *, by: User
) -> ConsentRecord:
    """Write down that somebody published the address we have of them (Canada).

    Raises NotPublished, Unwanted, and what consent.give raises.
    """
    where, relevance = (" ".join(x.split()) for x in (published.where, published.relevance))
    if not where or not relevance:
        raise NotPublished
    if not published.refuses_nothing:
        raise Unwanted
    note = f"Published without refusing such messages: {where}. Matters to their work: {relevance}"
    said = replace(given, what=What.PUBLISHED, source=Source.STAFF)
    return consent.give(contact, said, proof=Proof(note=note), by=by)


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


def take_back(row: ConsentRecord, why: str, *, by: User) -> ConsentRecord:
    """Take back a permission that is a mistake.

    Raises NoReason, and what consent.retract raises.
    """
    words = " ".join(why.split())
    if not words:
        raise NoReason
    return consent.retract(row, proof=Proof(note=words), by=by)


def _proof(said: Said) -> Proof:
    words = " ".join(said.proof.split())
    if not words:
        raise NoProof
    return Proof(note=f"{LABELS[said.way]}: {words}")
