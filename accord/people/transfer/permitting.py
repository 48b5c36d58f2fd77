"""What the people of a file may be written to on, as whoever brings them in states."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, time
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from accord.engine.consent import ages
from accord.engine.consent.terms import Channel
from accord.people.consents import consent, ledger, purposes, story
from accord.people.consents.ledger import Proof
from accord.people.models import ConsentRecord, Contact
from accord.platform.events import partitions
from accord.platform.models import Import
from accord.platform.transfer.targets import Batch

What = ConsentRecord.What
Source = ConsentRecord.Source
_WHAT = {Import.Basis.CONSENT: What.CONSENT, Import.Basis.SOFT_OPT_IN: What.SOFT_OPT_IN}
_BY = {
    Channel.EMAIL: "by e-mail",
    Channel.SMS: "by text message",
    Channel.PHONE: "by phone",
    Channel.POST: "by letter",
}
_PEOPLE = """
SELECT DISTINCT s.object_id FROM {stage} AS s
WHERE s.wave = %(wave)s AND s.action IN ('created', 'found')
"""
_EVENTS = """
INSERT INTO platform_event (name, happened_at, contact_id, user_id, properties, import_id)
SELECT 'consent.given', r.at, r.contact_id, %(by)s,
    jsonb_build_object('what', r.what, 'purpose', r.purpose, 'channel', r.channel), %(import_id)s
FROM people_consentrecord AS r WHERE r.id = ANY(%(rows)s)
"""
AT_ONCE = 1_000


def places() -> Mapping[str, str]:
    """Every purpose and channel, as purpose/channel, in words."""
    return {
        f"{purpose.pk}/{channel}": f"{purpose.label}, {words}"
        for purpose in purposes.in_use()
        for channel, words in _BY.items()
    }


def write(batch: Batch) -> None:
    """Write into the ledger what the people of the wave agreed to, as was stated of the file.

    What the ledger has already of the same list is not written twice. Rows of these contacts are
    locked by the import.
    """
    job = Import.objects.get(pk=batch.values["import_id"])
    if job.basis not in _WHAT:
        return
    people = [row[0] for row in batch.ask(_PEOPLE)]
    partitions.ensure([_since(job).date()])
    for start in range(0, len(people), AT_ONCE):
        ids = people[start : start + AT_ONCE]
        rows = _sealed(ids, _new(_said(job, ids, batch), ids))
        ConsentRecord.objects.bulk_create(rows)
        batch.run(_EVENTS, rows=[row.pk for row in rows])


def take_back(job: int) -> None:
    """Take back what an undone import wrote of contacts that stay. Twice does nothing more."""
    rows = ConsentRecord.objects.filter(import_id=job).exclude(what=What.RETRACTED)
    standing = rows.exclude(pk__in=_taken_back(rows.values("contact")))
    for row in standing.select_related("contact").order_by("pk"):
        consent.retract(row, proof=Proof(note=f"Import {job} was undone."), by=None)


def _since(job: Import) -> datetime:
    """The beginning of the day of the list: what was said to be stopped on that day stays so."""
    assert job.collected_on is not None  # noqa: S101 - stated with the basis
    return timezone.make_aware(datetime.combine(job.collected_on, time()))


def _said(job: Import, ids: Iterable[int], batch: Batch) -> Iterator[ConsentRecord]:
    """A row of the ledger for each contact, purpose and channel."""
    at, sale = _since(job), job.basis == Import.Basis.SOFT_OPT_IN
    merged = Contact.objects.filter(merged_into__in=ids)
    families = set(merged.values_list("merged_into", flat=True))
    for contact in Contact.objects.filter(pk__in=ids).order_by("pk"):
        born = story.born_on(contact) if contact.pk in families else contact.born_on
        child = ages.is_child(born, at, story.country(contact))
        for place in job.places:
            purpose, _, channel = place.partition("/")
            yield ConsentRecord(
                contact=contact,
                what=_WHAT[Import.Basis(job.basis)],
                purpose=purpose,
                channel=channel,
                at=at,
                recorded_at=batch.values["now"],
                source=Source.CHILD if child else Source.IMPORT,
                by=batch.by,
                opt_out_offered=sale,
                address=story.address_of(contact, Channel(channel)),
                note=f"{job.origin} ({job.evidence_name})",
                import_id=job.pk,
            )


def _new(rows: Iterable[ConsentRecord], ids: Iterable[int]) -> Iterator[ConsentRecord]:
    """Those that the ledger does not have already from a list of the same day."""
    kept = ConsentRecord.objects.filter(contact__in=ids, import_id__isnull=False)
    standing = kept.exclude(pk__in=_taken_back(ids))
    known = set(standing.values_list("contact", "what", "purpose", "channel", "at"))
    for row in rows:
        if (row.contact_id, row.what, row.purpose, row.channel, row.at) not in known:
            yield row


def _taken_back(contacts: Any) -> QuerySet[ConsentRecord, int | None]:
    """The ids of what was taken back of these contacts."""
    found = ConsentRecord.objects.filter(what=What.RETRACTED, contact__in=contacts)
    return found.values_list("confirms", flat=True)


def _sealed(ids: Iterable[int], rows: Iterable[ConsentRecord]) -> list[ConsentRecord]:
    """The rows, each sealed in the chain of its contact."""
    last = ConsentRecord.objects.filter(contact__in=ids).order_by("contact", "-pk")
    before = dict(last.distinct("contact").values_list("contact", "digest"))
    found = []
    for row in rows:
        ledger.seal(row, Proof(note=row.note), before.get(row.contact_id, ""))
        before[row.contact_id] = row.digest
        found.append(row)
    return found
