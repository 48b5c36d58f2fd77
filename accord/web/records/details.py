"""The facts of a record, in groups, each edited where it stands; empty ones stay folded."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.safestring import SafeString

from accord.people import fields
from accord.platform.access import permissions
from accord.platform.models import Record, User
from accord.web.lists import shown
from accord.web.lists.nouns import Noun

LEFT_OUT = ("name", "stage", "import_id")  # the head and the bar show them


@dataclass(frozen=True)
class Fact:
    label: str
    name: str
    html: SafeString
    url: str
    past: str


@dataclass(frozen=True)
class Group:
    title: str
    facts: tuple[Fact, ...]
    empty: tuple[Fact, ...]


def groups(noun: Noun, record: Record, user: User) -> list[Group]:
    """Every field but the name, by group, in the order of the catalogue."""
    may_write = permissions.may(user, noun.write, record)
    found: dict[str, list[Fact]] = {}
    for field in fields.catalogue(noun.name).values():
        if field.name in LEFT_OUT or not field.listed:
            continue
        url = f"/{noun.plural}/{record.pk}/fields/{field.name}/?as=prop"
        editable = may_write and field.editable
        html = shown.fact(record, field, links=not editable)
        past = f"/{noun.plural}/{record.pk}/history/?field={field.name}"
        fact = Fact(field.label, field.name, html, url if editable else "", past)
        found.setdefault(field.group or "More", []).append(fact)
    return [_group(title, facts) for title, facts in found.items()]


def _group(title: str, facts: list[Fact]) -> Group:
    full = tuple(fact for fact in facts if fact.html)
    return Group(title, full, tuple(fact for fact in facts if not fact.html and fact.url))
