"""What was stopped while two records were one holds for both once they are two again."""

from __future__ import annotations

from django.utils import timezone

from accord.engine.consent.terms import Channel
from accord.people.consents import consent, ledger, story
from accord.people.consents.ledger import Proof
from accord.people.models import ConsentRecord, Contact, Merge, Pause, Restriction
from accord.platform.models import User

What = ConsentRecord.What


def keep_stopped(merge: Merge, *, by: User | None) -> None:
    """Write down for the contact that comes back what was stopped since the merge.

    Nobody knows which of the two said it: a link in an old mail leads to the one that is kept. So
    every stop, pauses that last and every restriction are written down as of when they were said;
    what was agreed to is not, not even where it ended the stop. A restriction that was lifted is
    written down as lifted: what arrived while it held is never theirs. In the transaction that
    undoes the merge, once, both contacts being locked.
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
        same = Pause(contact=gone, channel=each.channel, at=each.at, until=each.until, by=each.by)
        consent.keep_pause(same, by)
    restrictions = Restriction.objects.filter(contact=kept, at__gte=merge.at)
    for restriction in restrictions.order_by("pk"):
        consent.keep_restriction(_restriction(gone, restriction), by)


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


def _restriction(gone: Contact, row: Restriction) -> Restriction:
    reason = f"{row.reason} (said while part of record {row.contact_id})".strip()[:300]
    return Restriction(contact=gone, at=row.at, lifted_at=row.lifted_at, reason=reason, by=row.by)
