"""Tasks: what somebody has to do, by when, on a contact, a company or a deal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Required, TypedDict, Unpack

from django.db import transaction
from django.db.models import Count, F, Q, Window
from django.utils import timezone

from accord.engine.errors import Refused
from accord.people import records
from accord.people.models import Company, Contact
from accord.people.records import Conflict, Deleted
from accord.platform.access.permissions import Forbidden
from accord.platform.events import log, names
from accord.platform.models import User
from accord.platform.trail import audit, history
from accord.sales import days as calendar
from accord.sales import subjects
from accord.sales.models import Deal, Task
from accord.sales.models.activity import TaskQuerySet
from accord.sales.subjects import Subject

MOST = 500  # of one list
names.declare("task.added", "Task added", team="sales", icon="checkbox")
names.declare("task.changed", "Task changed", team="sales", icon="pencil")
names.declare("task.done", "Task done", team="sales", icon="circle-check")
names.declare("task.reopened", "Task reopened", team="sales", icon="rotate")
names.declare("task.deleted", "Task deleted", team="sales", icon="trash")
names.declare("task.restored", "Task restored", team="sales", icon="restore")

LONGEST_TITLE = 300


class TaskValues(TypedDict, total=False):
    """What may be changed on a task. all_day: only the day of `due_at` counts."""

    title: str
    kind: str
    due_at: datetime
    all_day: bool
    owner: User | None


class NewTask(TypedDict, total=False):
    """A task as it is planned: for who adds it, all day, where nothing else is said."""

    title: Required[str]
    due_at: Required[datetime]
    kind: str
    all_day: bool
    owner: User | None
    contact: Contact | None
    company: Company | None
    deal: Deal | None


@dataclass(frozen=True)
class Due:
    """What is due: the first tasks, and of how many; `overdue` of them should be done already."""

    first: tuple[Task, ...]
    count: int
    overdue: int


class Untitled(Refused):
    """Say what is to be done, in at most 300 characters."""


class UnknownKind(Refused):
    """A task is a to-do, a call, a meeting or an e-mail."""


@transaction.atomic
def add(*, by: User | None, **plan: Unpack[NewTask]) -> Task:
    """Plan a task. Raises Forbidden unless `by` may write what it is on, Deleted, Untitled."""
    subject = Subject(plan.get("contact"), plan.get("company"), plan.get("deal"))
    subjects.require(subject, by)
    task = Task(
        by=by, owner=by, contact=subject.contact, company=subject.company, deal=subject.deal
    )
    values: TaskValues = {"title": plan["title"], "due_at": plan["due_at"]}
    if "owner" in plan:
        values["owner"] = plan["owner"]
    values |= {"kind": plan.get("kind", Task.Kind.TODO), "all_day": plan.get("all_day", True)}
    for name, value in _cleaned(task, values).items():
        setattr(task, name, value)
    task.save(force_insert=True)
    _tell(task, "added", by)
    return task


@transaction.atomic
def change(
    task: Task, *, by: User | None, version: int | None = None, **values: Unpack[TaskValues]
) -> Task:
    """Change a task; it is fresh afterwards. Raises Forbidden, Deleted, Conflict, Untitled."""
    held = _held(task, by)
    wanted = _cleaned(held, values)
    new = {name: value for name, value in wanted.items() if getattr(held, name) != value}
    if version not in (None, held.version):
        raise Conflict(values, {name: getattr(held, name) for name in values}, held.version)
    if new:
        changes = [
            history.Change(name, _plain(getattr(held, name)), _plain(value))
            for name, value in new.items()
        ]
        Task.objects.filter(pk=held.pk).update(**new, version=F("version") + 1)
        history.record(held, changes, at=timezone.now(), by=by)
        _tell(held, "changed", by, fields=sorted(new))
    task.refresh_from_db()
    return task


@transaction.atomic
def finish(task: Task, *, by: User | None) -> None:
    """Mark a task as done; twice does nothing. Raises Forbidden or Deleted."""
    _settle(task, by, "done", done_at=timezone.now(), done_by=by)


@transaction.atomic
def reopen(task: Task, *, by: User | None) -> None:
    """Mark a task as not done after all. Raises Forbidden or Deleted."""
    _settle(task, by, "reopened", done_at=None, done_by=None)


@transaction.atomic
def delete(task: Task, *, by: User | None) -> None:
    """Take a task away; `restore` brings it back. Raises Forbidden or Deleted."""
    held = _held(task, by)
    now = timezone.now()
    Task.objects.filter(pk=held.pk).update(deleted_at=now, version=F("version") + 1)
    _tell(held, "deleted", by)
    task.refresh_from_db()


@transaction.atomic
def restore(task: Task, *, by: User | None) -> None:
    """Bring a deleted task back; twice does nothing. Raises Forbidden, TooLate."""
    held = _held(task, by, deleted=True)
    if held.deleted_at:
        records.refuse_late(held.deleted_at)
        Task.objects.filter(pk=held.pk).update(deleted_at=None, version=F("version") + 1)
        _tell(held, "restored", by)
    task.refresh_from_db()


def due(owned: User | Q, now: datetime) -> list[Task]:
    """What a person (or those whose tasks fit) has to do by the end of today, overdue first."""
    return list(_waiting(owned).filter(due_at__lt=_midnight(now, days=1))[:MOST])


def due_first(user: User, now: datetime, most: int) -> Due:
    """The first of what a person has to do by the end of today, and how much it is in all."""
    late = Q(all_day=True, due_at__lt=_midnight(now, days=0)) | Q(all_day=False, due_at__lt=now)
    rows = _waiting(user).filter(due_at__lt=_midnight(now, days=1))
    counted: Any = rows.annotate(
        counted=Window(Count("pk")), overdue=Window(Count("pk", filter=late))
    )
    found = list(counted[:most])
    if not found:
        return Due((), 0, 0)
    return Due(tuple(found), found[0].counted, found[0].overdue)


def upcoming(owned: User | Q, now: datetime, *, days: int = 7) -> list[Task]:
    """What they have to do in the days after today, the soonest first."""
    after, until = _midnight(now, days=1), _midnight(now, days=days + 1)
    return list(_waiting(owned).filter(due_at__gte=after, due_at__lt=until)[:MOST])


def finished(owned: User | Q, now: datetime, *, days: int = 7) -> list[Task]:
    """What they got done in these days and today, the latest first."""
    done = _alive(owned).filter(done_at__gte=_midnight(now, days=-days))
    return list(done.order_by("-done_at", "-pk")[:MOST])


def on(subject: Subject, *, done: bool = False) -> list[Task]:
    """The tasks on a record: open ones, the soonest first, or those done, the latest first."""
    record = subject.record
    if record is None:
        return []
    mine = Task.objects.alive().filter(**{str(record._meta.model_name): record})
    mine = mine.with_subjects()
    if done:
        return list(mine.exclude(done_at=None).order_by("-done_at", "-pk"))
    return list(mine.filter(done_at=None).order_by("due_at", "pk"))


def is_overdue(task: Task, now: datetime) -> bool:
    """Whether it should have been done: a day's task from the next day on."""
    if task.done_at:
        return False
    if task.all_day:
        return timezone.localdate(task.due_at) < timezone.localdate(now)
    return task.due_at < now


