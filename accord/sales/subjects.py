"""Subjects: whom and what something in sales is about, and who may write there."""

from __future__ import annotations

from dataclasses import dataclass

from accord.engine.errors import Refused
from accord.people import records
from accord.people.models import Company, Contact
from accord.people.records import Deleted
from accord.platform.access import permissions
from accord.platform.events.log import About
from accord.platform.models import User
from accord.sales.models import Deal, DealContact


class SubjectMissing(Refused):
    """Say whom this is about: a contact, a company or a deal."""


@dataclass(frozen=True)
class Subject:
    """A person, an organisation and a deal, each optional, as a task or activity names them."""

    contact: Contact | None = None
    company: Company | None = None
    deal: Deal | None = None

    @property
    def record(self) -> Deal | Contact | Company | None:
        """The nearest of them: who may write it, may write here."""
        return self.deal or self.contact or self.company


def of(deal: Deal) -> About:
    """A deal, its company and the person on it who came first."""
    people = DealContact.objects.filter(deal=deal).order_by("pk")
    first = people.values_list("contact_id", flat=True).first()
    return About(contact=first, company=deal.company_id, deal=deal.pk)


def about(subject: Subject) -> About:
    """What an event on this subject is about.

    On a deal with one person, it is about that person; with several, nobody knows about whom.
    """
    deal, contact, company = subject.deal, subject.contact, subject.company
    people: list[int] = [contact.pk] if contact else []
    if deal and not contact:
        people = list(DealContact.objects.filter(deal=deal).values_list("contact_id", flat=True))
    return About(
        contact=people[0] if len(people) == 1 else None,
        company=company.pk if company else deal.company_id if deal else None,
        deal=deal.pk if deal else None,
    )


def may_write(subject: Subject, by: User | None) -> bool:
    """Whether `by` may write the nearest record of the subject; without one, any contact."""
    if by is None:
        return True
    record = subject.record
    noun = str(record._meta.model_name) if record else "contact"
    return permissions.may(by, f"{noun}.write", record)


def require(subject: Subject, by: User | None) -> None:
    """Raise Forbidden unless `by` may write here, Deleted where one of the records is."""
    given = (subject.contact, subject.company, subject.deal)
    if any(each.deleted_at for each in given if each):
        raise Deleted
    if subject.record:
        records.permissions_of(subject.record, by)
    else:
        records.may_create("contact", by)
