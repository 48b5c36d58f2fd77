"""Merging: what a placeholder owned becomes an invited person's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.db import models, transaction
from django.db.models import F

from accord.engine.errors import Refused
from accord.platform import links
from accord.platform.access import permissions
from accord.platform.models import Record, User
from accord.platform.trail import audit, history, logbooks


class NotPlaceholder(Refused):
    """Only somebody who has never signed in can be merged into another person."""


class MergeIntoPerson(Refused):
    """Choose a person with an account, not another placeholder."""


Mover = Callable[[int, int], None]
_movers: list[Mover] = []


def when_merged(move: Mover) -> None:
    """Have `move(old id, new id)` called in a merge, for references that are no foreign keys."""
    _movers.append(move)


@transaction.atomic
def merge(placeholder: User, *, into: User, by: User | None) -> int:
    """Hand everything the placeholder owns or leads to `into`; the placeholder leaves the lists.

    They were one person all along, so what is written down of the past names that person, too.
    Returns how many rows changed hands. Raises NotPlaceholder, MergeIntoPerson.
    """
    permissions.require_manage(by, placeholder)
    permissions.require_manage(by, into)
    if not placeholder.is_placeholder or placeholder.merged_into_id:
        raise NotPlaceholder
    if into.is_placeholder or into == placeholder:
        raise MergeIntoPerson
    with logbooks.opened():
        moved = sum(_move(rel, placeholder, into) for rel in _references())
        history.replace("owner", placeholder.pk, into.pk)
        for move in _movers:
            move(placeholder.pk, into.pk)
    links.void(links.Kind.INVITE, user=placeholder)
    _hand_over_id(placeholder, into)
    placeholder.merged_into = into
    placeholder.save(update_fields=["merged_into"])
    audit.record("user.merged", into, by=by, placeholder=placeholder.pk, rows=moved)
    return moved


def _hand_over_id(placeholder: User, into: User) -> None:
    """Imports find the person by the id of the old system from now on."""
    if placeholder.external_id and not into.external_id:
        into.external_id, placeholder.external_id = placeholder.external_id, ""
        into.save(update_fields=["external_id"])
        placeholder.save(update_fields=["external_id"])


def _references() -> Iterator[models.ManyToOneRel]:
    for rel in User._meta.get_fields(include_hidden=True):
        if isinstance(rel, models.ManyToOneRel) and not rel.related_model._meta.proxy:
            yield rel


def _move(rel: models.ManyToOneRel, old: User, new: User) -> int:
    rows = rel.related_model._base_manager.filter(**{rel.field.name: old})
    if not rows.exists():
        return 0
    if issubclass(rel.related_model, Record):
        return rows.update(**{rel.field.name: new}, version=F("version") + 1)
    return rows.update(**{rel.field.name: new})
