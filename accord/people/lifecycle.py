"""Lifecycle stages: where a person stands between first interest and advocacy, with history."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from accord.engine.errors import Refused
from accord.people import choices, fields, records
from accord.people.models import Contact, LifecycleChange, LifecycleStage
from accord.platform.access import permissions
from accord.platform.events import log, names, partitions
from accord.platform.models import User
from accord.platform.trail import audit

names.declare("lifecycle.changed", "Lifecycle stage changed", team="both", icon="flag")

_FIRST = (
    ("subscriber", "Subscriber", "marketing", "Agreed to hear from us."),
    ("lead", "Lead", "marketing", "Showed interest."),
    ("mql", "MQL", "marketing", "Meets the definition both teams signed."),
    ("accepted", "Accepted", "sales", "Sales took the lead."),
    ("sql", "SQL", "sales", "Sales found need, budget, authority and time."),
    ("opportunity", "Opportunity", "sales", "Is on an open deal."),
    ("customer", "Customer", "both", "Bought."),
    ("advocate", "Advocate", "both", "Recommends us."),
)
STAGES = tuple(stage[0] for stage in _FIRST)


class UnknownStage(Refused):
    """There is no such lifecycle stage. Choose one of Settings > Lifecycle."""


class Backdated(Refused):
    """This contact entered its present stage later than that. Choose a later moment."""


class InTheFuture(Refused):
    """A contact cannot enter a stage in the future. Choose a moment that has passed."""


def ensure() -> None:
    """Make the eight stages where they are missing. Labels people gave are left alone."""
    LifecycleStage.objects.bulk_create(
        (
            LifecycleStage(name=name, label=label, team=team, position=place, definition=text)
            for place, (name, label, team, text) in enumerate(_FIRST)
        ),
        ignore_conflicts=True,
    )
    _forget()


@transaction.atomic
def rename(stage: LifecycleStage, *, label: str, definition: str, by: User) -> None:
    """Give a stage the company's own name and definition. Raises Forbidden, Refused if blank."""
    permissions.require(by, "settings.manage")
    if not label.strip():
        raise Refused("Give the stage a name.")
    LifecycleStage.objects.filter(pk=stage.pk).update(
        label=label.strip()[:60], definition=definition.strip()[:500]
    )
    audit.record("lifecycle.renamed", by=by, stage=stage.pk, label=label.strip()[:60])
    _forget()


@transaction.atomic
def move(
    contact: Contact,
    *,
    to: str,
    at: datetime | None = None,
    reason: str = "",
    by: User | None,
    origin: str = "user",
) -> None:
    """Put a contact into a stage, forward or back (back is "recycled"). Twice does nothing.

    at: when it happened, aware; now where it is not given.
    Raises Forbidden, Deleted, UnknownStage, InTheFuture, or Backdated when `at` lies before the
    contact entered its present stage.
    """
    if to not in STAGES:
        raise UnknownStage
    since, moment = contact.stage_since, at or timezone.now()
    if moment > timezone.now():
        raise InTheFuture
    if since and moment < since:
        raise Backdated
    field = fields.field("contact", "stage")
    changes = records.change(contact, {field: to}, by=by, origin=origin)
    if changes:
        note(contact, previous=changes[0].old, at=moment, reason=reason, by=by)


def note(
    contact: Contact, *, previous: str, at: datetime, reason: str = "", by: User | None
) -> None:
    """Write down that a contact entered its stage, in the transaction that put it there."""
    Contact.objects.filter(pk=contact.pk).update(stage_since=at)
    contact.stage_since = at
    LifecycleChange.objects.create(
        contact=contact,
        stage=contact.stage,
        previous=previous,
        at=at,
        recorded_at=timezone.now(),
        by=by,
        reason=reason[:300],
    )
    if previous:
        log.record(
            "lifecycle.changed",
            log.About(contact=contact.pk),
            by=by,
            at=at,
            previous=previous,
            stage=contact.stage,
            reason=reason[:300],
        )


@transaction.atomic
def advance(contact_ids: Iterable[int], *, to: str, at: datetime, by: User | None) -> int:
    """Move every one of these contacts forward to a stage; who is there or beyond stays.

    A consequence of something allowed (a deal was opened or won), so it asks for no right of
    its own. Gives how many moved. Raises UnknownStage.

    at: when it happened; who entered the present stage later than that moves at that moment,
        so that the latest row of a history is always the present.
    """
    if to not in STAGES:
        raise UnknownStage
    ids, moment = list(contact_ids), timezone.now()
    later = Contact.objects.filter(pk__in=ids, stage_since__gt=at).dates("stage_since", "month")
    partitions.ensure([at.date(), moment.date(), *later])
    with connection.cursor() as cursor:
        cursor.execute(
            _ADVANCE,
            {
                "ids": ids,
                "to": to,
                "before": list(STAGES[: STAGES.index(to)]),
                "at": at,
                "now": moment,
                "by": by.pk if by else None,
            },
        )
        return int(cursor.rowcount)


def reached(contact_ids: Iterable[int], stage: str) -> dict[int, datetime]:
    """When each of these contacts first entered a stage, those who ever did."""
    found = LifecycleChange.objects.filter(contact__in=list(contact_ids), stage=stage)
    return dict(found.order_by("contact", "-at").values_list("contact", "at"))


def _forget() -> None:
    choices.forget()
    fields.forget()


# One statement, so that a contact is moved, and all four logbooks tell it, or nothing is.
_ADVANCE = """
WITH before AS (
    SELECT id, stage, greatest(%(at)s, stage_since) AS at FROM people_contact
    WHERE id = ANY(%(ids)s) AND stage = ANY(%(before)s) AND deleted_at IS NULL
    ORDER BY id FOR UPDATE
), moved AS (
    UPDATE people_contact AS contact
    SET stage = %(to)s, stage_since = before.at, version = version + 1, changed_at = %(now)s
    FROM before WHERE contact.id = before.id
    RETURNING contact.id, before.stage AS previous, before.at
), dated AS (
    INSERT INTO people_lifecyclechange (contact_id, stage, previous, at, recorded_at, by_id, reason)
    SELECT id, %(to)s, previous, at, %(now)s, %(by)s, '' FROM moved
), changed AS (
    INSERT INTO platform_fieldchange (at, subject_type, subject_id, field, old, new, by_id, origin)
    SELECT %(now)s, 'contact', id, 'stage', to_jsonb(previous), to_jsonb(%(to)s::text), %(by)s,
        'system' FROM moved
), audited AS (
    INSERT INTO platform_auditentry (at, by_id, verb, subject_type, subject_id, details)
    SELECT %(now)s, %(by)s, 'contact.changed', 'contact', id, '{"fields": ["stage"]}' FROM moved
)
INSERT INTO platform_event (name, happened_at, team, contact_id, user_id, properties)
SELECT 'lifecycle.changed', at, 'both', id, %(by)s,
    jsonb_build_object('previous', previous, 'stage', %(to)s::text, 'reason', '') FROM moved
"""
