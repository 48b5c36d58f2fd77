"""What happened with a person: events, the history of their fields, the audit log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db import connection
from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from accord.people import fields, timeline
from accord.people.identity import forgetting
from accord.people.models import (
    ChangedPerson,
    Evidence,
    Membership,
    MembershipTurn,
    Visitor,
    VisitorSpan,
)
from accord.people.origins.channels import CHANNELS
from accord.people.privacy import general
from accord.platform import personal
from accord.platform.models import AuditEntry, BulkChange, Event, FieldChange
from accord.platform.personal import Person, Row, Store, rows

TOUCHES_STAY = (
    "That a touch by one of our channels, or a step of a deal, happened, and when: attribution "
    "and the story of deals lean on them. Everything else of it goes, and so do all other events."
)
CHANGES_STAY = (
    "When owner, channel and first contact changed, and to what: reports as of a past day lean "
    "on them."
)
AUDIT_STAYS = "Who did what to the record and when, without details: others are held to it."
# Of what an event says, the numbers of rows that say the rest, which are emptied themselves.
_STAY = ("activity", "task", "from", "to")
AT_ONCE = 1_000  # events told at once
_SEGMENTS = ("people.Membership", "people.MembershipTurn", "people.ChangedPerson")
_FIELDS = ("owner", "channel", "acquired_at", "source", "campaign")


def register() -> None:
    """Declare the logs and what devices did."""
    personal.offer(
        Store(
            "events",
            "Events",
            ("platform.Event",),
            _events,
            _no_events,
            TOUCHES_STAY,
            10,
            told=_titles,
        )
    )
    personal.offer(
        Store(
            "changes",
            "History of fields",
            ("platform.FieldChange",),
            _changes,
            _no_changes,
            CHANGES_STAY,
            told=_labels,
        )
    )
    personal.offer(
        Store("audit", "Audit log", ("platform.AuditEntry",), _audit, _no_details, AUDIT_STAYS)
    )
    _register_devices()


def _register_devices() -> None:
    personal.offer(
        Store(
            "visitors",
            "Devices and why they are taken for theirs",
            ("people.Visitor", "people.VisitorSpan", "people.Evidence", "people.KeyChange"),
            _visitors,
            _no_visitors,
            order=20,
        )
    )
    personal.offer(Store("segments", "Segments they are in", _SEGMENTS, _segments, _no_segments))
    personal.offer(
        Store("bulk_changes", "Edits of many records", ("platform.BulkChange",), _bulk, _no_bulk)
    )


def _their_events(person: Person) -> QuerySet[Event]:
    """What they did, also what is nobody's: all of that on devices of theirs alone, and on others
    what was done while the device was theirs.
    """
    alone = list(_alone(person))
    shared = sorted({*person.visitors} - {*alone})
    then = VisitorSpan.objects.filter(
        Q(since=None) | Q(since__lte=OuterRef("happened_at")), visitor=OuterRef("visitor_id")
    ).order_by(F("since").desc(nulls_last=True))
    nobodys = Q(visitor_id__in=alone) | Q(visitor_id__in=shared, by_then=person.id)
    return Event.objects.alias(by_then=Subquery(then.values("contact")[:1])).filter(
        Q(contact_id=person.id) | Q(contact_id=None) & nobodys
    )


def _events(person: Person) -> Iterator[Row]:
    yield from rows.of(_their_events(person))


def take_off_devices(person: Person) -> None:
    """Take what they did off their devices, the logbooks being open: it follows nobody else who is
    said there before it is erased.
    """
    theirs = _their_events(person)
    theirs.filter(contact_id=None).delete()
    theirs.exclude(visitor_id=None).update(visitor_id=None)


def _titles(found: Sequence[Row]) -> list[str]:
    """Every event as the timeline tells it."""
    told: dict[int, str] = {}
    for first in range(0, len(found), AT_ONCE):
        ids = [row["id"] for row in found[first : first + AT_ONCE]]
        told |= timeline.titles(list(Event.objects.filter(pk__in=ids)))
    return [told.get(row["id"], "") for row in found]


def _no_events(person: Person) -> None:
    theirs = _their_events(person)
    theirs.filter(Q(channel="") | Q(contact_id=None), deal_id=None).delete()
    said = [word for pair in theirs.values_list("source", "campaign") for word in pair]
    with connection.cursor() as cursor:
        cursor.execute(
            _STRIP,
            {
                "contact": person.id,
                "kept": sorted(general.kept(set(said), person)),
                "channels": list(CHANNELS),
                "stay": list(_STAY),
            },
        )
        if person.keys:
            cursor.execute(_UNNAME, {"keys": list(person.keys), "naming": list(_NAMING)})


_STRIP = """
UPDATE platform_event SET
    properties = (SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(properties)
                  WHERE key = ANY(%(stay)s) AND jsonb_typeof(value) = 'number'),
    source = CASE WHEN source = ANY(%(kept)s) THEN source ELSE '' END,
    campaign = CASE WHEN campaign = ANY(%(kept)s) THEN campaign ELSE '' END,
    channel = CASE WHEN channel = ANY(%(channels)s) OR channel = '' THEN channel ELSE 'other' END,
    visitor_id = NULL, session_id = NULL, actor = ''
