"""What people answered: which questions show, which answers are good, and what is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from accord.engine.cleaning import dates, emails, numbers, phones
from accord.engine.errors import Unreadable
from accord.engine.forms.terms import LONGEST, Condition, Definition, Kind, Op, Question

_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_IN_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]+")
YES = "yes"

Given = Mapping[str, Sequence[str]]
Answer = tuple[str, ...]


class Problem(StrEnum):
    """What is wrong with an answer. Pages say it in their language."""

    MISSING = "missing"
    NOT_EMAIL = "not_email"
    NOT_PHONE = "not_phone"
    NOT_NUMBER = "not_number"
    NOT_DATE = "not_date"
    NOT_URL = "not_url"
    NOT_A_CHOICE = "not_a_choice"
    TOO_LONG = "too_long"
    NOT_AGREED = "not_agreed"


@dataclass(frozen=True)
class Checked:
    """Answers in the form records hold them, by question; () where there is none.

    agreed: the purposes and channels whose box was ticked. problems: by question's name, or
    "purpose:channel" of a box. unknown: names nobody asked for.
    """

    answers: dict[str, Answer]
    agreed: frozenset[tuple[str, str]]
    problems: dict[str, Problem]
    unknown: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        return not self.problems and not self.unknown


def check(definition: Definition, given: Given, *, region: str = "DE") -> Checked:
    """Read what was posted, by the definition it was posted to.

    given:  texts by question's name; a box of consent is "consent:PURPOSE:CHANNEL".
    region: ISO 3166 code for phone numbers without a country code.

    A question that does not show is not looked at: its answer is neither kept nor missed.
    """
    answers: dict[str, Answer] = {}
    problems: dict[str, Problem] = {}
    for question in definition.questions:
        if not shows(question.shown, definition, answers):
            answers[question.name] = ()
            continue
        read = _read(question, given.get(question.name, ()), region)
        answers[question.name] = () if isinstance(read, Problem) else read
        if isinstance(read, Problem):
            problems[question.name] = read
    agreed = set()
    for box in definition.consents:
        name = f"{box.purpose}:{box.channel}"
        if any(given.get(f"consent:{name}", ())):
            agreed.add((box.purpose, box.channel))
        elif box.required:
            problems[name] = Problem.NOT_AGREED
    return Checked(answers, frozenset(agreed), problems, _unknown(definition, given))


def shows(
    condition: Condition | None, definition: Definition, answers: Mapping[str, Answer]
) -> bool:
    """Whether a question shows, by the answers before it. One that does not show has none."""
    if condition is None:
        return True
    answer = answers.get(condition.question, ())
    match condition.op:
        case Op.FILLED:
            return bool(answer)
        case Op.IS:
            return condition.value in answer
        case Op.NOT:
            return condition.value not in answer


def _unknown(definition: Definition, given: Given) -> tuple[str, ...]:
    boxes = {f"consent:{each.purpose}:{each.channel}" for each in definition.consents}
    known = {each.name for each in definition.questions} | boxes
    return tuple(sorted(name for name in given if name not in known))


def _read(question: Question, texts: Sequence[str], region: str) -> Answer | Problem:
    kept = [text for each in texts if (text := _tidy(each, question.kind))]
    if not kept:
        return Problem.MISSING if question.required else ()
    if any(len(text) > LONGEST[question.kind] for text in kept):
        return Problem.TOO_LONG
    if question.kind is Kind.CHOICES:
        return _chosen(question, kept)
    if question.kind is Kind.CHOICE:
        return _chosen(question, kept[:1])
    return _one(question.kind, kept[0], region)


def _tidy(text: str, kind: Kind) -> str:
    """In one line, but for long texts; without signs that no page or mail may carry."""
    if kind is Kind.LONG:
        return _IN_TEXT.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    return " ".join(_BREAKS.sub(" ", text).split())


def _chosen(question: Question, texts: Sequence[str]) -> Answer | Problem:
    values = {each.value for each in question.options}
    if any(text not in values for text in texts):
        return Problem.NOT_A_CHOICE
    return tuple(dict.fromkeys(texts))


def _one(kind: Kind, text: str, region: str) -> Answer | Problem:
    reading = _READ.get(kind)
    if reading is None:
        return (text,)
    read, problem = reading
    try:
        return (read(text, region),)
    except Unreadable:
        return problem


def _url(text: str, region: str) -> str:
    full = text if "://" in text else f"https://{text}"
    try:
        place = urlsplit(full)
        host = place.hostname or ""
    except ValueError:
        host = ""
    if not host or "." not in host or place.scheme not in ("http", "https") or " " in full:
        raise Unreadable
    return full


def _yes(text: str, region: str) -> str:
    return YES


_READ: dict[Kind, tuple[Callable[[str, str], str], Problem]] = {
    Kind.EMAIL: (lambda text, region: emails.read(text), Problem.NOT_EMAIL),
    Kind.PHONE: (lambda text, region: phones.read(text, region=region), Problem.NOT_PHONE),
    Kind.NUMBER: (lambda text, region: f"{numbers.read(text):f}", Problem.NOT_NUMBER),
    Kind.DATE: (lambda text, region: dates.read(text).isoformat(), Problem.NOT_DATE),
    Kind.URL: (_url, Problem.NOT_URL),
    Kind.YES: (_yes, Problem.NOT_A_CHOICE),
}