def _waiting(owned: User | Q) -> TaskQuerySet:
    return _alive(owned).filter(done_at=None).order_by("due_at", "pk")


def _alive(owned: User | Q) -> TaskQuerySet:
    there = Q(contact__deleted_at=None, company__deleted_at=None, deal__deleted_at=None)
    whose = owned if isinstance(owned, Q) else Q(owner=owned)
    return Task.objects.alive().filter(there, whose).with_subjects()


def _midnight(now: datetime, *, days: int) -> datetime:
    day = timezone.localdate(now) + timedelta(days=days)
    return timezone.make_aware(datetime.combine(day, time()))


def _held(task: Task, by: User | None, *, deleted: bool = False) -> Task:
    """The task as it is now, held, where `by` may change it: owner, planner, or who may write."""
    rows = Task.objects.select_for_update(of=("self",), no_key=True)
    held = rows.select_related("contact", "company", "deal").get(pk=task.pk)
    if by and by.pk not in (held.owner_id, held.by_id) and not subjects.may_write(_of(held), by):
        raise Forbidden
    if held.deleted_at and not deleted:
        raise Deleted
    return held


def _settle(task: Task, by: User | None, what: str, **values: Any) -> None:
    held = _held(task, by)
    if bool(held.done_at) != bool(values["done_at"]):
        Task.objects.filter(pk=held.pk).update(**values, version=F("version") + 1)
        _tell(held, what, by)
    task.refresh_from_db()


def _cleaned(task: Task, values: TaskValues) -> dict[str, Any]:
    wanted: dict[str, Any] = dict(values)
    if "title" in values:
        wanted["title"] = " ".join(values["title"].split())
        if not 0 < len(wanted["title"]) <= LONGEST_TITLE:
            raise Untitled
    if "kind" in values and values["kind"] not in Task.Kind.values:
        raise UnknownKind
    if "due_at" in values or "all_day" in values:
        at = values.get("due_at") or task.due_at
        calendar.check(at)
        wanted["due_at"] = _midnight(at, days=0) if values.get("all_day", task.all_day) else at
    return wanted


def _plain(value: object) -> object:
    if isinstance(value, User):
        return value.pk
    return value.isoformat() if isinstance(value, datetime) else value


def _of(task: Task) -> Subject:
    return Subject(task.contact, task.company, task.deal)


def _tell(task: Task, what: str, by: User | None, **details: Any) -> None:
    audit.record(f"task.{what}", task, by=by, **details)
    about = subjects.about(_of(task))
    log.record(f"task.{what}", about, by=by, task=task.pk, **details)
