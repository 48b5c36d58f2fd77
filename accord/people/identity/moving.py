"""Rows that refer to contacts: how they move from one to another, and exactly back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.db import IntegrityError, models, transaction

from accord.people.models import (
    ConsentRecord,
    Contact,
    LifecycleChange,
    Membership,
    MembershipTurn,
    Merge,
    NotTheSame,
    Pause,
    Restriction,
    Visitor,
    VisitorSpan,
)
from accord.people.models.merge import MergeItem
from accord.platform.models import User

# What stays with the contact it was written for. The ledger of consent is read for both; who a
# visitor was, and who is in a segment, is worked out anew.
STAYS: set[type[models.Model]] = {
    Contact,
    ConsentRecord,
    LifecycleChange,
    Membership,
    MembershipTurn,
    Merge,
    NotTheSame,
    Pause,
    Restriction,
    Visitor,
    VisitorSpan,
}
ELSEWHERE = "It is with somebody else since."
REMOVED = "It was removed since."
CHANGED = "It was changed since."

Rows = dict[tuple[str, int], dict[str, Any]]
Finish = Callable[[User | None], None]
_watchers: list[Callable[[list[int]], Finish]] = []


def watch(begin: Callable[[list[int]], Finish]) -> None:
    """Have `begin(contacts)` called before rows move, and what it answers, with who does it,
    after: for a history of its own.
    """
    _watchers.append(begin)


def begin(contacts: list[int]) -> list[Finish]:
    """Tell whoever watches that rows of these contacts are about to move."""
    return [each(contacts) for each in _watchers]


def references() -> Iterator[tuple[type[models.Model], str]]:
    """Every model with a key to a contact that moves with it, and the name of the key."""
    for relation in Contact._meta.get_fields(include_hidden=True):
        if isinstance(relation, models.ManyToOneRel) and relation.related_model not in STAYS:
            yield relation.related_model, relation.field.name


def rows(contacts: list[int]) -> Rows:
    """The rows of these contacts that can move, by table and id: the columns a merge changes."""
    found: Rows = {}
    for model, name in references():
        columns = [f"{name}_id", *(["is_primary"] if _has_primary(model) else [])]
        for row in model._base_manager.filter(**{f"{name}__in": contacts}).values("pk", *columns):
            pk = row.pop("pk")
            found.setdefault((model._meta.db_table, pk), {}).update(row)
    return found


def move(gone: int, kept: int) -> None:
    """Move every row from one contact to another. What the other one has already stays."""
    for model, name in references():
        changed: dict[str, Any] = {f"{name}_id": kept}
        if _has_primary(model):
            changed["is_primary"] = False
        theirs = model._base_manager.filter(**{name: gone})
        if not _is_unique(model, name):
            theirs.update(**changed)
            continue
        for pk in list(theirs.order_by("pk").values_list("pk", flat=True)):
            try:
                with transaction.atomic():
                    model._base_manager.filter(pk=pk).update(**changed)
            except IntegrityError:
                continue


def put_back(items: list[MergeItem], kept: int) -> dict[int, str]:
    """Give rows their columns back; answers why, of each item that stays as it is.

    A column that holds something else since is left alone. Whatever is primary is set last: a
    contact has one of a kind.
    """
    left: dict[int, str] = {}
    primaries: list[tuple[type[models.Model], int]] = []
    for item in items:
        model, now = _row(item)
        if now is None:
            left[item.pk] = REMOVED
            continue
        if problem := _problem(item, now):
            left[item.pk] = problem
            continue
        before = item.before or {}
        if before.get("is_primary"):
            primaries.append((model, now.pk))
        columns = {**before, "is_primary": False} if _has_primary(model) else before
        try:
            with transaction.atomic():
                model._base_manager.filter(pk=now.pk).update(**columns)
        except IntegrityError:
            left[item.pk] = CHANGED
    for model, pk in primaries:
        _make_primary(model, pk)
    return left


def told(item: MergeItem) -> str:
    """What a row is, in words: what it says of itself, or of the record it leads to."""
    _, row = _row(item)
    if row is None:
        return REMOVED
    for name in ("value", "title", "body", "subject"):
        if text := str(getattr(row, name, "") or "").strip():
            return text.splitlines()[0][:120]
    for name in ("company", "deal", "form"):
        if there := getattr(row, name, None):
            return str(there)
    return f"No. {row.pk}"


def _make_primary(model: type[models.Model], pk: int) -> None:
    try:
        with transaction.atomic():
            model._base_manager.filter(pk=pk).update(is_primary=True)
    except IntegrityError:
        return  # somebody made another one primary since


def _problem(item: MergeItem, now: models.Model) -> str:
    was, became = item.before or {}, item.after or {}
    moved = [name for name in became if name.endswith("_id")]
    if any(getattr(now, name) != became[name] for name in moved):
        return ELSEWHERE
    before, after = was.get("is_primary"), became.get("is_primary")
    primary = getattr(now, "is_primary", None)
    goes = any(was[name] != became[name] for name in moved)
    if primary != after and (not goes or primary):
        return CHANGED
    return "" if goes or before != after else CHANGED


def _row(item: MergeItem) -> tuple[type[models.Model], Any]:
    model = next(each for each, _ in references() if each._meta.db_table == item.name)
    return model, model._base_manager.filter(pk=item.row_id).first()


def _has_primary(model: type[models.Model]) -> bool:
    return any(field.name == "is_primary" for field in model._meta.concrete_fields)


def _is_unique(model: type[models.Model], name: str) -> bool:
    field: Any = model._meta.get_field(name)
    together = [name in each for each in model._meta.unique_together]
    named = [
        name in each.fields
        for each in model._meta.constraints
        if isinstance(each, models.UniqueConstraint)
    ]
    return field.unique or any(together) or any(named)


def differences(before: Rows, after: Rows) -> Iterator[tuple[str, int, Mapping[str, Any], Any]]:
    """Table, id and columns before and after of every row that changed."""
    for (table, pk), columns in sorted(before.items()):
        now = after.get((table, pk))
        if now is not None and now != columns:
            yield table, pk, columns, now
