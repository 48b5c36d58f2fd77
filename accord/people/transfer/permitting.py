"""What the people of a file may be written to on, as whoever brings them in states."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, time

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from accord.engine.consent import ages
from accord.engine.consent.terms import Channel
from accord.people import families
from accord.people.consents import ledger, purposes, story
from accord.people.consents.ledger import Proof
from accord.people.models import ConsentRecord, Contact
from accord.platform.events import partitions
from accord.platform.models import Import, User
from accord.platform.queue import work
from accord.platform.transfer.targets import Batch

What = ConsentRecord.What
Source = ConsentRecord.Source
_WHAT = {Import.Basis.CONSENT: What.CONSENT, Import.Basis.SOFT_OPT_IN: What.SOFT_OPT_IN}
_PEOPLE = """
SELECT DISTINCT s.object_id FROM {stage} AS s
WHERE s.wave = %(wave)s AND s.action IN ('created', 'found')
"""
_EVENTS = """
INSERT INTO platform_event (name, happened_at, contact_id, user_id, properties, import_id)
SELECT %(name)s, r.at, r.contact_id, r.by_id,
    jsonb_build_object('what', r.what, 'purpose', r.purpose, 'channel', r.channel), r.import_id
FROM people_consentrecord AS r WHERE r.id = ANY(%(rows)s) ORDER BY r.id
"""
AT_ONCE = 1_000


def places() -> Mapping[str, str]:
    """Every purpose and channel, as purpose/channel, in words."""
    return {
        f"{purpose.pk}/{channel}": f"{purpose.label}, by {way}"
        for purpose in purposes.in_use()
        for channel, way in purposes.WAYS.items()
    }


def write(batch: Batch) -> None:
    """Write into the ledger what the people of the wave agreed to, as was stated of the file.

    What the ledger has already of the same file is not written twice. The contacts are locked by
    the import. The audit log has the import and its statement, not each row.
    """
    job = Import.objects.get(pk=batch.values["import_id"])
    if job.basis not in _WHAT:
        return
    people = [row[0] for row in batch.ask(_PEOPLE)]
    partitions.ensure([_since(job).date()])
    for start in range(0, len(people), AT_ONCE):
        ids = people[start : start + AT_ONCE]
        _add("consent.given", _new(_said(job, ids, batch), job, ids))


def take_back(job: int, by: User | None) -> None:
    """Take back what an import wrote, a thousand rows at a time. Twice does nothing more.

    What somebody confirmed by mail is their own act, and stays. Whoever undoes an import, or
    states that it was wrong, need not have a right to each contact.
    """
    while _take_back_some(job, by):
        pass


@transaction.atomic
def _take_back_some(job: int, by: User | None) -> bool:
    work.fence()
    standing = _standing(ConsentRecord.objects.filter(import_id=job)).order_by("pk")
    ids = sorted(set(standing.values_list("contact", flat=True)[:AT_ONCE]))
    # As a merge and the outbox lock them: what is taken back is so before a letter leaves or after.
    both = {*ids, *families.roots(ids).values()}
    list(Contact.objects.select_for_update(no_key=True).filter(pk__in=both).order_by("pk"))
    now = timezone.now()
    partitions.ensure([now.date()])
    rows = list(standing.filter(contact__in=ids))
    _add("consent.retracted", (_retracted(row, now, by) for row in rows))
    return bool(ids)


def _retracted(row: ConsentRecord, now: datetime, by: User | None) -> ConsentRecord:
    back = ledger.retraction(row, now, by)
    back.recorded_at, back.import_id, back.note = now, row.import_id, _note(row.import_id)
    return back


def _note(import_id: int | None) -> str:
    """What a row says of its list. Its origin stands with the import: it may name others."""
    return f"Import {import_id}"


def _since(job: Import) -> datetime:
    """The beginning of the day of the list: what was said to be stopped on that day stays so."""
    assert job.collected_on is not None  # noqa: S101 - stated with the basis
    return timezone.make_aware(datetime.combine(job.collected_on, time()))


def _said(job: Import, ids: Iterable[int], batch: Batch) -> Iterator[ConsentRecord]:
    """A row of the ledger for each contact, purpose and channel."""
    at, sale = _since(job), job.basis == Import.Basis.SOFT_OPT_IN
    merged = Contact.objects.filter(merged_into__in=ids)
    several = set(merged.values_list("merged_into", flat=True))
    for contact in Contact.objects.filter(pk__in=ids).order_by("pk"):
        born = story.born_on(contact) if contact.pk in several else contact.born_on
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
                note=_note(job.pk),
                import_id=job.pk,
            )


def _new(rows: Iterable[ConsentRecord], job: Import, ids: Iterable[int]) -> Iterator[ConsentRecord]:
    """Those that the ledger does not have already from the same file."""
    same = Import.objects.filter(digest=job.digest).values("pk")
    back = ConsentRecord.objects.filter(confirms=OuterRef("pk"), what=What.RETRACTED)
    said = ConsentRecord.objects.filter(contact__in=ids, import_id__in=same)
    kept = said.filter(~Exists(back), what__in=_WHAT.values())
    known = set(kept.values_list("contact", "what", "purpose", "channel", "at"))
    for row in rows:
        if (row.contact_id, row.what, row.purpose, row.channel, row.at) not in known:
            yield row


def _standing(rows: QuerySet[ConsentRecord]) -> QuerySet[ConsentRecord]:
    """The permissions among these that were neither taken back nor confirmed by the person."""
    later = ConsentRecord.objects.filter(confirms=OuterRef("pk"))
    return rows.filter(~Exists(later), what__in=_WHAT.values())


def _add(event: str, rows: Iterable[ConsentRecord]) -> None:
    """Add rows to the ledger, each sealed in the chain of its contact, with an event."""
    made = list(rows)
    ids = {row.contact_id for row in made}
    last = ConsentRecord.objects.filter(contact__in=ids).order_by("contact", "-pk")
    before = dict(last.distinct("contact").values_list("contact", "digest"))
    for row in made:
        ledger.seal(row, Proof(note=row.note), before.get(row.contact_id, ""))
        before[row.contact_id] = row.digest
    ConsentRecord.objects.bulk_create(made)
    with connection.cursor() as cursor:
        cursor.execute(_EVENTS, {"name": event, "rows": [row.pk for row in made]})
