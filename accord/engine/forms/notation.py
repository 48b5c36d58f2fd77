"""A definition as JSON: how it is kept, and how it is read again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from accord.engine.errors import Unreadable
from accord.engine.forms.terms import (
    Condition,
    Consent,
    Definition,
    Ending,
    Kind,
    Op,
    Option,
    Question,
)


class NoForm(Unreadable):
    """This is not the definition of a form. Compare it with form.schema.json."""


def written(definition: Definition) -> dict[str, Any]:
    """The definition as JSON values, as form.schema.json describes them."""
    found = asdict(definition)
    for question in found["questions"]:
        if question["shown"] is None:
            del question["shown"]
    plain: dict[str, Any] = json.loads(json.dumps(found))
    return plain


def read(said: Mapping[str, Any]) -> Definition:
    """The definition that was written. Raises NoForm."""
    try:
        return Definition(
            **_plain(said, ("title", "language", "intro", "button")),
            questions=tuple(_question(each) for each in said["questions"]),
            consents=tuple(Consent(**each) for each in said["consents"]),
            ending=Ending(**said["ending"]),
            confirm=bool(said["confirm"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NoForm from error


def _question(said: Mapping[str, Any]) -> Question:
    shown = said.get("shown")
    return Question(
        **_plain(said, ("name", "label", "hint")),
        kind=Kind(said["kind"]),
        required=bool(said["required"]),
        options=tuple(Option(each["value"], each["label"]) for each in said["options"]),
        shown=Condition(shown["question"], Op(shown["op"]), shown["value"]) if shown else None,
    )


def _plain(said: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, str]:
    return {name: str(said[name]) for name in names}
