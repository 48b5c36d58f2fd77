"""Words of a record that tell nothing of the person: those many others have too."""

from __future__ import annotations

from collections.abc import Callable, Collection

from django.db.models import Count

from accord.people.models import Contact
from accord.people.origins.channels import CHANNELS
from accord.platform.personal import Person

FEWEST_OTHERS = 5
Known = Callable[[Collection[str]], set[str]]
_known: list[Known] = []


def offer(known: Known) -> None:
    """Let a folder name those of some words that are its own (a campaign's mark), nobody's."""
    _known.append(known)


def kept(words: Collection[str], person: Person) -> set[str]:
    """Those of these sources and campaigns that at least five others have, or that are ours."""
    wanted = {word for word in words if word}
    found = {word for known in _known for word in known(wanted)}
    others = Contact.objects.exclude(pk=person.id)
    for column in ("source", "campaign"):
        rows = others.filter(**{f"{column}__in": wanted}).values(column)
        many = rows.annotate(others=Count("pk")).filter(others__gte=FEWEST_OTHERS)
        found |= set(many.values_list(column, flat=True))
    return found


def channel(name: str) -> str:
    """A channel as it stays: one of ours, or "other" for a word somebody wrote."""
    return name if name in CHANNELS or not name else "other"