WHERE contact_id = %(contact)s
"""
# Of what others did on a device, or nobody we know: by whom it says that it was.
_NAMING = ("user", "email", "previous")
_IS_KEY = "({0} = ANY(%(keys)s) OR ({0} LIKE '%%@%%' AND lower({0}) = ANY(%(keys)s)))"
_UNNAME = f"""
UPDATE platform_event SET properties = properties - ARRAY(
    SELECT key FROM jsonb_each_text(properties)
    WHERE key = ANY(%(naming)s) AND {_IS_KEY.format("value")}
        OR name = 'visitor.identified' AND key NOT IN ('user', 'message', 'conflict')
)
WHERE visitor_id IS NOT NULL
    AND ({" OR ".join(_IS_KEY.format(f"properties->>'{name}'") for name in _NAMING)})
"""


def _their_changes(person: Person) -> QuerySet[FieldChange]:
    return FieldChange.objects.filter(subject_type="contact", subject_id=person.id)


def _changes(person: Person) -> Iterator[Row]:
    yield from rows.of(_their_changes(person))


def _labels(found: Sequence[Row]) -> list[str]:
    known = fields.catalogue("contact")
    names = [row["field"] for row in found]
    return [f"{known[name].label if name in known else name} changed" for name in names]


def _no_changes(person: Person) -> None:
    theirs = _their_changes(person)
    theirs.exclude(field__in=_FIELDS).delete()
    words = theirs.filter(field__in=("source", "campaign"))
    said = {str(each) for pair in words.values_list("old", "new") for each in pair if each}
    kept = general.kept(said, person)
    for change in words:
        old, new = (each if each in kept else None for each in (change.old, change.new))
        FieldChange.objects.filter(pk=change.pk).update(old=old, new=new)
    for change in theirs.filter(field="channel"):
        old, new = (general.channel(str(each or "")) for each in (change.old, change.new))
        FieldChange.objects.filter(pk=change.pk).update(old=old, new=new)


def _their_entries(person: Person) -> QuerySet[AuditEntry]:
    return AuditEntry.objects.filter(subject_type="contact", subject_id=person.id)


def _audit(person: Person) -> Iterator[Row]:
    yield from rows.of(_their_entries(person), by_name="by__name")


def _no_details(person: Person) -> None:
    _their_entries(person).exclude(details={}).update(details={})


def _visitors(person: Person) -> Iterator[Row]:
    theirs = Visitor.objects.filter(pk__in=person.visitors)
    yield from rows.of(theirs)
    yield from rows.of(forgetting.named(person.keys).exclude(pk__in=person.visitors))
    yield from rows.of(VisitorSpan.objects.filter(visitor__in=theirs, contact=person.id))
    alone = Evidence.objects.filter(visitor__in=list(_alone(person)))
    mine = alone | forgetting.said(person.keys)
    yield from rows.of(mine.exclude(email="", user_id=""))
    yield from rows.of(forgetting.changes(person.keys))


def _no_visitors(person: Person) -> None:
    """Devices of nobody else go; one that others share keeps them apart, by another name.

    What was said of who they are was blanked as the erasure began (identity.forgetting).
    """
    forgetting.forget_changes(person.keys)
    alone = list(_alone(person))
    Visitor.objects.filter(pk__in=alone).delete()
    for shared in Visitor.objects.filter(pk__in=person.visitors):
        forgetting.unname(shared)


def _alone(person: Person) -> Iterator[int]:
    """Those of the person's devices that were never taken for somebody else's."""
    others = VisitorSpan.objects.filter(visitor__in=person.visitors).exclude(contact=None)
    shared = set(others.exclude(contact=person.id).values_list("visitor", flat=True))
    yield from (pk for pk in person.visitors if pk not in shared)


def _segments(person: Person) -> Iterator[Row]:
    yield from rows.of(Membership.objects.filter(contact=person.id), segment="segment__name")
    yield from rows.of(MembershipTurn.objects.filter(contact=person.id), segment="segment__name")
    yield from rows.of(ChangedPerson.objects.filter(contact_id=person.id))


def _no_segments(person: Person) -> None:
    Membership.objects.filter(contact=person.id).delete()
    MembershipTurn.objects.filter(contact=person.id).delete()
    ChangedPerson.objects.filter(contact_id=person.id).delete()


def _their_bulk(person: Person) -> QuerySet[BulkChange]:
    return BulkChange.objects.filter(noun="contact", ids__contains=[person.id])


def _bulk(person: Person) -> Iterator[Row]:
    for change in _their_bulk(person).order_by("pk"):
        before = [old for pk, old, *_ in change.before if pk == person.id]
        yield {"id": change.pk, "field": change.field, "at": str(change.created_at), "old": before}


def _no_bulk(person: Person) -> None:
    for change in _their_bulk(person):
        before = [each for each in change.before if each[0] != person.id]
        ids = [pk for pk in change.ids if pk != person.id]
        BulkChange.objects.filter(pk=change.pk).update(before=before, ids=ids)
