"""How any record changes: the rules contacts, companies and deals have in common.

The verbs of a noun call these and record their own event beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import connection, models, transaction
from django.utils import timezone

from accord.engine.errors import Refused, Unreadable
from accord.people import families, fields
from accord.people.fields import Field, Kind
from accord.platform.access import permissions, preferences
from accord.platform.models import FieldChange, Record, User
from accord.platform.trail import audit, history, logbooks

UNDO = timedelta(days=30)
PURGED_AT_ONCE = 500
_ATTEMPTS = 5

R = TypeVar("R", bound=Record)


class Conflict(Refused):
    """Somebody else changed this record meanwhile. Look at both values and choose one."""

    def __init__(
        self, mine: Mapping[str, object], theirs: Mapping[str, object], version: int
    ) -> None:
        super().__init__()
        self.mine = mine
        self.theirs = theirs
        self.version = version


class Deleted(Refused):
    """This record was deleted. Restore it first."""


class NotDeleted(Refused):
    """This record is not deleted."""


class TooLate(Refused):
    """This record was deleted more than 30 days ago and cannot be restored."""


class Erased(Refused):
    """This person was erased, as they may ask of us. Nothing can be brought back."""


class Merged(Refused):
    """This record was merged into another one. Undo the merge to have it back."""


class NotEditable(Refused):
    """This field is filled by Accord and cannot be changed."""


def cleaned(noun: str, values: Mapping[str, object]) -> dict[Field, object]:
    """Values by field, in the form each field holds.

    Raises UnknownField, NotEditable, or Unreadable with a sentence for the first bad value.
    """
    chosen = preferences.current()
    found: dict[Field, object] = {}
    for name, value in values.items():
        field = fields.field(noun, name)
        if not field.editable:
            raise NotEditable(f"{field.label} is filled by Accord and cannot be changed.")
        found[field] = fields.clean(
            field, value, region=chosen.phone_region, currency=chosen.reporting_currency
        )
    return found


def fill(record: Record, values: Mapping[Field, object]) -> None:
    """Put the values into a record that is not saved yet. Raises Unreadable."""
    for column, value in _columns(record, values).items():
        setattr(record, column, value)


@transaction.atomic
def change(
    record: Record,
    values: Mapping[Field, object],
    *,
    version: int | None = None,
    by: User | None,
    origin: str = "user",
) -> tuple[history.Change, ...]:
    """Change a record where nobody else did meanwhile; the record given is fresh afterwards.

    values:  cleaned values by field. A field whose path leads to another table is compared and
             written down here, and put into that table by the caller.
    version: the version whose values were seen; None changes whatever is there now.
    by:      who does it; None is Accord itself, which may do everything.

    Gives what changed, () where every value was so already. Raises Forbidden, Deleted, Conflict
    (when `version` is no longer the record's) or Unreadable.
    """
    for _ in range(_ATTEMPTS):
        fresh = _alive(record)
        permissions_of(fresh, by)
        if version not in (None, fresh.version):
            raise _conflict(fresh, values)
        changes = tuple(_differences(fresh, values))
        if not changes:
            return ()
        if _update(fresh, _columns(fresh, values)):
            _note(fresh, changes, by, origin)
            record.refresh_from_db()
            return changes
    raise _conflict(_alive(record), values)


def change_held(
    record: Record, values: Mapping[Field, object], *, by: User | None, **beside: Any
) -> tuple[history.Change, ...]:
    """Change a record whose row this transaction holds, read since and checked by the caller.

    beside: columns no field stands for, written with the values. The record has them all
    afterwards. Gives what changed in the fields.
    """
    changes = tuple(_differences(record, values))
    columns = _columns(record, values) | beside
    _update(record, columns, always=True)
    for name, value in columns.items():
        column: Any = record._meta.get_field(name)
        setattr(record, name, column.to_python(value))
    record.version += 1
    if changes:
        _note(record, changes, by, "user")
    return changes


@transaction.atomic
def delete(record: Record, *, by: User | None) -> None:
    """Hide a record; `restore` brings it back for 30 days. Raises Forbidden or Deleted."""
    fresh = _alive(record)
    permissions_of(fresh, by)
    _update(fresh, {"deleted_at": timezone.now(), "deleted_by": by}, always=True)
    audit.record(f"{_noun(fresh)}.deleted", fresh, by=by)
    record.refresh_from_db()


@transaction.atomic
def restore(record: Record, *, by: User | None) -> None:
    """Bring a deleted record back. Raises Forbidden, NotDeleted or TooLate."""
    fresh = _locked(record)
    permissions_of(fresh, by)
    if fresh.deleted_at is None:
        raise NotDeleted
    if getattr(fresh, "erased_at", None):
        raise Erased
    refuse_late(fresh.deleted_at)
    _update(fresh, {"deleted_at": None, "deleted_by": None}, always=True)
    audit.record(f"{_noun(fresh)}.restored", fresh, by=by)
    record.refresh_from_db()


def refuse_late(deleted_at: datetime) -> None:
    """Raise TooLate where something was deleted too long ago to be brought back."""
    if timezone.now() - deleted_at > UNDO:
        raise TooLate


@transaction.atomic
def purge(model: type[models.Model], *, now: datetime) -> int:
    """Remove records deleted more than 30 days ago and blank their values in the history.

    At most 500 at once; gives how many, so that a job can come back for the rest.
    """
    old = model._default_manager.filter(deleted_at__lt=now - UNDO).order_by("deleted_at")
    if any(field.name == "erased_at" for field in model._meta.concrete_fields):
        old = old.filter(erased_at=None)  # what is left of them is counted, and names nobody
    merges = any(field.name == "merged_into" for field in model._meta.fields)
    if merges:  # who was merged into somebody goes with them
        old = old.filter(merged_into=None)
    ids = list(old.values_list("pk", flat=True)[:PURGED_AT_ONCE])
    if merges:
        ids = families.of(ids)
    if ids:
        noun = str(model._meta.model_name)
        with logbooks.opened():
            found = FieldChange.objects.filter(subject_type=noun, subject_id__in=ids)
            found.update(old=None, new=None)
            model._default_manager.filter(pk__in=ids).delete()
        audit.record(f"{noun}.purged", by=None, ids=ids)
    return len(ids)


def permissions_of(record: Record, by: User | None) -> None:
    """Raise Forbidden unless `by` may write this record. Accord itself (None) may."""
    if by is not None:
        permissions.require(by, f"{_noun(record)}.write", record)


def may_create(noun: str, by: User | None) -> None:
    """Raise Forbidden unless `by` may create a record of this noun."""
    if by is not None:
        permissions.require(by, f"{noun}.write")


def _alive(record: R) -> R:
    fresh = _rows(record).filter(pk=record.pk).select_related("owner__team").first()
    if fresh is None or fresh.deleted_at is not None:
        raise Deleted
    return fresh


def _locked(record: R) -> R:
    fresh = _rows(record).select_for_update(no_key=True).filter(pk=record.pk).first()
    if fresh is None:
        raise TooLate
    return fresh


def _update(fresh: Record, columns: Mapping[str, Any], *, always: bool = False) -> int:
    """Write the columns where the version is still the one read; gives 1, or 0 where not."""
    rows = _rows(fresh).filter(pk=fresh.pk)
    if not always:
        rows = rows.filter(version=fresh.version, deleted_at=None)
    return rows.update(**columns, version=models.F("version") + 1, changed_at=timezone.now())


def _note(
    record: Record, changes: tuple[history.Change, ...], by: User | None, origin: str
) -> None:
    history.record(record, changes, at=timezone.now(), by=by, origin=origin)
    names = [each.field for each in changes]
    audit.record(f"{_noun(record)}.changed", record, by=by, fields=names)


def _differences(fresh: Record, values: Mapping[Field, object]) -> Iterable[history.Change]:
    for field, value in values.items():
        old = fields.read(fresh, field)
        if old != value:
            yield history.Change(field.name, fields.to_json(old), fields.to_json(value))


def _conflict(fresh: Record, values: Mapping[Field, object]) -> Conflict:
    mine = {field.name: value for field, value in values.items()}
    theirs = {field.name: fields.read(fresh, field) for field in values}
    return Conflict(mine, theirs, fresh.version)


def _columns(record: Record, values: Mapping[Field, object]) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for field, value in values.items():
        if field.custom:
            custom = columns.setdefault("custom", dict(record.custom))
            custom[field.name] = fields.to_json(value)
            if value == fields.empty(field):
                del custom[field.name]
        elif field.kind is Kind.MONEY:
            columns |= _money_columns(field, value)
        elif "__" not in field.path:
            columns |= _column(record, field, value)
    return columns


def _money_columns(field: Field, value: Any) -> dict[str, Any]:
    if value is None:
        return {field.path: None, field.currency_path: ""}
    return {field.path: value.amount, field.currency_path: value.currency}


def _column(record: Record, field: Field, value: Any) -> dict[str, Any]:
    column = record._meta.get_field(field.path)
    if isinstance(column, models.ForeignKey):
        return {column.attname: value or None}
    if isinstance(column, models.CharField) and len(value) > (column.max_length or 0):
        raise Unreadable(f"{field.label} takes at most {column.max_length} characters.")
    if isinstance(column, models.IntegerField) and value is not None:
        return {field.path: _whole(field, column, value)}
    if value == "" and column.null:
        return {field.path: None}
    return {field.path: list(value) if isinstance(value, tuple) else value}


def _whole(field: Field, column: models.Field[Any, Any], value: Any) -> int:
    least, most = connection.ops.integer_field_range(column.get_internal_type())
    if value != int(value) or not least <= value <= most:
        raise Unreadable(f"{field.label} is a whole number from {least} to {most:,}.")
    return int(value)


def _noun(record: Record) -> str:
    return str(record._meta.model_name)


def _rows(record: R) -> models.QuerySet[R]:
    return type(record)._default_manager.all()
