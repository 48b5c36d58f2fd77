"""A form as a page shows it: questions with what was answered and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from accord.engine.forms.answers import Checked, Problem
from accord.engine.forms.terms import LONGEST, Consent, Definition, Kind, Question

INPUTS: Mapping[Kind, str] = {
    Kind.EMAIL: "email",
    Kind.PHONE: "tel",
    Kind.URL: "url",
    Kind.DATE: "date",
    Kind.NUMBER: "text",
    Kind.TEXT: "text",
}
COMPLETES: Mapping[str, str] = {
    "email": "email",
    "first_name": "given-name",
    "last_name": "family-name",
    "phone": "tel",
    "company": "organization",
    "title": "organization-title",
    "city": "address-level2",
    "country": "country",
    "born_on": "bday",
}


@dataclass(frozen=True)
class Asked:
    """One question. texts: what was written; error: a sentence, or nothing.

    input: the type of the field where it is one line.
    """

    question: Question
    texts: tuple[str, ...]
    error: str
    input: str
    completes: str
    longest: int

    @property
    def text(self) -> str:
        return "".join(self.texts[:1])


@dataclass(frozen=True)
class Box:
    """One box of consent. name: of its field."""

    consent: Consent
    name: str
    ticked: bool
    error: str


def questions(
    definition: Definition, given: Mapping[str, Sequence[str]], checked: Checked | None
) -> list[Asked]:
    """Every question, in order; without `checked` nothing is wrong yet."""
    problems = checked.problems if checked else {}
    return [
        Asked(
            each,
            tuple(given.get(each.name, ())),
            sentence(problems.get(each.name), each.kind),
            INPUTS.get(each.kind, ""),
            COMPLETES.get(each.name, ""),
            LONGEST[each.kind],
        )
        for each in definition.questions
    ]


def boxes(
    definition: Definition, given: Mapping[str, Sequence[str]], checked: Checked | None
) -> list[Box]:
    """Every box, ticked only where the person ticked it themselves a moment ago."""
    problems = checked.problems if checked else {}
    found = []
    for each in definition.consents:
        name = f"consent:{each.purpose}:{each.channel}"
        error = sentence(problems.get(f"{each.purpose}:{each.channel}"), Kind.YES)
        found.append(Box(each, name, bool(any(given.get(name, ()))), error))
    return found


def sentence(problem: Problem | None, kind: Kind) -> str:
    """What is wrong and what to write instead, in the language of the page."""
    if problem is None:
        return ""
    if problem is Problem.TOO_LONG:
        limit = f"{LONGEST[kind]:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")
        sentence = gettext("This is too long. Write at most %(limit)s characters.")
        return sentence % {"limit": limit}
    return _missing(kind) if problem is Problem.MISSING else _sentences()[problem]


def _sentences() -> Mapping[Problem, str]:
    return {
        Problem.NOT_EMAIL: gettext(
            "This is not an e-mail address. Write it like ana@acme.example."
        ),
        Problem.NOT_PHONE: gettext("This is not a phone number. Write it with its area code."),
        Problem.NOT_NUMBER: gettext("Write a number, without points or spaces between thousands."),
        Problem.NOT_DATE: gettext("Write the day as year, month and day, like 2026-03-31."),
        Problem.NOT_URL: gettext("This is not a web address. Write it like https://acme.example."),
        Problem.NOT_A_CHOICE: gettext("Choose one of the answers offered here."),
        Problem.NOT_AGREED: gettext(
            "Without this the form cannot be sent. Tick the box if you agree."
        ),
    }


def _missing(kind: Kind) -> str:
    if kind in (Kind.CHOICE, Kind.CHOICES):
        return gettext("Choose an answer.")
    return gettext("Please tick the box.") if kind is Kind.YES else gettext("Please fill this in.")
