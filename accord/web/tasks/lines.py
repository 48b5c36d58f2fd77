"""Tasks as lines: what each is about, when it is due, and whether it is late."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q
from django.utils import timezone

from accord.platform.models import User
from accord.sales.agenda import tasks
from accord.sales.models import Task

ICONS = {"todo": "checkbox", "call": "phone", "meeting": "calendar", "email": "mail"}


@dataclass(frozen=True)
class Line:
    """A task in a list. due: a day, or a moment where the hour counts; url: "" about nothing."""

    task: Task
    icon: str
    due: date | datetime
    late: bool
    about: str
    url: str


@dataclass(frozen=True)
class Section:
    title: str
    tone: str
    lines: tuple[Line, ...]


def line(task: Task, now: datetime) -> Line:
    """One task, fetched `with_subjects`."""
    subject = task.deal or task.contact or task.company
    due = timezone.localtime(task.due_at)
    return Line(
        task,
        ICONS.get(task.kind, "checkbox"),
        due.date() if task.all_day else due,
        tasks.is_overdue(task, now),
        str(subject or ""),
        f"/{_plural(task)}/{subject.pk}/" if subject else "",
    )


def lines(found: Iterable[Task], now: datetime) -> tuple[Line, ...]:
    return tuple(line(task, now) for task in found)


def sections(owned: User | Q, now: datetime) -> list[Section]:
    """Tasks of a person or of many: late, of today, of the next seven days, done lately.

    Costs three queries.
    """
    due = lines(tasks.due(owned, now), now)
    return [
        Section("Overdue", "alert", tuple(each for each in due if each.late)),
        Section("Today", "", tuple(each for each in due if not each.late)),
        Section("Next 7 days", "", lines(tasks.upcoming(owned, now), now)),
        Section("Done lately", "", lines(tasks.finished(owned, now), now)),
    ]


def _plural(task: Task) -> str:
    if task.deal_id:
        return "deals"
    return "contacts" if task.contact_id else "companies"
