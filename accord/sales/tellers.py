"""What the timeline says about deals, activities and tasks, beyond the names of their events."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from accord.people import fields, timeline
from accord.people.timeline import Told
from accord.platform.models import Event
from accord.sales import choices
from accord.sales.models import Activity

_DEALS = {
    "deal.created": "Deal opened: {deal}",
    "deal.won": "Won {deal}",
    "deal.lost": "Lost {deal}",
    "deal.reopened": "Reopened {deal}",
    "deal.deleted": "Deleted {deal}",
    "deal.restored": "Restored {deal}",
    "deal.lines_set": "Products of {deal} changed",
}
_TASKS = {
    "task.added": "Task planned: {task}",
    "task.changed": "Task changed: {task}",
    "task.done": "Task done: {task}",
    "task.reopened": "Task reopened: {task}",
    "task.deleted": "Task deleted: {task}",
    "task.restored": "Task restored: {task}",
}
_CORRECTED = {
    "activity.changed": "{kind} corrected",
    "activity.deleted": "{kind} deleted",
    "activity.restored": "{kind} restored",
}
_PEOPLE = {"deal.contact_added": "joined", "deal.contact_removed": "left"}


@dataclass(frozen=True)
class _Known:
    """One thing events refer to: the text that names it, and what else a line says of it."""

    text: str
    kind: str
    outcome: str
    minutes: int | None
    due_at: datetime | None
    deleted: bool


_Things = Mapping[tuple[str, object], _Known]
_One = Callable[[Event, _Things], Told]

# One row is one thing, by what it is and its id.
_REFERRED = """
SELECT 'deal', id, name, '', '', NULL::smallint, NULL::timestamptz, false
FROM sales_deal WHERE id = ANY(%(deal)s)
UNION ALL
SELECT 'contact', id, CASE WHEN erased_at IS NOT NULL THEN 'Erased person' ELSE coalesce(
    nullif(name, ''), nullif(email, ''), nullif(external_id, ''), 'Contact ' || id) END,
    '', '', NULL, NULL, false
FROM people_contact WHERE id = ANY(%(contact)s)
UNION ALL
SELECT 'task', id, title, kind, '', NULL, due_at, false FROM sales_task WHERE id = ANY(%(task)s)
UNION ALL
SELECT 'activity', id, body, kind, outcome, minutes, NULL, deleted_at IS NOT NULL
FROM sales_activity WHERE id = ANY(%(activity)s)
"""


def register() -> None:
    """Let the timeline ask this folder about its events. Called when the app is ready."""
    for name in _TELL:
        timeline.tell(name, _told)


def _told(events: Sequence[Event]) -> Mapping[int, Told]:
    """What there is to say about all of them, for one query."""
    things = _things(events)
    return {event.pk: _TELL[event.name](event, things) for event in events}


def _things(events: Sequence[Event]) -> _Things:
    wanted: dict[str, set[object]] = {
        "deal": {event.deal_id for event in events},
        "contact": {event.contact_id for event in events if event.name in _PEOPLE},
        "task": {event.properties.get("task") for event in events},
        "activity": {event.properties.get("activity") for event in events},
    }
    ids = {what: [each for each in found if each] for what, found in wanted.items()}
    with connection.cursor() as cursor:
        cursor.execute(_REFERRED, ids)
        return {(what, pk): _Known(*told) for what, pk, *told in cursor.fetchall()}


def _deal(event: Event, things: _Things) -> Told:
    title = _DEALS[event.name].format(deal=_name(event, things, "a deal"))
    body = event.properties.get("reason") or event.properties.get("stage") or ""
    return Told(title, body, "deal", event.deal_id)


def _move(event: Event, things: _Things) -> Told:
    names = {stage.pk: stage.name for stage in choices.stages()}
    steps = [names.get(event.properties.get(end), "…") for end in ("from", "to")]
    title = f"{_name(event, things, 'A deal')}: {' → '.join(steps)}"
    return Told(title, "", "deal", event.deal_id)


def _change(event: Event, things: _Things) -> Told:
    known = fields.catalogue("deal")

    def shown(name: str, value: Any) -> str:
        field = known[name]
        return fields.show(field, fields.from_json(field, value)) or "empty"

    values: dict[str, list[Any]] = event.properties.get("changes", {})
    full = [
        f"{known[name].label}: {shown(name, old)} → {shown(name, new)}"
        for name, (old, new) in values.items()
    ]
    rest = [name for name in event.properties.get("fields", []) if name not in values]
    labels = [known[name].label if name in known else name for name in rest]
    parts = full + [f"{', '.join(labels)} changed"] * bool(labels)
    return Told("; ".join(parts), "", "deal", event.deal_id)


def _person(event: Event, things: _Things) -> Told:
    person = things.get(("contact", event.contact_id))
    who = person.text if person else "Somebody"
    role = event.properties.get("role", "")
    title = f"{who} {_PEOPLE[event.name]} {_name(event, things, 'a deal')}"
    return Told(title, role, "deal", event.deal_id)


def _activity(event: Event, things: _Things) -> Told:
    pk = event.properties.get("activity")
    activity = things.get(("activity", pk))
    if activity is None or activity.deleted:
        return Told(f"{_kind(event.name.removeprefix('activity.'))} (deleted)")
    length = f"{activity.minutes} min" if activity.minutes else ""
    title = " · ".join(filter(None, [_kind(activity.kind), activity.outcome, length]))
    return Told(title, activity.text, activity.kind, pk)


def _correction(event: Event, things: _Things) -> Told:
    activity = things.get(("activity", event.properties.get("activity")))
    kind = _kind(activity.kind) if activity else "Activity"
    return Told(_CORRECTED[event.name].format(kind=kind))


def _task(event: Event, things: _Things) -> Told:
    pk = event.properties.get("task")
    task = things.get(("task", pk))
    title = _TASKS[event.name].format(task=task.text if task else "removed since")
    due = f"Due {timezone.localtime(task.due_at):%-d %b %Y}" if task else ""
    return Told(title, due, "task", pk if task else None)


def _name(event: Event, things: _Things, otherwise: str) -> str:
    deal = things.get(("deal", event.deal_id))
    return deal.text if deal else otherwise


def _kind(name: str) -> str:
    return str(Activity.Kind(name).label)


_TELL: Mapping[str, _One] = {
    **dict.fromkeys(_DEALS, _deal),
    **dict.fromkeys(_TASKS, _task),
    **dict.fromkeys((f"activity.{kind}" for kind in Activity.Kind.values), _activity),
    **dict.fromkeys(_CORRECTED, _correction),
    **dict.fromkeys(_PEOPLE, _person),
    "deal.moved": _move,
    "deal.changed": _change,
}
