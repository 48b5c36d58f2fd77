"""One edit of many records at once, through the verb each record has, and its undo."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accord.engine.errors import Refused
from accord.people import companies, contacts, fields
from accord.people.consents import restrictions
from accord.people.fields import Field, Kind
from accord.people.models import Company, Contact
from accord.people.records import Conflict
from accord.platform.access import permissions
from accord.platform.access.permissions import Scope
from accord.platform.models import BulkChange, Record, User
from accord.platform.queue import work
from accord.platform.trail import audit

AT_ONCE = 200  # more records are changed in the background
STEP = 200
UNDO = timedelta(days=30)
SINGULAR = frozenset({"name", "first_name", "last_name", "email", "phone", "domain", "external_id"})

How = BulkChange.How
State = BulkChange.State


class Change(Protocol):
    """The verb of a noun that changes one record."""

    def __call__(
        self, record: Any, /, *, values: Any, version: int | None, by: User | None
    ) -> Any: ...


class NothingChosen(Refused):
    """No record fits. Choose at least one."""


class NotInBulk(Refused):
    """This field is different for every record. Change it on the record itself."""


class AllRestricted(Refused):
    """Their records are restricted, so they are not changed with others. Change one by itself."""


class NotDone(Refused):
    """This change is still under way, or was undone already."""


class TooLate(Refused):
    """This change was made more than 30 days ago and cannot be undone at once."""


@dataclass(frozen=True)
class Edit:
    """What is done to each record. how: set the value, or add to or remove from several."""

    field: str
    value: object
    how: str = How.SET


@dataclass(frozen=True)
class _Noun:
    model: type[Record]
    change: Change


_nouns: dict[str, _Noun] = {
    "contact": _Noun(Contact, contacts.change),
    "company": _Noun(Company, companies.change),
}


def offer(noun: str, model: type[Record], change: Change) -> None:
    """Let a noun of a higher folder be changed in bulk, by its own verb."""
    _nouns[noun] = _Noun(model, change)


def editable(noun: str) -> list[Field]:
    """The fields that make sense to change on many records at once."""
    known = fields.catalogue(noun).values()
    return [each for each in known if each.editable and (each.custom or each.name not in SINGULAR)]


@transaction.atomic
def apply(noun: str, *, chosen: Collection[int] | Q, edit: Edit, by: User) -> BulkChange:
    """Make one edit to every chosen record that `by` may write; the others are left out, and so
    are contacts whose records are restricted.

    chosen: ids, or the condition of a list (see `filters.condition`).
    Up to 200 records are changed at once, more in the background (see `state`, `done`,
    `total`). Raises Forbidden, NothingChosen, AllRestricted, NotInBulk,
    UnknownField or Unreadable.
    """
    permissions.require(by, "bulk.edit")
    field = fields.field(noun, edit.field)
    if field not in editable(noun) or (edit.how != How.SET and field.kind is not Kind.TAGS):
        raise NotInBulk
    value = fields.to_json(fields.clean(field, edit.value))
    visible, restricted, ids = _chosen(noun, chosen, by)
    made = BulkChange.objects.create(
        noun=noun,
        field=field.name,
        value=value,
        how=edit.how,
        ids=ids,
        total=len(ids),
        left_out=visible - len(ids),
        restricted=restricted,
        by=by,
    )
    audit.record("bulk.applied", made, by=by, noun=noun, field=field.name, records=len(ids))
    return _start(made)


@transaction.atomic
def undo(bulk: BulkChange, *, by: User) -> BulkChange:
    """Take an edit back where nobody changed the field since; `left_alone` counts the rest.

    Raises Forbidden unless `by` made it or may change everybody's records, NotDone or TooLate.
    """
    if bulk.by_id != by.pk and Scope.ALL not in permissions.scopes(by, "bulk.edit"):
        raise permissions.Forbidden
    if timezone.now() - bulk.created_at > UNDO:
        raise TooLate
    done = BulkChange.objects.filter(pk=bulk.pk, state=State.DONE)
    if not done.update(state=State.UNDOING, done=0, total=len(bulk.before)):
        raise NotDone
    audit.record("bulk.undone", bulk, by=by, noun=bulk.noun, field=bulk.field)
    return _start(bulk)


def work_off(bulk_id: int) -> None:
    """Do what is left of an edit or its undo, in steps that commit. Safe to call twice."""
    while True:
        with transaction.atomic():
            work.fence()
            if not _step(bulk_id):
                return


def _start(bulk: BulkChange) -> BulkChange:
    bulk.refresh_from_db()
    if bulk.total > AT_ONCE:
        work.enqueue("bulk.run", payload={"bulk": bulk.pk}, key=f"bulk:{bulk.pk}")
        return bulk
    while _step(bulk.pk):
        pass
    bulk.refresh_from_db()
    return bulk


def _chosen(noun: str, chosen: Collection[int] | Q, by: User) -> tuple[int, int, list[int]]:
    """How many of the chosen one may see, how many more are restricted, and the ids of those one
    may change.
    """
    wanted = chosen if isinstance(chosen, Q) else Q(pk__in=list(chosen))
    rows: QuerySet[Any] = _nouns[noun].model._default_manager.filter(wanted, deleted_at=None)
    visible, restricted = rows.filter(permissions.rows(by, f"{noun}.read")), 0
    if noun == "contact":
        visible, restricted = restrictions.apart(visible)
    mine = visible.filter(permissions.rows(by, f"{noun}.write"))
    ids = list(
        mine.filter(permissions.rows(by, "bulk.edit")).order_by("pk").values_list("pk", flat=True)
    )
    seen = visible.count()
    if not seen:
        raise AllRestricted if restricted else NothingChosen
    if not ids:
        raise permissions.Forbidden
    return seen, restricted, ids


def _step(bulk_id: int) -> bool:
    """Do the next 200; False when nothing is left."""
    bulk = BulkChange.objects.select_for_update().get(pk=bulk_id)
    if bulk.state in (State.DONE, State.UNDONE):
        return False
    undoing = bulk.state == State.UNDOING
    for each in (bulk.before if undoing else bulk.ids)[bulk.done : bulk.done + STEP]:
        (_take_back if undoing else _change)(bulk, each)
        bulk.done += 1
    if bulk.done >= bulk.total:
        bulk.state = State.UNDONE if undoing else State.DONE
    elif not undoing:
        bulk.state = State.RUNNING
    bulk.save(update_fields=["state", "done", "before", "left_out", "left_alone"])
    return True


def _change(bulk: BulkChange, pk: int) -> None:
    noun, field = _nouns[bulk.noun], fields.field(bulk.noun, bulk.field)
    record = noun.model._default_manager.filter(pk=pk).first()
    if record is None:
        bulk.left_out += 1
        return
    old, seen = fields.read(record, field), record.version
    try:
        with transaction.atomic():
            values = {field.name: _wanted(bulk, field, old)}
            noun.change(record, values=values, version=seen, by=bulk.by)
    except Refused:
        bulk.left_out += 1
        return
    if record.version != seen:
        bulk.before.append([pk, fields.to_json(old), record.version])


def _take_back(bulk: BulkChange, entry: list[Any]) -> None:
    pk, was, _ = entry
    noun, field = _nouns[bulk.noun], fields.field(bulk.noun, bulk.field)
    record = noun.model._default_manager.filter(pk=pk, deleted_at=None).first()
    old = fields.from_json(field, was)
    now = fields.read(record, field) if record else None
    if record is None or now == old or not _is_ours(bulk, field, old, now):
        bulk.left_alone += 1
        return
    # Whoever gave records away by the edit may take that back, too.
    by = bulk.by if bulk.by and permissions.may(bulk.by, f"{bulk.noun}.write", record) else None
    try:
        with transaction.atomic():
            values = {field.name: _before(bulk, field, old, now)}
            noun.change(record, values=values, version=record.version, by=by)
    except (Refused, Conflict):
        bulk.left_alone += 1


def _wanted(bulk: BulkChange, field: Field, old: Any) -> Any:
    value: Any = fields.from_json(field, bulk.value)
    if bulk.how == How.ADD:
        return (*old, *(tag for tag in value if tag not in old))
    if bulk.how == How.REMOVE:
        return tuple(tag for tag in old if tag not in value)
    return value


def _is_ours(bulk: BulkChange, field: Field, old: Any, now: Any) -> bool:
    return bulk.how != How.SET or now == _wanted(bulk, field, old)


def _before(bulk: BulkChange, field: Field, old: Any, now: Any) -> Any:
    """What to put back: of tags only those the edit added or removed."""
    value: Any = fields.from_json(field, bulk.value)
    if bulk.how == How.ADD:
        return tuple(tag for tag in now if tag in old or tag not in value)
    if bulk.how == How.REMOVE:
        return (*now, *(tag for tag in old if tag in value and tag not in now))
    return old
