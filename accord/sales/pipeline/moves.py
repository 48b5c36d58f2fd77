"""Moves: a deal goes from stage to stage, is won or lost, and may be opened again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.utils import timezone

from accord.engine.errors import Refused
from accord.people import fields, lifecycle, records
from accord.people.models import Contact, LifecycleChange
from accord.people.records import Conflict, Deleted
from accord.platform.events import log, names
from accord.platform.models import FieldChange, User
from accord.platform.trail import audit
from accord.sales import days, subjects
from accord.sales.models import CloseReason, Deal, Pipeline, Stage, StageChange
from accord.sales.pipeline import ranks, reasons, stage_changes, stages
from accord.sales.pricing import worth

names.declare(
    "deal.moved", "Deal moved to another stage", team="sales", icon="arrow-right", person=False
)
names.declare("deal.won", "Deal won", team="sales", icon="trophy", person=False)
names.declare("deal.lost", "Deal lost", team="sales", icon="circle-x", person=False)
names.declare("deal.reopened", "Deal reopened", team="sales", icon="rotate", person=False)


_BEFORE = lifecycle.STAGES[: lifecycle.STAGES.index("customer")]


class Closing(TypedDict, total=False):
    """How a deal ended. on: the day it did, today where it is not given."""

    reason: CloseReason | None
    note: str
    on: date | None


class DealClosed(Refused):
    """This deal is closed. Reopen it first."""


class DealOpen(Refused):
    """This deal is open already."""


class ReasonMissing(Refused):
    """Say why it was won or lost: choose a reason."""


class StageGone(Refused):
    """This stage is no longer in use. Choose another one."""


class NotAnOpenStage(Refused):
    """A deal is opened in an open stage. Choose one of those."""


class NotYetOver(Refused):
    """A deal cannot have closed on a day to come. Choose today or an earlier day."""


class ClosedBeforeOpened(Refused):
    """A deal cannot have closed before it was opened. Choose a later day."""


@dataclass(frozen=True)
class _Step:
    """A deal enters a stage: where among its cards, when, and with which values of fields."""

    to: Stage
    rank: float
    at: datetime
    values: dict[str, object]


@transaction.atomic
def move(
    deal: Deal,
    *,
    to: Stage,
    by: User | None,
    before: int | None = None,
    version: int | None = None,
    **closing: Unpack[Closing],
) -> None:
    """Move a deal into a stage, just above the card of the deal `before`, or to the end.

    Into a won or lost stage it closes the deal, with a reason. Within its stage only the order
    of the cards changes, of closed deals too; that is nobody's news, so nothing is written down.
    Raises Forbidden, Deleted, Conflict, StageGone, DealClosed, and what `win` raises.
    """
    to = _in_use(to)
    held = _held(deal, by)
    rank = ranks.before(to, before, moving=held.pk)
    if to.pk == held.stage_id:
        Deal.objects.filter(pk=held.pk).update(rank=rank)
    else:
        _check_version(held, to, version)
        if held.outcome:
            raise DealClosed
        _go(held, to, rank, by, closing)
    deal.refresh_from_db()


@transaction.atomic
def win(
    deal: Deal, *, by: User | None, version: int | None = None, **closing: Unpack[Closing]
) -> None:
    """Win a deal: into the won stage of its pipeline, its people become customers.

    Raises Forbidden, Deleted, Conflict, DealClosed, ReasonMissing, ReasonReserved, WrongReason,
    NotYetOver or ClosedBeforeOpened.
    """
    _close(deal, Stage.Kind.WON, version, by, closing)


@transaction.atomic
def lose(
    deal: Deal, *, by: User | None, version: int | None = None, **closing: Unpack[Closing]
) -> None:
    """Lose a deal: into the lost stage of its pipeline. Raises what `win` raises."""
    _close(deal, Stage.Kind.LOST, version, by, closing)


@transaction.atomic
def reopen(
    deal: Deal, *, by: User | None, to: Stage | None = None, version: int | None = None
) -> None:
    """Open a closed deal again: where it was last open, with the close date expected then.

    Its people go back to the lifecycle stage they had, unless they bought something else or
    moved on since. Raises Forbidden, Deleted, Conflict, DealOpen, StageGone, NotAnOpenStage.
    """
    to = _in_use(to or _last_open(deal))
    held = _held(deal, by)
    _check_version(held, to, version)
    if not held.outcome:
        raise DealOpen
    if to.kind != Stage.Kind.OPEN:
        raise NotAnOpenStage
    was, closed, now = held.outcome, _closing(held), timezone.now()
    values: dict[str, object] = dict.fromkeys(("outcome", "reason", "reason_note"), "")
    values |= {"closed_at": None, "close_on": _expected_before(held, closed)}
    _enter(held, _Step(to, ranks.top(to), now, values), now, by)
    audit.record("deal.reopened", held, by=by, outcome=was)
    log.record("deal.reopened", subjects.of(held), by=by, at=now, outcome=was, stage=to.name)
    if was == Deal.Outcome.WON and closed:
        _step_back(held, closed)
    deal.refresh_from_db()


def _close(
    deal: Deal, kind: Stage.Kind, version: int | None, by: User | None, closing: Closing
) -> None:
    pipeline = Pipeline.objects.get(deals=deal.pk)
    to = _in_use(stages.of(pipeline, kind)[0])
    held = _held(deal, by)
    _check_version(held, to, version)
    if held.outcome:
        raise DealClosed
    _go(held, to, ranks.top(to), by, closing)
    deal.refresh_from_db()


def _go(held: Deal, to: Stage, rank: float, by: User | None, closing: Closing) -> None:
    previous, now = held.stage, timezone.now()
    if to.kind == Stage.Kind.OPEN:
        _enter(held, _Step(to, rank, now, {}), now, by)
        _tell(held, "moved", previous, by, now)
        return
    reason = closing.get("reason")
    if reason is None:
        raise ReasonMissing
    reasons.check(reason, to.kind, may_be_reserved=by is None)
    on = closing.get("on") or timezone.localdate()
    at = closed_at(held, on)
    values = {
        "outcome": to.kind,
        "reason": str(reason.pk),
        "reason_note": closing.get("note", ""),
        "close_on": on,
        "closed_at": at,
    }
    # A stage is never entered before the one it follows, whatever day is said to have closed it.
    entered = max(at, held.stage_since) if held.stage_since else at
    _enter(held, _Step(to, rank, entered, values), now, by)
    _tell(held, to.kind, previous, by, at, reason=reason.label)
    if to.kind == Stage.Kind.WON:
        people = list(held.people.values_list("contact_id", flat=True))
        lifecycle.advance(people, to="customer", at=at, by=by)


def closed_at(deal: Deal, on: date) -> datetime:
    """The moment a deal closed on a day: now today, else noon. Raises where that cannot be.

    NotYetOver for a day to come, ClosedBeforeOpened for one before the deal was opened.
    """
    days.check(on)
    now = timezone.now()
    if on > timezone.localdate(now):
        raise NotYetOver
    if deal.opened_at and on < timezone.localdate(deal.opened_at):
        raise ClosedBeforeOpened
    noon = timezone.make_aware(datetime.combine(on, time(12)))
    at = now if on == timezone.localdate(now) else noon
    return max(at, deal.opened_at) if deal.opened_at else at


def _enter(held: Deal, step: _Step, now: datetime, by: User | None) -> None:
    previous = held.stage
    values = {"stage": str(step.to.pk), "pipeline": str(step.to.pipeline_id), **step.values}
    wanted = {fields.field("deal", name): value for name, value in values.items()}
    records.change_held(held, wanted, by=by, rank=step.rank, stage_since=step.at)
    if step.values:  # an open deal is worth what it was, whatever its stage
        worth.reprice(ids=[held.pk])
        held.refresh_from_db()
    stage_changes.record(held, previous=previous, at=step.at, now=now, by=by)


def _tell(
    held: Deal, what: str, previous: Stage, by: User | None, at: datetime, **more: str
) -> None:
    places = {"from": previous.pk, "to": held.stage_id}
    audit.record(f"deal.{what}", held, by=by, **places)
    told: dict[str, Any] = {**places, **more}
    log.record(f"deal.{what}", subjects.of(held), by=by, at=at, **told)


def _in_use(stage: Stage) -> Stage:
    """The stage as it is now, held: nobody archives it or ranks its cards meanwhile."""
    held = Stage.objects.select_for_update(of=("self",), no_key=True).select_related("pipeline")
    found = held.filter(pk=stage.pk, archived_at=None, pipeline__archived_at=None).first()
    if found is None:
        raise StageGone
    return found


def _held(deal: Deal, by: User | None) -> Deal:
    """The deal as it is now, held until the transaction ends, where `by` may change it."""
    rows = Deal.objects.alive().select_for_update(of=("self",), no_key=True)
    held = rows.select_related("stage", "owner__team").filter(pk=deal.pk).first()
    if held is None:
        raise Deleted
    records.permissions_of(held, by)
    return held


def _check_version(held: Deal, to: Stage, version: int | None) -> None:
    if version not in (None, held.version):
        raise Conflict({"stage": str(to.pk)}, {"stage": str(held.stage_id)}, held.version)


def _last_open(deal: Deal) -> Stage:
    """The open stage in use a deal was in last, else the first one of its pipeline."""
    here = Stage.objects.filter(pipeline__deals=deal.pk, kind=Stage.Kind.OPEN, archived_at=None)
    changes = StageChange.objects.filter(deal=deal, stage__in=here).order_by("-recorded_at", "-pk")
    last = changes.select_related("stage").first()
    return last.stage if last else here.earliest("position", "pk")


def _closing(held: Deal) -> StageChange | None:
    """When it closed last; another won or lost stage taking the place of its own is not that."""
    ends = (Stage.Kind.WON, Stage.Kind.LOST)
    changes = StageChange.objects.filter(deal=held, stage__kind__in=ends)
    changes = changes.exclude(previous__kind__in=ends)
    return changes.order_by("-recorded_at", "-pk").first()


def _expected_before(held: Deal, closed: StageChange | None) -> date | None:
    """The close date that was expected when the deal closed; an import knows none."""
    if closed is None or closed.previous_id is None:
        return None
    since = FieldChange.objects.filter(
        subject_type="deal", subject_id=held.pk, field="close_on", at__gte=closed.recorded_at
    )
    first = since.order_by("at", "pk").first()
    if first is None:
        return held.close_on
    return date.fromisoformat(first.old) if first.old else None


def _step_back(held: Deal, won: StageChange) -> None:
    """Take back what winning did to people, where nothing happened to them since."""
    bought = Deal.objects.alive().won().exclude(pk=held.pk)
    mine = Contact.objects.alive().filter(pk__in=held.people.values("contact_id"))
    for contact in mine.filter(stage="customer").exclude(pk__in=bought.values("contacts")):
        last = LifecycleChange.objects.filter(contact=contact).order_by("-at", "-pk").first()
        if last and last.previous in _BEFORE and last.recorded_at >= won.recorded_at:
            lifecycle.move(
                contact, to=last.previous, reason="A deal was reopened.", by=None, origin="system"
            )
