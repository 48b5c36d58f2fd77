"""Rules of a company's own: which channel somebody came by, decided before ours."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from accord.engine.capture.landings import Landing


class Part(StrEnum):
    """What of a landing is compared."""

    SOURCE = "source"
    MEDIUM = "medium"
    CAMPAIGN = "campaign"
    CLICK = "click"
    REFERRER = "referrer"
    PATH = "path"


class How(StrEnum):
    """How it is compared, whatever the case of the letters."""

    IS = "is"
    CONTAINS = "contains"
    STARTS = "starts"
    ONE_OF = "one_of"


@dataclass(frozen=True)
class Rule:
    """words: what is compared with, one of them is enough. channel: what such a landing is."""

    part: Part
    how: How
    words: tuple[str, ...]
    channel: str


def first(rules: Iterable[Rule], landing: Landing) -> Rule | None:
    """The first of the rules, in their order, that fits; None where none does."""
    return next((rule for rule in rules if fits(rule, landing)), None)


def fits(rule: Rule, landing: Landing) -> bool:
    """Whether a landing is what the rule says. What it does not tell fits nothing.

    A path is the same with and without a slash at its end; one within counts.
    """
    found = _plain(rule.part, getattr(landing, rule.part.value))
    words = [word for each in rule.words if (word := _plain(rule.part, each))]
    if not found:
        return False
    if rule.part is Part.PATH:
        found = _closed(found)
        if rule.how in (How.IS, How.ONE_OF):
            words = [_closed(word) for word in words]
    match rule.how:
        case How.IS | How.ONE_OF:
            return found in words
        case How.CONTAINS:
            return any(word in found for word in words)
        case How.STARTS:
            return any(found.startswith(word) for word in words)
    assert_never(rule.how)


def _plain(part: Part, text: str) -> str:
    text = " ".join(text.split()).lower()
    return text.removeprefix("www.") if part is Part.REFERRER else text


def _closed(path: str) -> str:
    return path.rstrip("/") + "/"
