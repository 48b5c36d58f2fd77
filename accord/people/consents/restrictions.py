"""Whose records are restricted: kept and seen, and left out of what is done with many."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from accord.people import families
from accord.people.models import Restriction


def held() -> set[int]:
    """The contacts that are restricted, by what holds for any who were merged into them too."""
    ids = Restriction.objects.filter(lifted_at=None).values_list("contact_id", flat=True)
    return set(families.roots(found).values()) if (found := list(ids)) else set()


def apart(people: QuerySet[Any]) -> tuple[QuerySet[Any], int]:
    """These contacts without those who are restricted, and how many those are."""
    ids = held()
    if not ids:
        return people, 0
    return people.exclude(pk__in=ids), people.order_by().filter(pk__in=ids).count()


def said(count: int) -> str:
    """How many were left out of a file, and why; "" where nobody was."""
    if not count:
        return ""
    who = "1 person is" if count == 1 else f"{count:,} people are"
    return f"{who} left out: restricted (GDPR article 18), kept and not used."
