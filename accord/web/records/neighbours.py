"""Next and previous within the list somebody came from, without losing the place."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import QueryDict

from accord.engine.errors import Refused
from accord.platform.models import User
from accord.web.lists import asking
from accord.web.lists.nouns import Noun


@dataclass(frozen=True)
class Place:
    """Where in a list this record stands: its number from 1, and its neighbours' addresses.

    total: how many the list had when they came from it, 0 where the link does not say.
    """

    number: int
    total: int
    before: str
    after: str
    back: str


def place(noun: Noun, query: QueryDict, user: User) -> Place | None:
    """The place named by `in` (the list's question), `n` (the row, from 0) and `of`, else None."""
    text = query.get("n", "")
    if "in" not in query or not text.isdecimal() or len(text) > 6:
        return None
    question, at, of = query.get("in", ""), int(text), query.get("of", "")
    total = int(of) if of.isdecimal() and len(of) < 7 else 0
    try:
        asked = asking.read(noun, QueryDict(question), user)
    except Refused:
        return None
    first = max(0, at - 1)
    ids = list(asking.rows(asked).values_list("pk", flat=True)[first : at + 2])
    before = ids[0] if at > 0 and ids else None
    after = ids[at - first + 1] if len(ids) > at - first + 1 else None
    return Place(
        number=at + 1,
        total=total,
        before=asking.beside(noun, before, question, at - 1, total),
        after=asking.beside(noun, after, question, at + 1, total),
        back=f"/{noun.plural}/?{question}",
    )
