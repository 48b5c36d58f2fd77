"""A parent's consent for their child, as a colleague writes it down."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.utils import timezone

from accord.engine.consent.terms import Source
from accord.engine.errors import Refused
from accord.people.consents import consent, story
from accord.people.consents.consent import Given, What
from accord.people.consents.ledger import Proof
from accord.people.models import ConsentRecord, Contact
from accord.platform.access import preferences
from accord.platform.models import User


class NotReached(Refused):
    """The company does not reach children. Whoever may can say otherwise in Settings > Consent."""


class NotAChild(Refused):
    """Nothing says that this person was a child then. Write their date of birth first."""


class NoParent(Refused):
    """Say who the parent is, and how you checked that it is them."""


@dataclass(frozen=True)
class Parent:
    """who: a name, or what they are to the child. checked: how we know that it is them."""

    who: str
    checked: str


def give(contact: Contact, given: Given, parent: Parent, *, by: User) -> ConsentRecord:
    """Write down that a parent agreed. It ends as the child is of age, or as it is withdrawn.

    Raises NotReached, NotAChild, NoParent, and what consent.give raises.
    """
    if not preferences.current().may_reach_children:
        raise NotReached
    if not story.is_child(contact, given.at or timezone.now()):
        raise NotAChild
    who, checked = (" ".join(each.split()) for each in (parent.who, parent.checked))
    if not who or not checked:
        raise NoParent
    proof = Proof(note=f"Parent: {who}. Checked: {checked}"[:500])
    said = replace(given, what=What.PARENT, source=Source.STAFF)
    return consent.give(contact, said, proof=proof, by=by)
