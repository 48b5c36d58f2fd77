"""Saved views: a list as somebody likes it, their own or shared with everybody."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max, Q

from accord.engine.errors import Refused
from accord.platform.access import permissions
from accord.platform.models import SavedView, User
from accord.platform.trail import audit

LONGEST_NAME = 80
LONGEST_QUERY = 4000


class Nameless(Refused):
    """Give the view a name of at most 80 characters."""


class NameTaken(Refused):
    """You have a view of this name already. Choose another name."""


class TooMuch(Refused):
    """These filters are too long to keep. Remove some of them first."""


def usable(noun: str, user: User) -> list[SavedView]:
    """The views of a noun that this person may use: their own and the shared ones."""
    return list(SavedView.objects.filter(Q(owner=user) | Q(shared=True), noun=noun))


@transaction.atomic
def save(noun: str, *, name: str, query: str, shared: bool = False, by: User) -> SavedView:
    """Keep a list's question under a name, after the person's other views.

    query: what stands behind the ? of its address. Raises Nameless, NameTaken, TooMuch, and
    Forbidden where it is to be shared and they may not share.
    """
    if shared:
        permissions.require(by, "view.share")
    name = _free(noun, _named(name), owner=by.pk)
    last = SavedView.objects.filter(noun=noun, owner=by).aggregate(last=Max("position"))["last"]
    made = SavedView.objects.create(
        noun=noun,
        name=name,
        query=_short(query),
        shared=shared,
        owner=by,
        position=(last or 0) + 1,
    )
    audit.record("view.saved", made, by=by, name=name, shared=shared)
    return made


@transaction.atomic
def change(view: SavedView, *, query: str, by: User) -> None:
    """Let a view ask something else from now on. Raises Forbidden, TooMuch."""
    _require(view, by)
    view.query = _short(query)
    view.save(update_fields=["query"])
    audit.record("view.changed", view, by=by)


@transaction.atomic
def rename(view: SavedView, *, name: str, by: User) -> None:
    """Give a view another name. Raises Forbidden, Nameless, NameTaken; its own name stands."""
    _require(view, by)
    name = _named(name)
    if name == view.name:
        return
    view.name = _free(view.noun, name, owner=view.owner_id)
    view.save(update_fields=["name"])
    audit.record("view.renamed", view, by=by, name=name)


@transaction.atomic
def share(view: SavedView, *, shared: bool, by: User) -> None:
    """Let everybody use a view, or only its owner again. Raises Forbidden."""
    _require(view, by)
    permissions.require(by, "view.share")
    if shared == view.shared:
        return
    view.shared = shared
    view.save(update_fields=["shared"])
    audit.record("view.shared" if shared else "view.unshared", view, by=by, name=view.name)


@transaction.atomic
def delete(view: SavedView, *, by: User) -> None:
    """Let a view go. Raises Forbidden unless it is theirs, or shared and they may share."""
    _require(view, by)
    audit.record("view.deleted", view, by=by, name=view.name)
    view.delete()


def may_change(view: SavedView, user: User) -> bool:
    """Whether a view is theirs to change: their own, or a shared one where they may share."""
    return view.owner_id == user.pk or (view.shared and permissions.may(user, "view.share"))


def _require(view: SavedView, by: User) -> None:
    if not may_change(view, by):
        raise permissions.Forbidden


def _free(noun: str, name: str, *, owner: int) -> str:
    if SavedView.objects.filter(noun=noun, owner=owner, name=name).exists():
        raise NameTaken
    return name


def _named(name: str) -> str:
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST_NAME:
        raise Nameless
    return name


def _short(query: str) -> str:
    if len(query) > LONGEST_QUERY:
        raise TooMuch
    return query
