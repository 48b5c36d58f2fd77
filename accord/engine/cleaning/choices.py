"""Choices: values that must be one of a list, and close spellings of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from accord.engine import reference
from accord.engine.cleaning import wording
from accord.engine.errors import Unreadable

LONGEST = 200
SHORT = 5
_BETWEEN_WORDS = re.compile(r"[\W_]+")
_DIGITS = re.compile(r"[0-9]+")


class Suggestion(NamedTuple):
    """The choice that was probably meant; score 0 to 1, 1 if only case or spacing differ."""

    choice: str
    score: float


def read(text: str, choices: tuple[str, ...]) -> str:
    """Find the choice the text names, whatever its case, accents, spacing and punctuation.

    Raises Unreadable, with the closest choice if there is one.
    """
    found = _named(text, choices) if len(text) <= LONGEST else None
    if found is not None:
        return found
    near = closest(text, choices)
    hint = f"Did you mean {near.choice}?" if near else "Choose one of the list, or add it there."
    raise Unreadable(f"{wording.quoted(text)} is not one of the choices. {hint}")


def closest(text: str, choices: tuple[str, ...]) -> Suggestion | None:
    """Propose the one choice of which the text is probably a misspelling; None if none is near.

    GTXPro is GTX Pro, technolgy is Technology. The proposal is for a person to confirm, so it
    is careful: one slip (a letter missing, added, wrong or swapped with its neighbour) in words
    of 3 letters or more, two from 10 on; never in the first letter or in a digit; never when two
    choices are as near. In words of fewer than 5 letters another one is a slip away soon: nothing
    else may be within two, and of 3 letters none is taken for another (SAL is not SQL).
    Distance: optimal string alignment (rapidfuzz).
    """
    if len(text) > LONGEST:
        return None
    named = _named(text, choices)
    if named is not None:
        return Suggestion(named, 1.0)
    # Ireland is no misspelling of Iceland, even where the list holds only one of them.
    if reference.country(text):
        return None
    key, keys = _key(text), _by_key(choices)
    found = process.extract(
        key, list(keys), scorer=OSA.distance, processor=None, score_cutoff=_slips(key), limit=None
    )
    near = [(slips, other) for other, slips, _ in found if _plausible(key, other, int(slips))]
    fewest = min(near, default=(0, ""))[0]
    nearest = [other for slips, other in near if slips == fewest]
    if len(nearest) != 1 or (len(key) < SHORT and _others(key, nearest[0], keys)):
        return None
    return Suggestion(keys[nearest[0]], 1 - fewest / max(len(key), len(nearest[0])))


def _named(text: str, choices: tuple[str, ...]) -> str | None:
    if text in choices:
        return text
    return _by_name(choices).get(_name(text)) or _by_key(choices).get(_key(text))


@lru_cache(maxsize=64)
def _by_name(choices: tuple[str, ...]) -> Mapping[str, str]:
    # Of two choices that differ in case or accents only, the first is meant.
    return {_name(choice): choice for choice in reversed(choices)}


@lru_cache(maxsize=64)
def _by_key(choices: tuple[str, ...]) -> Mapping[str, str]:
    """Give the choices by their letters and digits; not those only signs tell apart (C, C++)."""
    by_name = _by_name(choices)
    shared = Counter(map(_key, by_name))
    return {key: by_name[name] for name in by_name if (key := _key(name)) and shared[key] == 1}


def _name(text: str) -> str:
    return " ".join(wording.folded(text).split())


def _key(text: str) -> str:
    return _BETWEEN_WORDS.sub("", wording.folded(text).replace("&", "and"))


def _slips(key: str) -> int:
    return 0 if len(key) < 3 else 1 if len(key) < 10 else 2


def _plausible(key: str, other: str, slips: int) -> bool:
    return (
        slips <= min(_slips(key), _slips(other))
        and key[0] == other[0]
        and _DIGITS.findall(key) == _DIGITS.findall(other)
        and (len(key) > 3 or len(other) > 3 or sorted(key) == sorted(other))
    )


def _others(key: str, nearest: str, keys: Iterable[str]) -> bool:
    """Whether a short word may be another choice as well."""
    rest = (each for each in keys if each != nearest and each[0] == key[0])
    return any(OSA.distance(key, each, score_cutoff=2) <= 2 for each in rest)
