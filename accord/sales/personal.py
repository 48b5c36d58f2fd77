"""What this folder keeps of a person: what was written about them, tasks, deals they are on."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet

from accord.platform import personal
from accord.platform.models import FieldChange, ImportRow
from accord.platform.personal import Person, Row, Store, rows, sweeping
from accord.platform.personal.sweeping import ERASED
from accord.sales.agenda import activities
from accord.sales.models import Activity, Deal, DealContact, Task

ACTIVITIES_STAY = (
    "That a call, mail or meeting took place, when, how long and by whom: it is counted."
)
DEALS_STAY = (
    "That an unnamed person was on the deal: its history and credit lean on it. The deal itself "
    "is the company's own record: amounts and dates are kept for accounting."
)


def register() -> None:
    """Declare every table of this folder. Called when the app is ready."""
    personal.offer(
        Store(
            "activities",
            "Notes, calls, meetings, mails",
            ("sales.Activity",),
            _activities,
            _no_bodies,
            ACTIVITIES_STAY,
        )
    )
    personal.offer(
        Store(
            "tasks",
            "Tasks",
            ("sales.Task",),
            _tasks,
            _no_tasks,
            "Of tasks on deals, that there was one.",
        )
    )
    personal.offer(
        Store("deals", "Deals they are on", ("sales.DealContact",), _deals, _no_roles, DEALS_STAY)
    )
    words = ("name", "reason_note", "custom", "tags")
    personal.sweep("Deals", Deal, *words, keys=("external_id",))
    personal.sweep("Notes, calls, meetings, mails", Activity, "body", "outcome")
    personal.sweep("Tasks", Task, "title")
    personal.impersonal(
        "Settings of the trade, the same for everybody.",
        "sales.Pipeline",
        "sales.Stage",
        "sales.CloseReason",
        "sales.Product",
    )
    personal.impersonal(
        "Amounts and stages of deals, kept for accounting.", "sales.DealLine", "sales.StageChange"
    )


def _activities(person: Person) -> Iterator[Row]:
    yield from rows.of(Activity.objects.filter(contact=person.id), by_name="by__name")


def _no_bodies(person: Person) -> None:
    theirs = Activity.objects.filter(contact=person.id)
    theirs.update(body="")
    theirs.exclude(outcome__in=_usual_outcomes()).update(outcome="")


def _usual_outcomes() -> set[str]:
    return {outcome for usual in activities.OUTCOMES.values() for outcome in usual}


def _tasks(person: Person) -> Iterator[Row]:
    yield from rows.of(Task.objects.filter(contact=person.id))


def _no_tasks(person: Person) -> None:
    theirs = Task.objects.filter(contact=person.id)
    theirs.filter(deal=None).delete()
    theirs.update(title=sweeping.ERASED, contact=None)


def _deals(person: Person) -> Iterator[Row]:
    told = {"deal_name": "deal__name", "stage": "deal__stage__name"}
    yield from rows.of(DealContact.objects.filter(contact=person.id), **told)


def _no_roles(person: Person) -> None:
    DealContact.objects.filter(contact=person.id).update(role="")
    for change in _people_of_deals(person):
        old, new = (_unnamed(each, person) for each in (change.old, change.new))
        FieldChange.objects.filter(pk=change.pk).update(old=old, new=new)
    for row in _rows_of_deals(person):
        ImportRow.objects.filter(pk=row.pk).update(values=row.values | {"contact": ERASED})


def _people_of_deals(person: Person) -> QuerySet[FieldChange]:
    """Histories of the people of deals, in which a person stands with a role."""
    found = FieldChange.objects.filter(subject_type="deal", field="contacts")
    them = [[person.id]]
    return found.filter(old__contains=them) | found.filter(new__contains=them)


def _rows_of_deals(person: Person) -> QuerySet[ImportRow]:
    """Rows of imported deals that name a person by their id, however plain it is."""
    found = ImportRow.objects.filter(source__into="deals")
    return found.filter(values__contact__in=list(person.numbers))


def _unnamed(people: list[list[object]] | None, person: Person) -> list[list[object]] | None:
    if people is None:
        return None
    return [[pk, "" if pk == person.id else role] for pk, role in people]
