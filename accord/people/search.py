"""Search over contacts, companies and what higher folders offer, forgiving typing mistakes.

First every word must occur as it was typed; only where that finds too little, names that are
spelled similarly are asked for (trigrams). Both use the search text's index. One wrong letter
leaves few trigrams of a short word: names with a word that is one letter off are found by an index
of spellings.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from django.contrib.postgres.fields.array import (  # type: ignore[attr-defined]  # not in the stubs
    ArrayOverlap,
)
from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import connection, transaction
from django.db.models import Exists, Q, QuerySet, Value

from accord.people import contacts
from accord.people.models import Address, Company, Contact
from accord.platform.models import Record, User
from accord.platform.search import Spellings, fold

R = TypeVar("R", bound=Record)

CANDIDATES = 200  # ranked by likeness; of more, the first the index gives
LIKENESS = 0.45  # word similarity: the share of trigrams
LONGEST = 100
SHORTEST_TYPO = 4  # of fewer letters, anything is alike
SHORT = 6  # letters: of words up to this, one that is one letter off is less alike than LIKENESS


@dataclass(frozen=True)
class Hit:
    """One thing found. score: 0 to 1, how alike the text and the record are."""

    noun: str
    pk: int
    title: str
    detail: str
    score: float


Finder = Callable[[str, User, int], Iterable[Hit]]
_finders: list[Finder] = []


def offer(finder: Finder) -> None:
    """Let search find the records of a higher folder: finder(text, user, limit) -> hits."""
    _finders.append(finder)


def find(text: str, user: User, limit: int = 10) -> list[Hit]:
    """What this person may see that fits the text best, at most `limit` of each noun."""
    words = text.split()
    if not words or len(text) > LONGEST:
        return []
    with _likeness():
        hits = [*_contacts(text, user, limit), *_companies(text, user, limit)]
        for finder in _finders:
            hits.extend(finder(text, user, limit))
    return sorted(hits, key=lambda hit: (-hit.score, hit.noun, hit.pk))


def matching(text: str) -> Q:
    """The records in whose search text every word of the text occurs, small or large."""
    found = Q()
    for word in fold(text).split():
        if len(word) >= 3:
            found &= Q(search_text__contains=word)
        else:  # too short for a trigram of its own, but not as the beginning of a word
            found &= Q(search_text__startswith=word) | Q(search_text__contains=f" {word}")
    return found


def alike(text: str) -> Q:
    """The records whose search text is spelled similarly. For finders: `find` says how alike."""
    near = Q(search_text__trigram_word_similar=fold(text))
    if not _is_short(text):
        return near
    typed = Spellings(Value(fold(text.strip())))
    return near | Q(ArrayOverlap(Spellings("search_text"), typed))


def pick(records: QuerySet[R], text: str, limit: int) -> list[R]:
    """The records most like the text, to choose one of; see `ranked`."""
    with _likeness():
        return [record for record, _ in ranked(records, text, limit)]


def ranked(records: QuerySet[R], text: str, limit: int) -> list[tuple[R, float]]:
    """The records most like the text, each with its score; spelled alike where too few match.

    For finders: `find` says what counts as alike.
    records: those the person may see, of a model with `search_text`; what it prefetches or
             joins is fetched for the ones given back only.
    """
    plain = records.select_related(None).prefetch_related(None).order_by().values("pk")
    typed = plain.filter(matching(text))
    candidates = typed[:CANDIDATES]
    if len(text.strip()) >= SHORTEST_TYPO:
        enough = Exists(typed[limit - 1 : limit])  # asked once, before the dearer search begins
        candidates = candidates.union(plain.filter(~enough & alike(text))[:CANDIDATES])
    likeness = TrigramWordSimilarity(fold(text), "search_text")
    found: Any = records.filter(pk__in=candidates).annotate(score=likeness)
    return [(each, each.score) for each in found.order_by("-score", "pk")[:limit]]


@contextmanager
def _likeness() -> Iterator[None]:
    """What is as alike as LIKENESS, the index of trigrams gives within this block."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL pg_trgm.word_similarity_threshold = {LIKENESS}")
        yield


def _is_short(text: str) -> bool:
    word = text.strip()
    return word.isalnum() and SHORTEST_TYPO <= len(word) <= SHORT


def _contacts(text: str, user: User, limit: int) -> list[Hit]:
    visible = contacts.with_company(Contact.objects.visible_to(user))
    found = [(person, 1.0) for person in _by_address(visible, text, limit)]
    if not found:
        found = ranked(visible, text, limit)
    if "@" in text and len(found) < limit:
        known = {person.pk for person, _ in found}
        alike = _by_alike_address(visible.exclude(pk__in=known), text, limit - len(found))
        found = [*found, *alike]
    return [
        Hit("contact", person.pk, str(person), _about(person), score) for person, score in found
    ]


def _by_address(visible: QuerySet[Contact], text: str, limit: int) -> list[Contact]:
    """By any e-mail address or phone number of theirs, where the text looks like part of one."""
    digits = re.sub(r"\D", "", text).lstrip("0")
    part = text.strip().lower() if "@" in text else digits
    looks_like_number = len(digits) >= 4 and not re.search(r"[^\d\s+()/.-]", text)
    if "@" not in text and not looks_like_number:
        return []
    having = Address.objects.filter(value__contains=part).values("contact")[:CANDIDATES]
    return list(visible.filter(pk__in=having).order_by("pk")[:limit])


def _by_alike_address(
    visible: QuerySet[Contact], text: str, limit: int
) -> list[tuple[Contact, float]]:
    """By an e-mail address that is spelled alike, be it their first one or another."""
    typed = text.strip().lower()
    alike = Address.objects.filter(kind=Address.Kind.EMAIL, value__trigram_word_similar=typed)
    rows = alike.annotate(score=TrigramWordSimilarity(typed, "value")).order_by("-score")
    scores = dict(reversed(rows.values_list("contact", "score")[:CANDIDATES]))
    people = visible.in_bulk(sorted(scores, key=lambda pk: (-scores[pk], pk))[:CANDIDATES])
    best = sorted(people, key=lambda pk: (-scores[pk], pk))[:limit]
    return [(people[pk], scores[pk]) for pk in best]


def _companies(text: str, user: User, limit: int) -> list[Hit]:
    return [
        Hit("company", company.pk, company.name, company.domain or company.city, score)
        for company, score in ranked(Company.objects.visible_to(user), text, limit)
    ]


def _about(contact: Any) -> str:
    names = [each.company.name for each in contact.primary_affiliations]
    return " · ".join(filter(None, [contact.title, *names, contact.email]))
