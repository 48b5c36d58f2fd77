"""Consent: what people agreed to and how they said stop, and the only gate messages pass."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accord.engine.consent import gate
from accord.engine.consent.terms import Channel, Decision, Kind, Question, Source
from accord.engine.errors import Refused
from accord.people import families, records
from accord.people.consents import ledger, purposes, story, suppressions, together
from accord.people.consents.ledger import Proof
from accord.people.models import (
    ConsentRecord,
    ConsentText,
    Contact,
    Pause,
    Restriction,
)
from accord.platform.events import log, names
from accord.platform.models import User
from accord.platform.trail import audit

names.declare("consent.given", "Agreed to be written to", icon="shield-check")
names.declare("consent.confirmed", "Confirmed consent by mail", icon="shield-check")
names.declare("consent.retracted", "Permission was taken back", icon="lock")
names.declare("consent.withdrawn", "Withdrew consent", icon="lock")
names.declare("consent.objected", "Objected to marketing", icon="lock")
names.declare("consent.suppressed", "Address was suppressed", icon="lock")
names.declare("consent.paused", "Asked for a pause", icon="lock")
names.declare("consent.resumed", "Ended the pause", icon="shield-check")
names.declare("consent.restricted", "Record was restricted", icon="lock")
names.declare("consent.unrestricted", "Restriction was lifted", icon="shield-check")

What = ConsentRecord.What
NO_PERMISSIONS = (What.CONFIRMED, What.WITHDRAWN, What.OBJECTED, What.RETRACTED)
KEY_LOST = "Refused: the key of the suppression list is missing, so nobody can look there."

NOT_USED = "Refused: nothing is promoted for this purpose any more."


class InTheFuture(Refused):
    """Nobody can have said that in the future. Choose a moment that has passed."""


class NoAddress(Refused):
    """Say which address is to be suppressed."""


class NotToConfirm(Refused):
    """There is no consent here that waits to be confirmed."""


class NotToRetract(Refused):
    """Only a permission can be taken back. What somebody stopped stays stopped."""


class NoPause(Refused):
    """A pause ends after it began. Choose a later day."""


@dataclass(frozen=True)
class Given:
    """A permission, and what it was given for. at: when, aware; None is now.

    what: What.CONSENT, SOFT_OPT_IN, PURCHASE, INQUIRY, PUBLISHED (see `heard.note_published`),
    PARENT (see `parents`) or UNKNOWN.
    """

    purpose: str
    channel: Channel
    what: str = What.CONSENT
    source: Source = Source.STAFF
    at: datetime | None = None
    text: ConsentText | None = None
    opt_out_offered: bool = False


@dataclass(frozen=True)
class Reach:
    """What a stop is for: "" and None mean every purpose and channel."""

    purpose: str = ""
    channel: Channel | None = None


EVERYTHING = Reach()
NO_PROOF = Proof()


@transaction.atomic
def give(
    contact: Contact, given: Given, *, proof: Proof = NO_PROOF, by: User | None
) -> ConsentRecord:
    """Write down that a contact may be written to, with its proof.

    What somebody says who is a child is kept as said by a child.
    Raises Forbidden, NoPurpose, InTheFuture, or what `ledger.seal` raises.
    """
    contact = hold(contact, by)
    purpose, at = purposes.get(given.purpose), _moment(given.at)
    by_a_child = given.what != What.PARENT and story.is_child(contact, at)
    row = ConsentRecord(
        contact=contact,
        what=What(given.what),
        purpose=purpose.pk,
        channel=given.channel,
        at=at,
        source=Source.CHILD if by_a_child else given.source,
        by=by,
        text=given.text,
        opt_out_offered=given.opt_out_offered,
        address=story.address_of(contact, given.channel),
    )
    return tell("consent.given", ledger.add(row, proof), by)


@transaction.atomic
def confirm(record: ConsentRecord, *, proof: Proof = NO_PROOF, by: User | None) -> ConsentRecord:
    """Note that the link in the mail was followed. Twice gives the first.

    Raises NotToConfirm, also where it was taken back, or the record was merged into another since:
    what is written down for it would not count. Consent that is given anew, for the one that
    stays, does.
    """
    if record.what != What.CONSENT or hold(record.contact, by).pk != record.contact_id:
        raise NotToConfirm
    later = {row.what: row for row in ConsentRecord.objects.filter(confirms=record)}
    if What.RETRACTED in later:
        raise NotToConfirm
    if done := later.get(What.CONFIRMED):
        return done
    row = ConsentRecord(
        contact=record.contact,
        what=What.CONFIRMED,
        purpose=record.purpose,
        channel=record.channel,
        at=timezone.now(),
        source=Source.PERSON,
        by=by,
        text=record.text,
        confirms=record,
        address=record.address,
    )
    return tell("consent.confirmed", ledger.add(row, proof), by)


@transaction.atomic
def retract(record: ConsentRecord, *, proof: Proof = NO_PROOF, by: User | None) -> ConsentRecord:
    """Take back a permission that should not be in the ledger: it counts as if it was never said.

    Written down for the contact it was given for, also where that one was merged since. Its
    confirmation counts no more either. Twice gives the first. Raises Forbidden or NotToRetract.
    """
    if record.what in NO_PERMISSIONS:
        raise NotToRetract
    _hold_both(record.contact, by)
    if done := ConsentRecord.objects.filter(what=What.RETRACTED, confirms=record).first():
        return done
    row = ledger.retraction(record, timezone.now(), by)
    return tell("consent.retracted", ledger.add(row, proof), by)


def withdraw(
    contact: Contact,
    reach: Reach = EVERYTHING,
    *,
    source: Source = Source.STAFF,
    proof: Proof = NO_PROOF,
    by: User | None,
) -> ConsentRecord:
    """Write down that consent ends, now. Raises Forbidden or NoPurpose."""
    return _stop(contact, reach, What.WITHDRAWN, source, (proof, by))


def object_to(
    contact: Contact,
    reach: Reach = EVERYTHING,
    *,
    source: Source = Source.STAFF,
    proof: Proof = NO_PROOF,
    by: User | None,
) -> ConsentRecord:
    """Write down an objection to marketing (GDPR article 21), from now on.

    Only the person's own consent ends it. Raises Forbidden or NoPurpose.
    """
    return _stop(contact, reach, What.OBJECTED, source, (proof, by))


@transaction.atomic
def suppress(
    contact: Contact, address: str, *, channel: Channel, way: str, by: User | None
) -> bool:
    """Put an address of a contact on the suppression list; False where it was there.

    way: Suppression.Way. It outlives the record, its erasure and any import. Raises Forbidden
    or NoAddress.
    """
    contact = hold(contact, by)
    if not address.strip():
        raise NoAddress
    if not suppressions.add(address, channel=channel, way=way, at=timezone.now()):
        return False
    audit.record("consent.suppressed", contact, by=by, channel=channel, way=way)
    about = log.About(contact=contact.pk)
    log.record("consent.suppressed", about, by=by, channel=str(channel), way=str(way))
    return True


@transaction.atomic
def pause(
    contact: Contact, *, until: datetime, channel: Channel | None = None, by: User | None
) -> Pause:
    """Nothing that promotes until then. Raises Forbidden or NoPause."""
    contact = hold(contact, by)
    now = timezone.now()
    if until <= now:
        raise NoPause
    return keep_pause(Pause(contact=contact, channel=channel or "", at=now, until=until, by=by), by)


@transaction.atomic
def resume(contact: Contact, *, by: User | None) -> None:
    """End every pause of a contact and of who was merged into it, now. Twice does nothing.

    Raises Forbidden.
    """
    contact = hold(contact, by)
    now = timezone.now()
    mine = families.of([contact.pk])
    if Pause.objects.filter(contact__in=mine, until__gt=now).update(until=now):
        audit.record("consent.resumed", contact, by=by)
        log.record("consent.resumed", log.About(contact=contact.pk), by=by)


@transaction.atomic
def restrict(contact: Contact, *, reason: str = "", by: User | None) -> None:
    """Keep the record and do not use it (GDPR article 18). Twice does nothing.

    What is being taken in this moment is taken in before; what comes later is nobody's.
    """
    contact = hold(contact, by)
    families.alone()
    asked = Restriction(contact=contact, at=timezone.now(), reason=reason.strip()[:300], by=by)
    keep_restriction(asked, by)


@transaction.atomic
def unrestrict(contact: Contact, *, by: User | None) -> None:
    """Let the record be used again. Twice does nothing. What is being taken in is so before."""
    contact = hold(contact, by)
    families.alone()
    mine = families.of([contact.pk])
    open_ones = Restriction.objects.filter(contact__in=mine, lifted_at=None)
    if open_ones.update(lifted_at=timezone.now()):
        audit.record("consent.unrestricted", contact, by=by)
        log.record("consent.unrestricted", log.About(contact=contact.pk), by=by)


def may_send(contact: Contact, question: Question, now: datetime, *, address: str = "") -> Decision:
    """Whether this may go to a contact at `now`: the only gate. See engine.consent.gate.decide.

    address: where it would go; the contact's own e-mail address or number where it is empty.
    """
    if (refused := refused_to_all(question)) is not None:
        return refused
    where = address or story.address_of(contact, question.channel)
    return gate.decide(together.whole(contact, where, question.channel), question, now)


def refused_to_all(question: Question) -> Decision | None:
    """The refusal that holds whoever is asked about, if there is one."""
    if question.kind != Kind.MARKETING:
        return None
    if suppressions.key_is_lost():
        return Decision(False, KEY_LOST)
    if not purposes.in_use().filter(pk=question.purpose).exists():
        return Decision(False, NOT_USED)
    return None


def question(purpose: str, channel: Channel) -> Question:
    """The question of marketing for a purpose. Raises NoPurpose."""
    return Question(purpose, channel, Kind.MARKETING, purposes.get(purpose).double)


def history(contact: Contact) -> QuerySet[ConsentRecord]:
    """Everything the ledger holds of a contact and of who was merged into it, newest first."""
    rows = ConsentRecord.objects.filter(contact__in=families.of([contact.pk]))
    return rows.select_related("by", "text").order_by("-at", "-pk")


def hold(contact: Contact, by: User | None) -> Contact:
    """Let only those speak for a contact who may write it, and one after the other.

    Answers the contact as it is now, locked: of somebody merged meanwhile the record that stays.
    The outbox locks the same row as a message leaves: what is said here is wholly before that
    instant or wholly after it. Rows may still point to it. Raises Forbidden.
    """
    records.permissions_of(contact, by)
    now = families.root(contact.pk) or contact.pk
    held = Contact.objects.select_for_update(no_key=True).get(pk=now)
    if held.merged_into_id is not None:
        return hold(held, by)
    if held.pk != contact.pk:
        records.permissions_of(held, by)
    return held


def keep_pause(row: Pause, by: User | None) -> Pause:
    """Save a pause and note it in the audit log and the events, in its transaction."""
    row.save()
    audit.record("consent.paused", row.contact, by=by, channel=row.channel)
    about, until = log.About(contact=row.contact_id), row.until.isoformat()
    log.record("consent.paused", about, by=by, channel=row.channel, until=until)
    return row


def keep_restriction(row: Restriction, by: User | None) -> None:
    """Save a restriction and note it likewise, with its end where it was lifted, unless there is
    the same or one is on: there is one at a time.
    """
    about, said = log.About(contact=row.contact_id), {"reason": row.reason, "by": row.by}
    _, made = Restriction.objects.get_or_create(
        contact=row.contact, lifted_at=row.lifted_at, defaults=said | {"at": row.at}
    )
    if made:
        audit.record("consent.restricted", row.contact, by=by)
        log.record("consent.restricted", about, by=by, at=row.at)
    if made and row.lifted_at:
        audit.record("consent.unrestricted", row.contact, by=by)
        log.record("consent.unrestricted", about, by=by, at=row.lifted_at)


def tell(name: str, row: ConsentRecord, by: User | None) -> ConsentRecord:
    """Note a new row of the ledger in the audit log and the events, in its transaction."""
    place: dict[str, Any] = {"purpose": row.purpose, "channel": str(row.channel)}
    audit.record(name, row.contact, by=by, record=row.pk, what=str(row.what), **place)
    about = log.About(contact=row.contact_id)
    log.record(name, about, by=by, at=row.at, what=str(row.what), **place)
    return row


def _hold_both(contact: Contact, by: User | None) -> None:
    """Hold a contact and what it was merged into, locked in the order a merge locks them."""
    records.permissions_of(contact, by)
    both = [contact.pk, families.root(contact.pk) or contact.pk]
    list(Contact.objects.select_for_update(no_key=True).filter(pk__in=both).order_by("pk"))
    hold(contact, by)


@transaction.atomic
def _stop(
    contact: Contact,
    reach: Reach,
    what: str,
    source: Source,
    said: tuple[Proof, User | None],
) -> ConsentRecord:
    proof, by = said
    contact = hold(contact, by)
    row = ConsentRecord(
        contact=contact,
        what=What(what),
        purpose=purposes.get(reach.purpose).pk if reach.purpose else "",
        channel=reach.channel or "",
        at=timezone.now(),
        source=source,
        by=by,
        address=story.address_of(contact, reach.channel or Channel.EMAIL),
    )
    return tell(f"consent.{row.what}", ledger.add(row, proof), by)


def _moment(at: datetime | None) -> datetime:
    now = timezone.now()
    if at is not None and at > now:
        raise InTheFuture
    return at or now
