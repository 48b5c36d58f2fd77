"""What visitors did follows the evidence: who they were when, and whose their events are."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from accord.engine import identity as engine
from accord.engine.identity import Keys, Said, Span
from accord.people import families
from accord.people.identity import evidence, restricted
from accord.people.models import KeyChange, Visitor, VisitorSpan
from accord.platform.events import names, partitions
from accord.platform.models import Event
from accord.platform.queue import work
from accord.platform.trail import logbooks

names.declare("visitor.recognised", "Recognised on a device", team="marketing", icon="user-check")
names.declare("visitor.released", "Not on a device", team="marketing", icon="user-minus")
names.declare("visitor.shared", "A device is shared", team="marketing", icon="users")

CHUNK = 500
Spans = tuple[Span, ...]


def known(visitors: Collection[int]) -> dict[int, Spans]:
    """Who these visitors were when, as it was worked out last; nobody known is left out."""
    found: dict[int, list[Span]] = {}
    rows = VisitorSpan.objects.filter(visitor__in=visitors).order_by("visitor", "pk")
    for visitor, since, contact in rows.values_list("visitor", "since", "contact"):
        found.setdefault(visitor, []).append(Span(since, contact))
    return {visitor: tuple(spans) for visitor, spans in found.items()}


@transaction.atomic
def settle(visitors: Collection[int]) -> dict[int, Spans]:
    """Work out anew who these visitors were when, and let what they did follow.

    Answers the spans of each. Doing it again changes nothing. One at a time: whoever comes
    second sees what the first did.
    """
    rows = list(Visitor.objects.filter(pk__in=visitors).order_by("pk"))
    now = _worked_out(rows)
    before = known([each.pk for each in rows])
    if any(before.get(pk, ()) != spans for pk, spans in now.items()):
        alone()
        now, before = _worked_out(rows), known([each.pk for each in rows])
        _change({pk: spans for pk, spans in now.items() if before.get(pk, ()) != spans}, before)
    return now


def alone() -> None:
    """Hold who visitors are until the transaction ends: one changes it at a time."""
    families.alone()


def spans(visitor: Visitor, said: Collection[Said], keys: Keys) -> Spans:
    """Who a visitor was when, by all that was said of them and who has which key."""
    if visitor.by == Visitor.By.USER and said:
        return engine.person(visitor.name, said, keys)
    return engine.device(said, keys)


def waits() -> bool:
    """Whether keys changed hands and the visitors known by them are to be looked at."""
    return KeyChange.objects.filter(due_at__lte=timezone.now()).exists()


def catch_up(now: datetime) -> int:
    """Look at the visitors of keys that changed hands, some at a time; answers how many keys."""
    with transaction.atomic():
        due = KeyChange.objects.filter(due_at__lte=now).order_by("pk")
        rows = list(due.select_for_update(skip_locked=True)[:CHUNK])
        emails = {each.email for each in rows if each.email}
        ids = {each.user_id for each in rows if each.user_id}
        found = evidence.touched(emails, ids)
        for start in range(0, len(found), CHUNK):
            settle(found[start : start + CHUNK])
        KeyChange.objects.filter(pk__in=[each.pk for each in rows]).delete()
        work.fence()
    return len(rows)


def look_at_all() -> None:
    """Look at every visitor something was said of: what no change of a key told, this mends."""
    last = 0
    while True:
        said = Visitor.objects.filter(pk__gt=last, evidence__isnull=False).distinct()
        some = list(said.order_by("pk").values_list("pk", flat=True)[:CHUNK])
        if not some:
            return
        with transaction.atomic():
            settle(some)
            work.fence()
        last = some[-1]


def _worked_out(rows: Sequence[Visitor]) -> dict[int, Spans]:
    said = evidence.of([each.pk for each in rows])
    servers = {each.name for each in rows if each.by == Visitor.By.USER}
    ids = {each.user_id for each in said if each.user_id} | servers
    emails = {each.email for each in said} | {each for each in servers if "@" in each}
    keys = evidence.known_by(emails, ids)
    mine: dict[int, list[Said]] = {}
    for each in said:
        mine.setdefault(each.visitor, []).append(each)
    return {each.pk: spans(each, mine.get(each.pk, []), keys) for each in rows}


def _change(now: Mapping[int, Spans], before: Mapping[int, Spans]) -> None:
    VisitorSpan.objects.filter(visitor__in=now).delete()
    VisitorSpan.objects.bulk_create(
        VisitorSpan(visitor_id=pk, since=span.since, contact_id=span.contact)
        for pk, spans in sorted(now.items())
        for span in spans
    )
    last = [(pk, spans[-1].contact if spans else None) for pk, spans in sorted(now.items())]
    with connection.cursor() as cursor:
        cursor.execute(_LAST, [[pk for pk, _ in last], [who for _, who in last]])
    _follow(now)
    _tell(now, before)


def _follow(now: Mapping[int, Spans]) -> None:
    """Let what these visitors did be the events of whom they were; of who was restricted as it was
    taken in, nobody's.
    """
    rows: list[tuple[int, datetime | None, datetime | None, int | None]] = []
    for pk, spans in sorted(now.items()):
        whole = spans or (Span(None, None),)
        ends = [each.since for each in whole[1:]] + [None]
        rows += [(pk, s.since, end, s.contact) for s, end in zip(whole, ends, strict=True)]
    seen = Visitor.objects.filter(pk__in=now).values_list("first_seen_at", "last_seen_at")
    times = restricted.times({who for *_, who in rows if who is not None})
    values: dict[str, Any] = {
        "first": min(first for first, _ in seen),
        "last": max(last for _, last in seen),
        **dict(zip(_SAID, map(list, zip(*rows, strict=True)), strict=True)),
        **{name: [each[n] for each in times] for n, name in enumerate(_APART)},
    }
    with logbooks.following(), connection.cursor() as cursor:
        cursor.execute(_FOLLOW, values)


def _tell(now: Mapping[int, Spans], before: Mapping[int, Spans]) -> None:
    """Write into the log whom each visitor is now taken for and no longer: what counts of their
    touches has changed, and a record says how it came to know.
    """
    at = timezone.now()
    told: list[tuple[str, int, int]] = []
    for pk, spans in sorted(now.items()):
        were = {each.contact for each in before.get(pk, ()) if each.contact}
        are = {each.contact for each in spans if each.contact}
        told += [("visitor.released", pk, contact) for contact in sorted(were - are)]
        told += [("visitor.recognised", pk, contact) for contact in sorted(are - were)]
        told += [("visitor.shared", pk, contact) for contact in sorted(were & are)]
    partitions.ensure([at.date()])
    kinds = dict(Visitor.objects.filter(pk__in=now).values_list("pk", "by"))
    Event.objects.bulk_create(
        Event(
            name=name,
            happened_at=at,
            recorded_at=at,
            team=names.ALL[name].team,
            contact_id=contact,
            properties={"visitor": pk, "by": kinds.get(pk, "")},
        )
        for name, pk, contact in told
    )


_LAST = """
UPDATE people_visitor AS visitor SET contact_id = said.contact
FROM unnest(%s::bigint[], %s::bigint[]) AS said (visitor, contact)
WHERE visitor.id = said.visitor AND visitor.contact_id IS DISTINCT FROM said.contact
"""
_SAID = ("visitors", "since", "until", "contacts")
_APART = ("held", "held_since", "held_until")
_IS_APART = """EXISTS (
    SELECT FROM unnest(%(held)s::bigint[], %(held_since)s::timestamptz[],
                       %(held_until)s::timestamptz[]) AS apart (contact, since, until)
    WHERE apart.contact = said.contact AND event.recorded_at >= apart.since
        AND event.recorded_at < coalesce(apart.until, 'infinity'))"""
_FOLLOW = f"""
UPDATE platform_event AS event
SET contact_id = CASE WHEN {_IS_APART} THEN NULL ELSE said.contact END
FROM unnest(%(visitors)s::bigint[], %(since)s::timestamptz[], %(until)s::timestamptz[],
            %(contacts)s::bigint[]) AS said (visitor, since, until, contact)
WHERE event.visitor_id = said.visitor
    AND event.happened_at >= coalesce(said.since, '-infinity')
    AND event.happened_at < coalesce(said.until, 'infinity')
    AND event.happened_at BETWEEN %(first)s AND %(last)s
    AND event.contact_id IS DISTINCT FROM said.contact
    AND NOT (event.contact_id IS NULL AND {_IS_APART})
"""
