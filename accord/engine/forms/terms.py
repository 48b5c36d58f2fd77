"""What a form is made of. A definition is a value: a published one never changes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How a question is answered."""

    TEXT = "text"
    LONG = "long"
    EMAIL = "email"
    PHONE = "phone"
    NUMBER = "number"
    DATE = "date"
    URL = "url"
    CHOICE = "choice"
    CHOICES = "choices"
    YES = "yes"


CHOSEN = frozenset({Kind.CHOICE, Kind.CHOICES})
LONGEST: dict[Kind, int] = {
    Kind.TEXT: 120,  # what names and places of a contact hold
    Kind.LONG: 5000,
    Kind.EMAIL: 320,
    Kind.PHONE: 60,
    Kind.NUMBER: 40,
    Kind.DATE: 40,
    Kind.URL: 500,
    Kind.CHOICE: 200,
    Kind.CHOICES: 200,
    Kind.YES: 10,
}
MOST_QUESTIONS = 30
MOST_OPTIONS = 300
MESSAGE = "message"  # the one question that is no field of the contact
EMAIL = "email"
BORN = "born_on"


class Op(StrEnum):
    """How an earlier answer decides whether a question shows."""

    IS = "is"
    NOT = "not"
    FILLED = "filled"


@dataclass(frozen=True, slots=True)
class Condition:
    """An earlier question, and what its answer must be. value: "" where `op` is FILLED."""

    question: str
    op: Op
    value: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Question:
    """One question. name: the field of the contact it fills, or MESSAGE.

    options: what may be chosen, for CHOICE and CHOICES. shown: when it shows; None is always.
    """

    name: str
    label: str
    kind: Kind
    required: bool = False
    hint: str = ""
    options: tuple[Option, ...] = ()
    shown: Condition | None = None


@dataclass(frozen=True, slots=True)
class Consent:
    """A box that is never ticked for anybody, with exactly the words beside it.

    text_id, version, digest: which version of which words these are. double: consent counts only
    once a link sent by mail was followed.
    """

    purpose: str
    channel: str
    text_id: int
    version: int
    digest: str
    text: str
    required: bool = False
    double: bool = False


@dataclass(frozen=True, slots=True)
class Ending:
    """What people see once it is sent: a text, or another page where `url` is given."""

    title: str = ""
    text: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Definition:
    """A form as one of its versions says.

    language: of the form's own words and of everything around them. confirm: nothing is written
    on any record until the address is confirmed by mail.
    """

    title: str
    language: str = "en"
    intro: str = ""
    button: str = ""
    questions: tuple[Question, ...] = ()
    consents: tuple[Consent, ...] = ()
    ending: Ending = Ending()
    confirm: bool = False

    def question(self, name: str) -> Question | None:
        return next((each for each in self.questions if each.name == name), None)
