"""Tags: free words on contacts and companies."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count, F, Func

from accord.people import companies, contacts
from accord.people.models import Company, Contact
from accord.platform.models import User

Tagged = Contact | Company


def used(user: User, begin: str = "", limit: int = 20) -> list[str]:
    """Tags on contacts and companies this person may see, the most used first.

    begin: what the tag begins with, small or large.
    """
    counted: dict[str, int] = {}
    for rows in (Contact.objects.visible_to(user), Company.objects.visible_to(user)):
        tags = rows.exclude(tags=[]).order_by().annotate(tag=Func(F("tags"), function="unnest"))
        for tag, count in tags.values_list("tag").annotate(Count("pk")):
            counted[tag] = counted.get(tag, 0) + count
    found = [tag for tag in counted if tag.lower().startswith(begin.strip().lower())]
    return sorted(found, key=lambda tag: (-counted[tag], tag))[:limit]


def add(record: Tagged, *, tags: Iterable[str], by: User | None) -> None:
    """Put tags on a record, those it has already once. Raises Forbidden, Deleted, Unreadable."""
    _change(record, [*record.tags, *tags], by)


def remove(record: Tagged, *, tags: Iterable[str], by: User | None) -> None:
    """Take tags off a record. Raises Forbidden or Deleted."""
    gone = set(tags)
    _change(record, [tag for tag in record.tags if tag not in gone], by)


def _change(record: Tagged, tags: list[str], by: User | None) -> None:
    """Under the version seen: a tag somebody else put there meanwhile must not be lost."""
    values = {"tags": tags}
    if isinstance(record, Contact):
        contacts.change(record, values=values, version=record.version, by=by)
    else:
        companies.change(record, values=values, version=record.version, by=by)
