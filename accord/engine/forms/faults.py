"""What keeps a draft from being published, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from accord.engine.forms import endings
from accord.engine.forms.terms import (
    BORN,
    CHOSEN,
    EMAIL,
    MOST_OPTIONS,
    MOST_QUESTIONS,
    Definition,
    Op,
    Question,
)

LANGUAGES = ("en", "de")


def of(definition: Definition, *, children: bool = False) -> tuple[str, ...]:
    """Everything that must be put right before this can be published, () when nothing.

    children: the company may reach them, so who agrees to anything must say when they were born.
    """
    ages = _ages(definition) if children else ()
    return (*_all(definition), *ages)


def asks_no_age(definition: Definition) -> bool:
    """Whether people agree to something here without having to say when they were born."""
    born = definition.question(BORN)
    asks = born is not None and born.required and born.shown is None
    return bool(definition.consents) and not asks


def _all(definition: Definition) -> Iterator[str]:
    if not definition.title.strip():
        yield "Give the form a title."
    if definition.language not in LANGUAGES:
        yield "Choose a language there are texts for: English or German."
    email = definition.question(EMAIL)
    if email is None or not email.required or email.shown is not None:
        yield "Ask for the e-mail address, always and as required: it tells who wrote."
    if len(definition.questions) > MOST_QUESTIONS:
        yield f"Ask at most {MOST_QUESTIONS} questions."
    if definition.ending.url and not endings.address(definition.ending.url):
        yield (
            "The page people go to afterwards needs its whole address: https://, then the name of "
            "its host in letters, digits, dots and hyphens."
        )
    if len({(each.purpose, each.channel) for each in definition.consents}) < len(
        definition.consents
    ):
        yield "Ask for each consent once."
    before: dict[str, Question] = {}
    for question in definition.questions:
        yield from _question(question, before)
        before[question.name] = question


def _ages(definition: Definition) -> Iterator[str]:
    if asks_no_age(definition):
        yield (
            "Ask for the date of birth, always and as required: you may reach children "
            "(Settings > Consent), and this form asks for consent."
        )


def _question(question: Question, before: dict[str, Question]) -> Iterator[str]:
    named = question.label.strip() or question.name
    if not question.label.strip():
        yield f"Write what “{question.name}” asks."
    if question.name in before:
        yield f"Ask for “{named}” once."
    if question.kind in CHOSEN and not 0 < len(question.options) <= MOST_OPTIONS:
        yield f"“{named}” needs something to choose from, at most {MOST_OPTIONS} choices."
    yield from _shown(question, named, before)


def _shown(question: Question, named: str, before: dict[str, Question]) -> Iterator[str]:
    if question.shown is None:
        return
    asked = before.get(question.shown.question)
    if asked is None:
        yield f"“{named}” may only depend on a question above it."
        return
    value, possible = question.shown.value, {each.value for each in asked.options}
    if question.shown.op is Op.FILLED:
        return
    if not value:
        yield f"Say which answer to “{asked.label}” shows “{named}”."
    elif possible and value not in possible:
        yield f"“{value}” is no answer to “{asked.label}”."
