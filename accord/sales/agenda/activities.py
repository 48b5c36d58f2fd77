"""Activities: notes, calls, meetings and mails, as somebody wrote them down."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Required, TypedDict, Unpack

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accord.engine.errors import Refused
from accord.people import records
from accord.people.models import Company, Contact
from accord.people.records import Conflict, Deleted
from accord.platform.access import permissions
from accord.platform.access.permissions import Forbidden
from accord.platform.events import log as events
from accord.platform.events import names
from accord.platform.events.log import Touch
from accord.platform.models import User
from accord.platform.trail import audit, history
from accord.sales import days, subjects
from accord.sales.models import Activity, Deal
from accord.sales.subjects import Subject, SubjectMissing

names.declare("activity.note", "Note", team="sales", icon="note")
names.declare("activity.call", "Call", team="sales", icon="phone")
names.declare("activity.meeting", "Meeting", team="sales", icon="calendar-event")
names.declare("activity.email", "E-mail", team="sales", icon="mail")
names.declare("activity.changed", "Activity corrected", team="sales", icon="pencil")
names.declare("activity.deleted", "Activity deleted", team="sales", icon="trash")
names.declare("activity.restored", "Activity restored", team="sales", icon="restore")

# What usually comes of a call or meeting. In a few of these nobody was reached: no touch.
OUTCOMES = {
    Activity.Kind.CALL: ("Reached", "No answer", "Left a message", "Wrong number"),
    Activity.Kind.MEETING: ("Held", "No show", "Put off"),
}
NOT_REACHED = frozenset({"no answer", "wrong number", "no show", "put off"})
LONGEST_BODY = 50_000
_SKEW = timedelta(minutes=5)


class ActivityValues(TypedDict, total=False):
    """What may be corrected on an activity. body: plain text. minutes: how long it took."""

    body: str
    happened_at: datetime
    outcome: str
    minutes: int | None
    pinned: bool


class NewActivity(TypedDict, total=False):
    """An activity as it is written down: just now, where no time is given."""

    kind: Required[str]
    body: str
    happened_at: datetime | None
    outcome: str
    minutes: int | None
    contact: Contact | None
    company: Company | None
    deal: Deal | None


class UnknownKind(Refused):
    """An activity is a note, a call, a meeting or an e-mail."""


class Blank(Refused):
    """Write the note: there is nothing in it yet."""


class TooLong(Refused):
    """This text is too long. Keep it below 50,000 characters."""


class NotYet(Refused):
    """This has not happened yet. Plan it as a task, or choose a time that has passed."""


class BadOutcome(Refused):
    """Say what came of it in at most 60 characters."""


class BadMinutes(Refused):
    """Say how long it took in whole minutes, from 0 to 1440."""


@transaction.atomic
def log(*, by: User | None, **entry: Unpack[NewActivity]) -> Activity:
    """Write an activity down. A call, meeting or mail that reached somebody is a touch.

    Raises SubjectMissing without a contact, company or deal; Forbidden unless `by` may write
    the nearest of them; Deleted, UnknownKind, Blank, TooLong, NotYet, BadOutcome, BadMinutes.
    """
    subject = Subject(entry.get("contact"), entry.get("company"), entry.get("deal"))
    if subject.record is None:
        raise SubjectMissing
    subjects.require(subject, by)
    if entry["kind"] not in Activity.Kind.values:
        raise UnknownKind
    values: ActivityValues = {
        "body": entry.get("body", ""),
        "happened_at": entry.get("happened_at") or timezone.now(),
        "outcome": entry.get("outcome", ""),
        "minutes": entry.get("minutes"),
    }
    activity = Activity(kind=entry["kind"], by=by, **_cleaned(entry["kind"], values))
    activity.contact, activity.company, activity.deal = (
        subject.contact,
        subject.company,
        subject.deal,
    )
    activity.save(force_insert=True)
    audit.record("activity.logged", activity, by=by, kind=activity.kind)
    _tell(activity, activity.kind, by, at=activity.happened_at, touch=_touch(activity))
    return activity


@transaction.atomic
def edit(
    activity: Activity,
    *,
    by: User | None,
    version: int | None = None,
    **values: Unpack[ActivityValues],
) -> Activity:
    """Correct an activity; it is fresh afterwards. What the log says of its time stays.

    Raises Forbidden unless `by` wrote it or is an admin, Deleted, Conflict, and what logging
    raises. Pinning is for everybody who may write there.
    """
    held = _held(activity, by, pins=set(values) == {"pinned"})
    wanted = _cleaned(held.kind, values)
    if version not in (None, held.version):
        raise Conflict(values, {name: getattr(held, name) for name in values}, held.version)
    new = {name: value for name, value in wanted.items() if getattr(held, name) != value}
    if new:
        told = [
            history.Change(name, _plain(getattr(held, name)), _plain(new[name])) for name in new
        ]
        Activity.objects.filter(pk=held.pk).update(**new, version=F("version") + 1)
        history.record(held, told, at=timezone.now(), by=by)
        audit.record("activity.changed", held, by=by, fields=sorted(new))
        _tell(held, "changed", by, fields=sorted(new))
    activity.refresh_from_db()
    return activity


@transaction.atomic
def delete(activity: Activity, *, by: User | None) -> None:
    """Take an activity away; its touch counts no more. Raises Forbidden or Deleted."""
    held = _held(activity, by)
    now = timezone.now()
    Activity.objects.filter(pk=held.pk).update(deleted_at=now, version=F("version") + 1)
    audit.record("activity.deleted", held, by=by)
    _tell(held, "deleted", by)
    activity.refresh_from_db()


@transaction.atomic
def restore(activity: Activity, *, by: User | None) -> None:
    """Bring a deleted activity back; twice does nothing. Raises Forbidden, TooLate."""
    held = _held(activity, by, deleted=True)
    if held.deleted_at:
        records.refuse_late(held.deleted_at)
        Activity.objects.filter(pk=held.pk).update(deleted_at=None, version=F("version") + 1)
        audit.record("activity.restored", held, by=by)
        _tell(held, "restored", by)
    activity.refresh_from_db()


def may_correct(activity: Activity, by: User) -> bool:
    """Whether somebody may edit, delete and restore it: who wrote it may, and admins."""
    return activity.by_id == by.pk or permissions.may(by, "settings.manage")


def _held(
    activity: Activity, by: User | None, *, pins: bool = False, deleted: bool = False
) -> Activity:
    rows = Activity.objects.select_for_update(of=("self",), no_key=True)
    held = rows.select_related("contact", "company", "deal").get(pk=activity.pk)
    if by and not (subjects.may_write(_of(held), by) if pins else may_correct(held, by)):
        raise Forbidden
    if held.deleted_at and not deleted:
        raise Deleted
    return held


def _cleaned(kind: str, values: ActivityValues) -> dict[str, Any]:
    wanted: dict[str, Any] = dict(values)
    if "body" in values:
        wanted["body"] = values["body"].replace("\x00", "").strip()
        if kind == Activity.Kind.NOTE and not wanted["body"]:
            raise Blank
        if len(wanted["body"]) > LONGEST_BODY:
            raise TooLong
    if "outcome" in values:
        wanted["outcome"] = " ".join(values["outcome"].split())
        if len(wanted["outcome"]) > 60:
            raise BadOutcome
    if "happened_at" in values:
        _check_moment(values["happened_at"])
    if not 0 <= (values.get("minutes") or 0) <= 24 * 60:
        raise BadMinutes
    return wanted


def _check_moment(moment: datetime) -> None:
    days.check(moment)
    if moment > timezone.now() + _SKEW:
        raise NotYet


def _touch(activity: Activity) -> Touch | None:
    reached = activity.outcome.lower() not in NOT_REACHED
    if activity.kind == Activity.Kind.NOTE or not reached:
        return None
    return Touch(channel="outbound", source=activity.kind)


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def _of(activity: Activity) -> Subject:
    return Subject(activity.contact, activity.company, activity.deal)


def _tell(activity: Activity, what: str, by: User | None, **more: Any) -> None:
    about = subjects.about(_of(activity))
    events.record(f"activity.{what}", about, by=by, activity=activity.pk, **more)
