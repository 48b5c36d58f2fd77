"""Merges of records, and who was said to be somebody else: what is kept of a person in them."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q, QuerySet

from accord.people.models import Merge, MergedEvent, MergeItem, NotTheSame
from accord.platform import personal
from accord.platform.personal import Person, Row, Store, rows

STAY = "That two records were one, by their numbers: reports of the time need it."


def register() -> None:
    """Declare merges and what people said of those who look alike."""
    tables = ("people.Merge", "people.MergeItem", "people.MergedEvent", "people.NotTheSame")
    personal.offer(Store("merges", "Merged records", tables, _merges, _no_merges, STAY))


def _theirs(person: Person) -> QuerySet[Merge]:
    return Merge.objects.filter(Q(kept=person.id) | Q(gone=person.id))


def _others(person: Person) -> QuerySet[NotTheSame]:
    return NotTheSame.objects.filter(Q(one=person.id) | Q(other=person.id))


def _merges(person: Person) -> Iterator[Row]:
    yield from rows.of(_theirs(person))
    yield from rows.of(MergeItem.objects.filter(merge__in=_theirs(person)))
    yield from rows.of(MergedEvent.objects.filter(merge__in=_theirs(person)))
    yield from rows.of(_others(person))


def _no_merges(person: Person) -> None:
    MergeItem.objects.filter(merge__in=_theirs(person)).delete()
    MergedEvent.objects.filter(merge__in=_theirs(person)).delete()
    _others(person).delete()
