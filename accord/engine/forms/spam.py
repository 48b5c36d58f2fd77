"""How much a filled form looks like spam, and why: signs that add up, none of them secret."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from accord.engine.capture.agents import Actor
from accord.engine.forms.answers import Answer
from accord.engine.forms.terms import Definition, Kind

HELD = 60  # of 100: from here on it goes into the spam box
QUICK = 3.0  # seconds
_LINK = re.compile(r"https?://|www\.", re.IGNORECASE)
_MARKUP = re.compile(r"<a\s|\[url|\[link|<script|<iframe|onerror=", re.IGNORECASE)
LOOKED_AT = 5000  # characters of each answer


@dataclass(frozen=True)
class Signs:
    """What is known of how a form was sent.

    trapped: the field that no person sees was filled. seconds: from opening to sending, None
    where the form has no ticket. proven: the proof of work was there. crowded: many came from
    the same network lately.
    """

    trapped: bool = False
    seconds: float | None = None
    proven: bool = False
    actor: Actor = Actor.HUMAN
    crowded: bool = False


@dataclass(frozen=True)
class Judged:
    """score: 0 to 100. reasons: in words, the heaviest first."""

    score: int
    reasons: tuple[str, ...]

    @property
    def held(self) -> bool:
        return self.score >= HELD


def judge(definition: Definition, answers: Mapping[str, Answer], signs: Signs) -> Judged:
    """Weigh the signs. The same input gives the same verdict; nothing is thrown away for it."""
    found = sorted((*_sent(signs), *_said(definition, answers)), key=lambda each: -each[0])
    return Judged(min(100, sum(points for points, _ in found)), tuple(why for _, why in found))


def _sent(signs: Signs) -> Iterator[tuple[int, str]]:
    if signs.trapped:
        yield 100, "The field that people do not see was filled in."
    if signs.actor is Actor.BOT:
        yield 60, "The browser says it is a machine."
    elif signs.actor is Actor.UNKNOWN:
        yield 20, "The browser does not say what it is."
    if signs.crowded:
        yield 45, "Many were sent from the same network within minutes."
    if signs.seconds is not None and signs.seconds < QUICK:
        yield 50, f"It was sent {signs.seconds:.1f} seconds after the page was opened."
    if not signs.proven:
        yield 15, "It came without proof of work."


def _said(definition: Definition, answers: Mapping[str, Answer]) -> Iterator[tuple[int, str]]:
    texts = {
        question: " ".join(answers.get(question.name, ()))[:LOOKED_AT]
        for question in definition.questions
        if question.kind in (Kind.TEXT, Kind.LONG)
    }
    if any(_MARKUP.search(text) for text in texts.values()):
        yield 60, "There is markup in an answer."
    named = [question.label for question, text in texts.items() if _short_link(question.kind, text)]
    if named:
        yield 60, f"There is a link in “{named[0]}”."
    links = sum(len(_LINK.findall(text)) for text in texts.values())
    if links >= 3:
        yield 40, f"There are {links} links in it."
    said = [text.casefold() for text in texts.values() if len(text) > 3]
    if len(said) >= 3 and len(set(said)) == 1:
        yield 30, "Every answer is the same."


def _short_link(kind: Kind, text: str) -> bool:
    return kind is Kind.TEXT and bool(_LINK.search(text))
