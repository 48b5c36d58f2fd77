"""Segments and lists are made, changed and put away. Each change is a version that stays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accord.engine import segments as engine
from accord.engine.errors import Refused
from accord.engine.segments import references
from accord.people.models import MembershipTurn, Segment, SegmentVersion
from accord.people.segments import tables, turning
from accord.platform import memory
from accord.platform.access import permissions
from accord.platform.events import log, names
from accord.platform.models import User
from accord.platform.trail import audit

names.declare("segment.created", "Segment made", team="marketing", icon="chart-pie", person=False)
names.declare(
    "segment.changed", "Segment changed", team="marketing", icon="chart-pie", person=False
)
names.declare(
    "segment.archived", "Segment put away", team="marketing", icon="chart-pie", person=False
)


class Unnamed(Refused):
    """Give the segment a name of at most 120 characters."""


class LongDescription(Refused):
    """A description has at most 500 characters. Shorten it."""


class NameTaken(Refused):
    """Another segment or list has this name. Choose another one."""


class InUse(Refused):
    """Other segments ask for this one. Change them first."""


class Archived(Refused):
    """This segment was put away. Make a new one."""


class NoRule(Refused):
    """A list has no rule. Make a segment instead."""


@transaction.atomic
def create(*, name: str, rule: Any = None, description: str = "", by: User | None) -> Segment:
    """Make a segment by a rule (JSON form), or a list of people where no rule is given.

    It has no members until the worker evaluates it (it is stale) or people are added.
    Raises Forbidden, Unnamed, LongDescription, NameTaken or BadRule.
    """
    may_write(by)
    read = None if rule is None else _read(rule)
    segment = Segment(
        name=_named(name),
        description=_described(description),
        kind=Segment.Kind.STATIC if read is None else Segment.Kind.DYNAMIC,
        rule=None if read is None else engine.to_json(read),
        stale_at=None if read is None else timezone.now(),
        owner=by,
    )
    _write(segment.save)
    _note("segment.created", segment, by)
    return segment


@transaction.atomic
def change(
    segment: Segment,
    *,
    name: str | None = None,
    description: str | None = None,
    rule: Any = None,
    by: User | None,
) -> Segment:
    """Give a segment another name, description or rule; `segment` is fresh afterwards.

    What is so already changes nothing. Members follow with the next evaluation.
    Raises Forbidden, Unnamed, LongDescription, NameTaken, Archived, NoRule or BadRule (also for
    a circle).
    """
    may_write(by)
    if rule is not None:  # a batch that read the old rule must have put its turns down
        turning.hold_memberships()
    there = held()
    _fresh(segment)
    before = _told(segment)
    if name is not None:
        segment.name = _named(name)
    if description is not None:
        segment.description = _described(description)
    if rule is not None:
        segment.rule = _without_circle(segment, rule, there)
    if before == _told(segment):
        return segment
    if segment.rule != before[2]:
        segment.stale_at = timezone.now()
        MembershipTurn.objects.filter(segment=segment).delete()
    _write(lambda: segment.save(update_fields=["name", "description", "rule", "stale_at"]))
    _note("segment.changed", segment, by)
    return segment


@transaction.atomic
def archive(segment: Segment, *, by: User | None) -> None:
    """Put a segment away: it is evaluated no more. Raises Forbidden, Archived or InUse."""
    may_write(by)
    there = held()
    _fresh(segment)
    users = used_in(segment, there)
    if users:
        raise InUse(f"{', '.join(map(str, users))}: these ask for this one. Change them first.")
    segment.archived_at = timezone.now()
    segment.save(update_fields=["archived_at"])
    _note("segment.archived", segment, by)


def used_in(segment: Segment, there: list[Segment]) -> list[Segment]:
    """Which of these segments ask for this one."""
    asked = references.segments if segment.kind == Segment.Kind.DYNAMIC else references.lists
    dynamic = (each for each in there if each.rule is not None)
    return [each for each in dynamic if segment.pk in asked(engine.from_json(each.rule))]


def may_write(by: User | None) -> None:
    """Raise Forbidden unless `by` may make and change segments. Accord itself (None) may."""
    if by is not None:
        permissions.require(by, "segment.write")


def held() -> list[Segment]:
    """Every segment in use, held until the end: two changes at once could close a circle."""
    return list(Segment.objects.current().select_for_update().order_by("pk"))


def _read(rule: Any) -> engine.Rule:
    read = engine.from_json(rule)
    engine.check(read, tables.words())
    return read


def _without_circle(segment: Segment, rule: Any, there: list[Segment]) -> Any:
    if segment.kind == Segment.Kind.STATIC:
        raise NoRule
    read = _read(rule)
    rules = {each.pk: engine.from_json(each.rule) for each in there if each.rule is not None}
    references.order({**rules, segment.pk: read})
    return engine.to_json(read)


def _fresh(segment: Segment) -> None:
    segment.refresh_from_db()
    if segment.archived_at:
        raise Archived


def _named(name: str) -> str:
    name = " ".join(name.split())
    if not 0 < len(name) <= 120:
        raise Unnamed
    return name


def _described(description: str) -> str:
    description = description.strip()
    if len(description) > 500:
        raise LongDescription
    return description


def _told(segment: Segment) -> tuple[str, str, Any]:
    return segment.name, segment.description, segment.rule


def _write(save: Callable[[], None]) -> None:
    try:
        with transaction.atomic():
            save()
    except IntegrityError as error:
        if "segment_name_once" in str(error):
            raise NameTaken from None
        raise


def _note(verb: str, segment: Segment, by: User | None) -> None:
    """The version, the audit entry and the event that go with a change."""
    if verb != "segment.archived":
        SegmentVersion.objects.create(
            segment=segment,
            number=segment.versions.count() + 1,
            name=segment.name,
            description=segment.description,
            rule=segment.rule,
            at=timezone.now(),
            by=by,
        )
    memory.forget_everything()
    audit.record(verb, segment, by=by)
    log.record(verb, log.About(), by=by, segment=segment.pk)
