"""Privacy requests: what was asked, by when an answer is due, and every step towards it."""

from __future__ import annotations

import calendar
from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accord.engine.consent.terms import Source
from accord.engine.errors import Refused
from accord.people.consents import consent
from accord.people.models import Contact, PrivacyRequest, PrivacyStep
from accord.platform.access import permissions
from accord.platform.models import User
from accord.platform.trail import audit

Kind = PrivacyRequest.Kind
State = PrivacyRequest.State
Origin = PrivacyRequest.Origin

STEPS = {
    "received": "Received",
    "found": "Person found",
    "identified": "Identity checked",
    "extended": "Extended by two months",
    "exported": "Copy given out",
    "erasing": "Erasure began",
    "restricted": "Record restricted",
    "unrestricted": "Restriction lifted",
    "objected": "Objection written down",
    "corrected": "Corrected",
    "noted": "Note",
    "answered": "Answered",
    "refused": "Refused",
    "withdrawn": "Withdrawn",
    "reopened": "Reopened",
}


class UnknownKind(Refused):
    """Choose what was asked: a copy, erasure, correction, restriction or objection."""


class Closed(Refused):
    """This request was answered already. Reopen it first."""


class NotIdentified(Refused):
    """Write down first how you know that it is this person who asks."""


class ErasedSince(Refused):
    """This person was erased: all that is left is to close the request."""


class NoPerson(Refused):
    """Say first whose data this request is about."""


class NoReason(Refused):
    """Write down the reason: the person must be told it."""


class ExtendedBefore(Refused):
    """This request was extended already. It can be done once, by two months."""


class InTheFuture(Refused):
    """A request cannot have arrived in the future. Choose a day that has passed."""


@transaction.atomic
def receive(
    kind: str,
    contact: Contact | None,
    *,
    asked_by: str = "",
    origin: str = Origin.STAFF,
    at: datetime | None = None,
    by: User | None,
) -> PrivacyRequest:
    """Write down that somebody asked; an answer is due in one month.

    at: when it arrived, now where it is not given. Raises Forbidden, UnknownKind, InTheFuture.
    """
    _may(by)
    if kind not in Kind.values:
        raise UnknownKind
    received = at or timezone.now()
    if received > timezone.now():
        raise InTheFuture
    made = PrivacyRequest.objects.create(
        kind=kind,
        origin=Origin(origin),
        contact=contact,
        asked_by=" ".join(asked_by.split())[:320],
        received_at=received,
        due_at=in_months(received, 1),
        by=by,
    )
    return _step(made, "received", "", by)


@transaction.atomic
def find(request: PrivacyRequest, contact: Contact, *, by: User | None) -> PrivacyRequest:
    """Say whose data a request is about: then it is to be checked that it is they who ask.

    The same person again changes nothing. Raises Forbidden, Closed or ErasedSince.
    """
    held = _held(request, by)
    if is_erased(held):
        raise ErasedSince
    if held.contact_id == contact.pk:
        return held
    PrivacyRequest.objects.filter(pk=held.pk).update(contact=contact, identity="")
    return _step(held, "found", "", by)


@transaction.atomic
def identify(request: PrivacyRequest, how: str, *, by: User | None) -> PrivacyRequest:
    """Write down how we know who asks. Raises Forbidden, Closed, ErasedSince or NotIdentified."""
    held = _held(request, by)
    if is_erased(held):
        raise ErasedSince
    words = " ".join(how.split())[:300]
    if not words:
        raise NotIdentified
    PrivacyRequest.objects.filter(pk=held.pk).update(identity=words)
    return _step(held, "identified", words, by)


@transaction.atomic
def extend(request: PrivacyRequest, reason: str, *, by: User | None) -> PrivacyRequest:
    """Take two months more (GDPR article 12(3)): the person must be told within the first.

    Raises Forbidden, Closed, ExtendedBefore or NoReason.
    """
    held = _held(request, by)
    if held.extended:
        raise ExtendedBefore
    words = _reason(reason)
    due = in_months(held.received_at, 3)
    PrivacyRequest.objects.filter(pk=held.pk).update(extended=True, due_at=due)
    return _step(held, "extended", words, by)


@transaction.atomic
def note(request: PrivacyRequest, what: str, text: str = "", *, by: User | None) -> PrivacyRequest:
    """Write down a step towards the answer: one of STEPS. Raises Forbidden or Closed."""
    return _step(_held(request, by), what, text, by)


@transaction.atomic
def correct(request: PrivacyRequest, what: str, *, by: User | None) -> PrivacyRequest:
    """Write down what was corrected. Raises Forbidden, Closed or what ready raises."""
    return _step(ready(_held(request, by)), "corrected", what, by)


@transaction.atomic
def restrict(request: PrivacyRequest, *, by: User | None) -> PrivacyRequest:
    """Keep the person's record and do not use it. Raises Forbidden, Closed or what ready raises."""
    held = ready(_held(request, by))
    contact = _contact(held)
    consent.restrict(contact, reason=f"Privacy request {held.pk}", by=None)
    return _step(held, "restricted", "", by)


@transaction.atomic
def object_to(request: PrivacyRequest, *, by: User | None) -> PrivacyRequest:
    """Write the person's objection to marketing into the ledger of consent."""
    held = ready(_held(request, by))
    consent.object_to(_contact(held), source=Source.PERSON, by=by)
    return _step(held, "objected", "", by)


