"""Custom fields: what people add to contacts, companies and deals without code."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from django.db import transaction
from django.db.models import JSONField, Max
from django.utils import timezone

from accord.engine.errors import Refused
from accord.people import fields
from accord.people.models import CustomField
from accord.platform.access import permissions
from accord.platform.models import User
from accord.platform.trail import audit

Kind = CustomField.Kind
WITH_CHOICES = frozenset({Kind.CHOICE, Kind.CHOICES})
MOST_CHOICES = 500


class NameTaken(Refused):
    """There is a field of this name already. Choose another name."""


class NeedsChoices(Refused):
    """Give the choices people pick from, each once, at most 500."""


class Unlabelled(Refused):
    """Give the field a name of 1 to 80 characters with at least one letter."""


class UnknownKind(Refused):
    """There is no such kind of field or record. Choose one of the list."""


@transaction.atomic
def add(
    noun: str,
    *,
    label: str,
    kind: str,
    choices: Iterable[str] = (),
    group: str = "",
    by: User | None,
) -> CustomField:
    """Add a field to a noun. Its name is made from the label and never changes.

    choices: labels, for the kinds choice and choices. Raises Forbidden, UnknownKind,
    Unlabelled, NameTaken or NeedsChoices.
    """
    if by is not None:
        permissions.require(by, "settings.manage")
    if noun not in fields.nouns() or kind not in Kind.values:
        raise UnknownKind
    name = _name(_label(label))
    if name in fields.catalogue(noun) or _is_lookup(name):
        raise NameTaken
    others = CustomField.objects.filter(noun=noun)
    if others.filter(name=name).exists():
        raise NameTaken("An archived field has this name. Bring that one back instead.")
    last = others.aggregate(last=Max("position"))["last"]
    made = CustomField.objects.create(
        noun=noun,
        name=name,
        label=_label(label),
        kind=kind,
        choices=_choices((), choices) if kind in WITH_CHOICES else [],
        group=group.strip()[:80],
        position=0 if last is None else last + 1,
    )
    return _told("field.added", made, by)


@transaction.atomic
def rename(field: CustomField, *, label: str, group: str | None = None, by: User) -> CustomField:
    """Give a field another label (and group); its name, which imports use, stays."""
    permissions.require(by, "settings.manage")
    field.label = _label(label)
    if group is not None:
        field.group = group.strip()[:80]
    field.save(update_fields=["label", "group"])
    return _told("field.renamed", field, by)


@transaction.atomic
def set_choices(field: CustomField, *, choices: Iterable[str], by: User) -> CustomField:
    """Replace the choices by labels in the order given.

    A label there was keeps its value. What records hold of a choice taken away stays as it is.
    Raises Forbidden, NeedsChoices, or UnknownKind where the field has no choices.
    """
    permissions.require(by, "settings.manage")
    if field.kind not in WITH_CHOICES:
        raise UnknownKind("This field has no choices.")
    field.choices = _choices(field.choices, choices)
    field.save(update_fields=["choices"])
    return _told("field.choices_set", field, by)


@transaction.atomic
def rename_choice(field: CustomField, *, value: str, label: str, by: User) -> CustomField:
    """Give one choice another label; records that hold it show the new one."""
    permissions.require(by, "settings.manage")
    others = {shown.casefold() for kept, shown in field.choices if kept != value}
    if not label.strip() or label.strip().casefold() in others:
        raise NeedsChoices
    field.choices = [
        [kept, label.strip()[:120] if kept == value else shown] for kept, shown in field.choices
    ]
    field.save(update_fields=["choices"])
    return _told("field.choices_set", field, by)


@transaction.atomic
def reorder(noun: str, *, names: Iterable[str], by: User) -> None:
    """Put the custom fields of a noun into this order; those not named keep their place."""
    permissions.require(by, "settings.manage")
    for place, name in enumerate(names):
        CustomField.objects.filter(noun=noun, name=name).update(position=place)
    audit.record("field.reordered", by=by, noun=noun)
    fields.forget()


@transaction.atomic
def archive(field: CustomField, *, by: User) -> CustomField:
    """Take a field out of lists, forms and filters. Its values stay; twice does nothing."""
    permissions.require(by, "settings.manage")
    if not CustomField.objects.filter(pk=field.pk, archived_at=None).update(
        archived_at=timezone.now()
    ):
        return field
    field.refresh_from_db()
    return _told("field.archived", field, by)


@transaction.atomic
def bring_back(field: CustomField, *, by: User) -> CustomField:
    """Use an archived field again, with the values it had."""
    permissions.require(by, "settings.manage")
    field.archived_at = None
    field.save(update_fields=["archived_at"])
    return _told("field.brought_back", field, by)


def _told(verb: str, field: CustomField, by: User | None) -> CustomField:
    audit.record(verb, field, by=by, noun=field.noun, name=field.name)
    fields.forget()
    return field


def _label(text: str) -> str:
    label = " ".join(text.split())
    if not 1 <= len(label) <= 80:
        raise Unlabelled
    return label


def _name(label: str) -> str:
    """The label as a name: small Latin letters, digits and single underscores."""
    text = unicodedata.normalize("NFKD", label.replace("ß", "ss")).encode("ascii", "ignore")
    name = "_".join(re.findall(r"[a-z0-9]+", text.decode().lower()))[:60].strip("_")
    if not name:
        raise Unlabelled
    return name if name[0].isalpha() else f"f_{name}"[:60]


def _is_lookup(name: str) -> bool:
    """Whether a query on `custom__<name>` would be read as a comparison."""
    return JSONField().get_lookup(name) is not None


def _choices(before: Iterable[list[str]], labels: Iterable[str]) -> list[list[str]]:
    """[value, label] pairs; a value is the label it was first given."""
    known = {label.casefold(): value for value, label in before}
    wanted = [" ".join(label.split())[:120] for label in labels]
    folded = [label.casefold() for label in wanted]
    if not 1 <= len(wanted) <= MOST_CHOICES or len(set(folded)) < len(folded) or "" in folded:
        raise NeedsChoices
    return [[known.get(label.casefold(), label), label] for label in wanted]
