"""Rows that refer to contacts: how they move from one to another, and exactly back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.db import IntegrityError, connection, models, transaction

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
    Segment,
    Visitor,
    VisitorSpan,
)
from accord.people.models.merge import MergeItem
from accord.platform.models import User
from accord.platform.trail import logbooks

# What stays with the contact it was written for. The ledger of consent is read for both; who a
# visitor was is worked out anew.
STAYS: set[type[models.Model]] = {
    Contact,
    ConsentRecord,
    LifecycleChange,
    MembershipTurn,
    Merge,
    NotTheSame,
    Pause,
    Restriction,
    Visitor,
    VisitorSpan,
}
# Of these only some move: who is in a segment by a rule is worked out anew.
ONLY: dict[type[models.Model], dict[str, str]] = {
    Membership: {"segment__kind": Segment.Kind.STATIC}
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
        columns = [f"{name}_id", *(each for each in ("is_primary", "role") if _has(model, each))]
        mine = model._base_manager.filter(**{f"{name}__in": contacts}, **ONLY.get(model, {}))
        for row in mine.values("pk", *columns):
            pk = row.pop("pk")
            found.setdefault((model._meta.db_table, pk), {}).update(row)
    return found


def move(gone: int, kept: int) -> None:
    """Move every row from one contact to another. What the other one has already stays; where
    it has no role in it, it gets that of the one that goes.
    """
    for model, name in references():
        changed: dict[str, Any] = {f"{name}_id": kept}
        if _has(model, "is_primary"):
            changed["is_primary"] = False
        theirs = model._base_manager.filter(**{name: gone}, **ONLY.get(model, {}))
        if not _is_unique(model, name):
            theirs.update(**changed)
            continue
        for pk in list(theirs.order_by("pk").values_list("pk", flat=True)):
            try:
                with transaction.atomic():
                    model._base_manager.filter(pk=pk).update(**changed)
            except IntegrityError:
                if _has(model, "role"):
                    _give_role(model, name, pk, kept)


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
        after = item.after or {}
        columns = {each: was for each, was in before.items() if was != after.get(each)}
        if _has(model, "is_primary"):
            columns["is_primary"] = False
        try:
            with transaction.atomic():
                model._base_manager.filter(pk=now.pk).update(**columns)
        except IntegrityError:
            left[item.pk] = CHANGED
    for model, pk in primaries:
        _make_primary(model, pk)
    return left


def move_events(done: Merge) -> None:
    """Move what happened from the contact that goes to the other, with a list of which."""
    with logbooks.merging(), connection.cursor() as cursor:
        cursor.execute(_LIST, {"merge": done.pk, "gone": done.gone_id})
        moved = cursor.rowcount
        cursor.execute(_MOVE, {"kept": done.kept_id, "gone": done.gone_id})
    if moved:
        MergeItem.objects.create(merge=done, kind="events", name="events", after=moved)


def events_back(done: Merge) -> None:
    """Give back the events that a merge moved and that nobody moved since."""
    with logbooks.merging(), connection.cursor() as cursor:
        values = {"merge": done.pk, "kept": done.kept_id, "gone": done.gone_id}
        cursor.execute(_BACK, values)


def told(item: MergeItem) -> str:
    """What a row is, in words: what it says of itself, or of the record it leads to."""
    _, row = _row(item)
    if row is None:
        return REMOVED
    for name in ("value", "title", "body", "subject"):
        if text := str(getattr(row, name, "") or "").strip():
            return text.splitlines()[0][:120]
    for name in ("company", "deal", "form", "segment"):
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
    goes = _goes(item)
    took_role = was.get("role") != became.get("role")
    if took_role and getattr(now, "role", None) != became["role"]:
        return CHANGED
    before, after = was.get("is_primary"), became.get("is_primary")
    primary = getattr(now, "is_primary", None)
    meant = not goes or (primary and _was_chosen(item, now))
    if primary != after and meant and not (took_role and before == after):
        return CHANGED
    return "" if goes or took_role or before != after else CHANGED


def _was_chosen(item: MergeItem, now: Any) -> bool:
    """Whether somebody made it primary: the contact has others than those that came by the merge.

    Where it has none, what came was made primary only because nothing else was left.
    """
    came = MergeItem.objects.filter(merge=item.merge_id, name=item.name)
    moved = [each.row_id for each in came if _goes(each)]
    mine = type(now)._base_manager.filter(contact=now.contact_id).exclude(pk__in=moved)
    if _has(type(now), "kind"):
        mine = mine.filter(kind=now.kind)
    return bool(mine.exists())


def _goes(item: MergeItem) -> bool:
    was, became = item.before or {}, item.after or {}
    return any(was.get(name) != became[name] for name in became if name.endswith("_id"))


def _row(item: MergeItem) -> tuple[type[models.Model], Any]:
    model = next(each for each, _ in references() if each._meta.db_table == item.name)
    return model, model._base_manager.filter(pk=item.row_id).first()


def _give_role(model: type[models.Model], name: str, pk: int, kept: int) -> None:
    """Where both are in the same, a role only the one that goes has is not lost."""
    others = {each for fields in _together(model, name) for each in fields} - {name}
    theirs = model._base_manager.values("role", *others).get(pk=pk)
    role = theirs.pop("role")
    model._base_manager.filter(**{name: kept}, **theirs, role="").update(role=role)


def _has(model: type[models.Model], name: str) -> bool:
    return any(field.name == name for field in model._meta.concrete_fields)


def _is_unique(model: type[models.Model], name: str) -> bool:
    field: Any = model._meta.get_field(name)
    return field.unique or bool(_together(model, name))


def _together(model: type[models.Model], name: str) -> list[tuple[str, ...]]:
    """The fields that are unique together with this one."""
    named = [
        tuple(each.fields)
        for each in model._meta.constraints
        if isinstance(each, models.UniqueConstraint)
    ]
    sets = [tuple(each) for each in model._meta.unique_together]
    return [each for each in (*sets, *named) if name in each]


def differences(before: Rows, after: Rows) -> Iterator[tuple[str, int, Mapping[str, Any], Any]]:
    """Table, id and columns before and after of every row that changed."""
    for (table, pk), columns in sorted(before.items()):
        now = after.get((table, pk))
        if now is not None and now != columns:
            yield table, pk, columns, now


_LIST = """
INSERT INTO people_mergedevent (merge_id, event_id, happened_at)
SELECT %(merge)s, id, happened_at FROM platform_event WHERE contact_id = %(gone)s
"""
_MOVE = "UPDATE platform_event SET contact_id = %(kept)s WHERE contact_id = %(gone)s"
# What visitors did goes back by the evidence.
_BACK = """
UPDATE platform_event AS event SET contact_id = %(gone)s
FROM people_mergedevent AS moved
WHERE moved.merge_id = %(merge)s AND event.id = moved.event_id
    AND event.happened_at = moved.happened_at AND event.contact_id = %(kept)s
    AND event.visitor_id IS NULL
"""