@transaction.atomic
def answer(request: PrivacyRequest, text: str = "", *, by: User | None) -> PrivacyRequest:
    """The person was answered: the request is closed.

    Whoever is on no record was told so, and need not be known. Raises Forbidden, Closed or
    NotIdentified.
    """
    held = _held(request, by)
    if held.contact_id and not is_erased(held):
        ready(held)
    return _close(request, State.ANSWERED, text, by)


@transaction.atomic
def refuse(request: PrivacyRequest, reason: str, *, by: User | None) -> PrivacyRequest:
    """It is not done, and the person was told why. Raises Forbidden, Closed or NoReason."""
    return _close(request, State.REFUSED, _reason(reason), by)


@transaction.atomic
def withdraw(request: PrivacyRequest, *, by: User | None) -> PrivacyRequest:
    """The person does not ask any more. Raises Forbidden or Closed."""
    return _close(request, State.WITHDRAWN, "", by)


@transaction.atomic
def reopen(request: PrivacyRequest, *, by: User | None) -> PrivacyRequest:
    """Go on with a request that was closed; it is due when it was. Twice does nothing."""
    _may(by)
    closed = PrivacyRequest.objects.filter(pk=request.pk).exclude(state=State.OPEN)
    if closed.update(state=State.OPEN, closed_at=None):
        return _step(request, "reopened", "", by)
    return request


def waiting() -> list[PrivacyRequest]:
    """The open requests, those due first in front."""
    rows = PrivacyRequest.objects.filter(state=State.OPEN).select_related("contact")
    return list(rows.order_by("due_at", "pk"))


def history(request: PrivacyRequest) -> QuerySet[PrivacyStep]:
    """What was done about a request, newest first."""
    return PrivacyStep.objects.filter(request=request).select_related("by").order_by("-pk")


def ready(request: PrivacyRequest) -> PrivacyRequest:
    """A request whose person is known and was identified.

    Raises ErasedSince, NoPerson or NotIdentified.
    """
    if is_erased(request):
        raise ErasedSince
    if request.contact_id is None:
        raise NoPerson
    if not is_identified(request):
        raise NotIdentified
    return request


def is_identified(request: PrivacyRequest) -> bool:
    """Whether it was checked that it is this person who asks, since they were found.

    How we know is blanked by an erasure, the step is not.
    """
    steps = PrivacyStep.objects.filter(request=request, what__in=("found", "identified"))
    last = steps.order_by("-pk").first()
    return last is not None and last.what == "identified"


def is_erased(request: PrivacyRequest) -> bool:
    """Whether the person was erased, whose record may be gone with it."""
    if request.contact:
        return request.contact.erased_at is not None
    return PrivacyStep.objects.filter(request=request, what="erasing").exists()


def open_of(contacts: Collection[Contact]) -> QuerySet[PrivacyRequest]:
    """The open requests that are about any of these records."""
    return PrivacyRequest.objects.filter(contact__in=contacts, state=State.OPEN).order_by("pk")


def answering(contacts: Collection[Contact], kind: str) -> PrivacyRequest | None:
    """The open request that what is done now answers, of whom it is known who asks; the eldest.

    None where nobody asked. Raises NotIdentified where somebody did, and nobody was checked.
    """
    asked = list(open_of(contacts).filter(kind=kind).order_by("received_at", "pk"))
    checked = [each for each in asked if is_identified(each)]
    if asked and not checked:
        raise NotIdentified
    return checked[0] if checked else None


def to_tell(contacts: Collection[Contact]) -> str:
    """What is to be said of open requests before these records are erased; "" without any."""
    match open_of(contacts).count():
        case 0:
            return ""
        case 1:
            return "1 request of this person is open; tell them first."
        case many:
            return f"{many} requests of this person are open; tell them first."


def in_months(start: datetime, months: int) -> datetime:
    """The same day and time that many months later, or that month's last day."""
    here = timezone.localtime(start)
    years, month = divmod(here.month - 1 + months, 12)
    year, month = here.year + years, month + 1
    day = min(here.day, calendar.monthrange(year, month)[1])
    moved = here.replace(tzinfo=None, year=year, month=month, day=day)
    return timezone.make_aware(moved)


def _close(request: PrivacyRequest, state: str, text: str, by: User | None) -> PrivacyRequest:
    held = _held(request, by)
    now = timezone.now()
    PrivacyRequest.objects.filter(pk=held.pk).update(state=state, closed_at=now)
    return _step(held, state, text, by)


def _held(request: PrivacyRequest, by: User | None) -> PrivacyRequest:
    _may(by)
    held = PrivacyRequest.objects.select_for_update().get(pk=request.pk)
    if held.state != State.OPEN:
        raise Closed
    return held


def _step(request: PrivacyRequest, what: str, text: str, by: User | None) -> PrivacyRequest:
    """Write a step down; answers the request as it is now."""
    PrivacyStep.objects.create(
        request=request,
        at=timezone.now(),
        what=what if what in STEPS else "noted",
        note=" ".join(text.split())[:500],
        by=by,
    )
    audit.record(f"privacy.{what}", request, by=by, kind=str(request.kind))
    request.refresh_from_db()
    return request


def _contact(request: PrivacyRequest) -> Contact:
    if request.contact is None:
        raise NoPerson
    return request.contact


def _reason(text: str) -> str:
    words = " ".join(text.split())
    if not words:
        raise NoReason
    return words


def _may(by: User | None) -> None:
    if by is not None:
        permissions.require(by, "privacy.manage")
