"""What a form may ask: fields of the contact that people know of themselves, and a message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from accord.engine.errors import Unreadable
from accord.engine.forms.answers import Answer
from accord.engine.forms.terms import MESSAGE, Kind, Option, Question
from accord.people import fields
from accord.people.fields import Field
from accord.people.fields import Kind as FieldKind
from accord.platform.access import preferences

# Fields of ours that a stranger has no say in.
OURS = frozenset(
    (
        *("name", "language", "stage", "owner", "team", "tags", "external_id"),
        *("acquired_at", "source", "channel", "campaign", "landing_page"),
    )
)
COMPANY = "company"
KINDS: Mapping[FieldKind, Kind] = {
    FieldKind.TEXT: Kind.TEXT,
    FieldKind.NUMBER: Kind.NUMBER,
    FieldKind.DATE: Kind.DATE,
    FieldKind.CHOICE: Kind.CHOICE,
    FieldKind.CHOICES: Kind.CHOICES,
    FieldKind.BOOLEAN: Kind.YES,
    FieldKind.URL: Kind.URL,
    FieldKind.EMAIL: Kind.EMAIL,
    FieldKind.PHONE: Kind.PHONE,
    FieldKind.COMPANY: Kind.TEXT,
}


def catalogue() -> dict[str, Question]:
    """Every question that may be asked, by name, as it is asked where nobody words it anew."""
    found = {
        name: _of(field)
        for name, field in fields.catalogue("contact").items()
        if name not in OURS and field.editable and field.kind in KINDS
    }
    return found | {MESSAGE: Question(MESSAGE, "Message", Kind.LONG)}


def current(question: Question) -> Question | None:
    """A question with the kind and the choices its field has today; None where it is gone."""
    known = catalogue().get(question.name)
    return replace(question, kind=known.kind, options=known.options) if known else None


def value(field: Field, answer: Answer) -> object:
    """An answer as the field holds it. Raises Unreadable where it cannot."""
    chosen = preferences.current()
    several = field.kind in (FieldKind.CHOICES, FieldKind.TAGS)
    given: Sequence[str] | str = answer if several else "".join(answer[:1])
    return fields.clean(
        field, given, region=chosen.phone_region, currency=chosen.reporting_currency
    )


def values(answers: Mapping[str, Answer]) -> tuple[dict[str, object], tuple[str, ...]]:
    """Values by field's name, and the names of those no field can take today.

    The company is left out: it is a name until somebody looks for the record.
    """
    found: dict[str, object] = {}
    left_out: list[str] = []
    known = fields.catalogue("contact")
    for name, answer in answers.items():
        if name in (MESSAGE, COMPANY) or not answer:
            continue
        try:
            found[name] = value(known[name], answer)
        except (KeyError, Unreadable):
            left_out.append(name)
    return found, tuple(left_out)


def _of(field: Field) -> Question:
    options = tuple(Option(each.value, each.label) for each in field.choices)
    kind = KINDS[field.kind]
    chosen = options if kind in (Kind.CHOICE, Kind.CHOICES) else ()
    return Question(field.name, field.label, kind, options=chosen)
