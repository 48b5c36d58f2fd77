"""What was stopped while two records were one holds for both once they are two again."""

from __future__ import annotations

from django.utils import timezone

from accord.engine.consent.terms import Channel
from accord.people.consents import consent, ledger, story
from accord.people.consents.ledger import Proof
from accord.people.models import ConsentRecord, Contact, Merge, Pause, Restriction
from accord.platform.events import log
from accord.platform.models import User
from accord.platform.trail import audit

What = ConsentRecord.What


def keep_stopped(merge: Merge, *, by: User | None) -> None:
    """Write down for the contact that comes back what was stopped since the merge.

    Nobody knows which of the two said it: a link in an old mail leads to the one that is kept. So
    every stop, and pauses and a restriction that last, are written down as of when they were said;
    what was agreed to is not, not even where it ended the stop. In the transaction that undoes
    the merge, once, both contacts being locked.
    """
    kept, gone = merge.kept, Contact.objects.get(pk=merge.gone_id)
    note = f"Said while this record was part of record {kept.pk}, where the proof is: entry"
    stops = ConsentRecord.objects.filter(
        contact=kept, what__in=[What.WITHDRAWN, What.OBJECTED], recorded_at__gte=merge.at
    )
    for row in stops.order_by("pk"):
        _stop(gone, row, f"{note} {row.pk}.")
    now = timezone.now()
    pauses = Pause.objects.filter(contact=kept, at__gte=merge.at, until__gt=now)
    for each in pauses.order_by("pk"):
        _pause(gone, each, by)
    restrictions = Restriction.objects.filter(contact=kept, at__gte=merge.at, lifted_at=None)
    for open_one in restrictions:
        _restrict(gone, open_one, by)


def _stop(gone: Contact, row: ConsentRecord, note: str) -> None:
    """The same stop, with none of the personal proof: it may be somebody else's."""
    copy = ConsentRecord(
        contact=gone,
        what=row.what,
        purpose=row.purpose,
        channel=row.channel,
        at=row.at,
        source=row.source,
        by=row.by,
        address=story.address_of(gone, Channel(row.channel or Channel.EMAIL)),
    )
    consent.tell(f"consent.{row.what}", ledger.add(copy, Proof(note=note)), row.by)


def _pause(gone: Contact, row: Pause, by: User | None) -> None:
    Pause.objects.create(contact=gone, channel=row.channel, at=row.at, until=row.until, by=row.by)
    audit.record("consent.paused", gone, by=by, channel=row.channel)
    about, until = log.About(contact=gone.pk), row.until.isoformat()
    log.record("consent.paused", about, by=by, channel=row.channel, until=until)


def _restrict(gone: Contact, row: Restriction, by: User | None) -> None:
    """The same restriction, unless one is on: there is one at a time."""
    reason = f"{row.reason} (said while part of record {row.contact_id})".strip()[:300]
    _, made = Restriction.objects.get_or_create(
        contact=gone, lifted_at=None, defaults={"at": row.at, "reason": reason, "by": row.by}
    )
    if made:
        audit.record("consent.restricted", gone, by=by)
        log.record("consent.restricted", log.About(contact=gone.pk), by=by)
