"""What is told about segments: samples, estimates, reasons, overlaps, sizes, uses."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models.expressions import RawSQL
from django.utils import timezone

from accord.engine import segments as engine
from accord.people.models import Contact, Segment, SegmentSize
from accord.people.models.contact import ContactQuerySet
from accord.people.segments import members, persons, saving, tables

DRAWN = 5_000  # contacts an estimate asks
SAMPLE = 20
_NAMED = re.compile(r"%\((\w+)\)s")  # Django takes parameters by place


@dataclass(frozen=True)
class Count:
    """How many; an estimate where it is not exact."""

    people: int
    exact: bool


@dataclass(frozen=True)
class Overlap:
    """How many are in one segment only, in both, in the other only."""

    first_only: int
    both: int
    second_only: int


@dataclass(frozen=True)
class Day:
    """A segment's size at the end of a day, and how often somebody entered or left on it."""

    day: date
    size: int
    entered: int = 0
    left: int = 0


@dataclass(frozen=True)
class Use:
    """Something that asks for a segment: what it is, its name and its id."""

    kind: str
    name: str
    id: int


_users: list[Callable[[Segment], Iterable[Use]]] = []


def offer_use(uses: Callable[[Segment], Iterable[Use]]) -> None:
    """Have what a higher folder makes of a segment told with where it is used."""
    _users.append(uses)


def where_used(segment: Segment) -> list[Use]:
    """Everything that asks for this segment or list, by kind and name."""
    there = list(Segment.objects.current().dynamic())
    found = [Use("segment", each.name, each.pk) for each in saving.used_in(segment, there)]
    found += [use for uses in _users for use in uses(segment)]
    return sorted(found, key=lambda use: (use.kind, use.name.lower(), use.id))


def estimate(rule: engine.Rule, now: datetime) -> Count:
    """About how many people a rule selects, from some drawn; exact where there are few.

    The drawn ones are the same each time, so two rules compare. Raises BadRule.
    """
    ids, total = _drawn()
    found = len(members.among(rule, ids, now)) if ids else 0
    return Count(round(found * total / max(1, len(ids))), exact=total == len(ids))


def sample(rule: engine.Rule, now: datetime, *, seen: ContactQuerySet) -> list[Contact]:
    """Up to 20 of the people a rule selects, of those `seen`. Raises BadRule."""
    query = members.compiled_rule(rule, now)
    given = [query.parameters[name] for name in _NAMED.findall(query.sql)]
    sql = f"SELECT id FROM ({_NAMED.sub('%s', query.sql)}) AS wanted (id)"
    wanted = RawSQL(sql, given)  # noqa: S611 what users say are parameters
    return list(seen.filter(pk__in=wanted).order_by("pk")[:SAMPLE])


def explain(contact: Contact, rule: engine.Rule, now: datetime) -> engine.Line | None:
    """A tick or a cross for every line of a rule, for one contact, with what was seen.

    None where the contact is deleted. Raises BadRule.
    """
    found = persons.load([contact.pk], persons.asked([rule]), tables.operational())
    if contact.pk not in found:
        return None
    zone = timezone.get_default_timezone()
    return engine.explain(rule, found[contact.pk], now, zone, tables.words())


def overlap(first: Segment, second: Segment, *, seen: ContactQuerySet) -> Overlap:
    """How many members two segments share, of those `seen`."""
    of_first, of_second = (
        seen.filter(pk__in=each.memberships.values("contact")) for each in (first, second)
    )
    both = of_first.filter(pk__in=second.memberships.values("contact")).count()
    return Overlap(of_first.count() - both, both, of_second.count() - both)


def sizes(segment: Segment, *, since: date, today: date) -> list[Day]:
    """The size at the end of every day from `since` to `today`, oldest first."""
    rows = {row.day: row for row in segment.sizes.filter(day__gte=since, day__lte=today)}
    before = segment.sizes.filter(day__lt=since).order_by("-day").first()
    size = before.size if before else 0
    found = []
    for step in range((today - since).days + 1):
        day = since + timedelta(step)
        row = rows.get(day)
        size = row.size if row else size
        found.append(Day(day, size, row.entered if row else 0, row.left if row else 0))
    return found


def latest(segments: Iterable[Segment]) -> dict[int, list[SegmentSize]]:
    """The rows of the last 30 days of several segments, oldest first, in one query."""
    rows: dict[int, list[SegmentSize]] = {each.pk: [] for each in segments}
    first = timezone.localdate() - timedelta(30)
    for row in SegmentSize.objects.filter(segment__in=rows, day__gte=first).order_by("day"):
        rows[row.segment_id].append(row)
    return rows


# Every so many-th contact by id: the same ones each time, without reading all of them.
_PICKED = """
SELECT id FROM people_contact WHERE id = ANY(%(ids)s) AND deleted_at IS NULL
"""


def _drawn() -> tuple[list[int], int]:
    """The contacts an estimate asks, and about how many there are."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(id), max(id) FROM people_contact")
        low, high = cursor.fetchone()
        if low is None:
            return [], 0
        span = high - low + 1
        step = max(1, span // (DRAWN * 2))
        tried = list(range(low, high + 1, step))
        cursor.execute(_PICKED, {"ids": tried})
        ids = [row[0] for row in cursor.fetchall()]
    if step == 1:
        return ids, len(ids)
    return ids, round(len(ids) / len(tried) * span)
