"""Deals: what we hope to sell, to whom, for how much, and how it ended."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.utils import timezone

from accord.engine.errors import Refused
from accord.people import fields, lifecycle, records
from accord.people.fields import Field
from accord.people.models import Contact
from accord.people.records import Conflict, Deleted
from accord.platform.events import log, names
from accord.platform.models import User
from accord.platform.trail import audit
from accord.platform.trail.history import Change
from accord.sales import days, origins, subjects
from accord.sales.agenda import next_steps
from accord.sales.deal_contacts import add_contact, remove_contact
from accord.sales.models import CloseReason, Deal, Stage, Task
from accord.sales.pipeline import moves, pipelines, ranks, reasons, stage_changes, stages
from accord.sales.pipeline.moves import Closing, DealClosed, lose, move, reopen, win
from accord.sales.pricing import worth
from accord.sales.pricing.lines import Line, set_lines

__all__ = [
    "Closing",
    "Conflict",
    "DealClosed",
    "Deleted",
    "Line",
    "add_contact",
    "attach",
    "change",
    "create",
    "delete",
    "lose",
    "move",
    "next_step",
    "remove_contact",
    "reopen",
    "restore",
    "set_lines",
    "win",
]

T = TypeVar("T")

names.declare("deal.created", "Deal opened", team="sales", icon="briefcase", person=False)
names.declare("deal.changed", "Deal changed", team="sales", icon="pencil", person=False)
names.declare("deal.deleted", "Deal deleted", team="sales", icon="trash", person=False)
names.declare("deal.restored", "Deal restored", team="sales", icon="restore", person=False)

# What an event of a change tells in full; of other fields it tells only that they changed.
_TOLD = frozenset({"amount", "close_on", "owner"})
_CLOSING = {"reason": "reason", "reason_note": "note", "close_on": "on"}


class Nameless(Refused):
    """Give the deal a name."""


class ExternalIdTaken(Refused):
    """Another deal has this external id. Open that deal instead."""


class OpenedLater(Refused):
    """A deal cannot have been opened on a day to come. Choose today or an earlier day."""


class NoReasonYet(Refused):
    """Only a closed deal has a reason. Win or lose this deal, and say why there."""


class CloseDateNeeded(Refused):
    """A closed deal keeps the day it closed on. Choose a day, or reopen the deal."""


class PipelineGone(Refused):
    """The pipeline of this deal is no longer in use. Bring it back in Settings > Pipelines."""


@transaction.atomic
def create(*, values: Mapping[str, object], by: User | None, origin: str = "user") -> Deal:
    """Open a deal from values by field name (see `fields.catalogue("deal")`).

    values may also hold `stage` (a Stage or its id; the first of the first pipeline where it is
    missing) and `contacts` (contacts or their ids; they become opportunities). The owner is
    who does it, the day of opening is now, where they are missing; None leaves them empty.
    Raises Forbidden, UnknownField, NotEditable, Unreadable, Nameless, OpenedLater, StageGone,
    NotAnOpenStage or ExternalIdTaken.
    """
    records.may_create("deal", by)
    given, now = dict(values), timezone.now()
    stage = _first_stage(given.pop("stage", None))
    people = _people(given.pop("contacts", ()))
    deal = Deal(stage=stage, pipeline=stage.pipeline, owner=by, opened_at=now)
    records.fill(deal, records.cleaned("deal", given))
    records.permissions_of(deal, by)
    _check_new(deal)
    deal.stage_since, deal.rank = deal.opened_at, ranks.top(stage)
    _write(lambda: deal.save(force_insert=True))
    worth.reprice(ids=[deal.pk])
    stage_changes.record(deal, previous=None, at=deal.opened_at, now=now, by=by)
    for contact in people:
        deal.people.create(contact=contact)
    audit.record("deal.created", deal, by=by)
    at = deal.opened_at or now
    log.record("deal.created", subjects.of(deal), by=by, at=at, origin=origin, stage=stage.name)
    lifecycle.advance([each.pk for each in people], to="opportunity", at=at, by=by)
    deal.refresh_from_db()
    return deal


@transaction.atomic
def change(
    deal: Deal,
    *,
    values: Mapping[str, object],
    version: int | None = None,
    by: User | None,
    origin: str = "user",
) -> Deal:
    """Change fields of a deal by name; `deal` is fresh afterwards and given back.

    A `stage` among them moves the deal, and closes it with the `reason`, `reason_note` and
    `close_on` given beside it. A closed deal may be corrected; moving it needs `reopen`.
    version: the version whose values were seen; None changes whatever is there now.
    Raises Forbidden, Deleted, Conflict, UnknownField, NotEditable, Unreadable, ExternalIdTaken,
    Nameless, OpenedLater, NoReasonYet, CloseDateNeeded, and what `move` raises.
    """
    given = dict(values)
    to = _stage(given.pop("stage")) if given.get("stage") else None
    if to and to.pk != Deal.objects.get(pk=deal.pk).stage_id:
        ended = {_CLOSING[name]: given.pop(name) for name in _CLOSING if _closes(to, name, given)}
        move(deal, to=to, version=version, by=by, **_closing(ended))
        version = None
    wanted = records.cleaned("deal", given)
    _check(deal, wanted)
    changes = _write(lambda: records.change(deal, wanted, version=version, by=by, origin=origin))
    if changes:
        worth.reprice(ids=[deal.pk])
        deal.refresh_from_db()
        log.record("deal.changed", subjects.of(deal), by=by, **_told(changes))
    return deal


@transaction.atomic
def delete(deal: Deal, *, by: User | None) -> None:
    """Hide a deal; `restore` brings it back for 30 days. Raises Forbidden or Deleted."""
    records.delete(deal, by=by)
    log.record("deal.deleted", subjects.of(deal), by=by)


@transaction.atomic
def restore(deal: Deal, *, by: User | None) -> None:
    """Bring a deleted deal back.

    Raises Forbidden, NotDeleted, TooLate, ExternalIdTaken or PipelineGone.
    """
    if deal.pipeline.archived_at and not deal.outcome:
        raise PipelineGone
    _write(lambda: records.restore(deal, by=by))
    log.record("deal.restored", subjects.of(deal), by=by)


def next_step(deal_ids: Iterable[int]) -> dict[int, Task]:
    """The next step of each of these deals that has one: its open task that is due first."""
    return next_steps.next_steps(deal_ids)


def attach(deals: Iterable[Deal]) -> None:
    """Have at hand what lists show of these deals: next step and origin, for two queries.

    Fetch them with company, owner and stage (`select_related`), and reading every field of
    every deal costs no query more.
    """
    deals = list(deals)
    next_steps.attach(deals)
    origins.attach(deals)


def _first_stage(given: object) -> Stage:
    if given is None or given == "":
        stage = stages.of(pipelines.default(), Stage.Kind.OPEN)[0]
    else:
        stage = _stage(given)
    if stage.archived_at or stage.pipeline.archived_at:
        raise moves.StageGone
    if stage.kind != Stage.Kind.OPEN:
        raise moves.NotAnOpenStage
    return stage


def _stage(given: object) -> Stage:
    if isinstance(given, Stage):
        return given
    field = fields.field("deal", "stage")
    found = Stage.objects.select_related("pipeline").filter(pk=int(str(fields.clean(field, given))))
    if not found:
        raise moves.StageGone
    return found[0]


def _people(given: Any) -> list[Contact]:
    ids = [each.pk if isinstance(each, Contact) else int(each) for each in given]
    found = Contact.objects.alive().in_bulk(ids)
    if len(found) < len(set(ids)):
        raise Deleted
    return [found[pk] for pk in dict.fromkeys(ids)]


def _check_new(deal: Deal) -> None:
    if not deal.name:
        raise Nameless
    _check_opened(deal.opened_at)


def _check(deal: Deal, wanted: dict[Field, object]) -> None:
    """Refuse what the trade forbids; where a closed deal's day is corrected, its moment follows."""
    now = {field.name: value for field, value in wanted.items()}
    fresh = Deal.objects.select_for_update(of=("self",), no_key=True).get(pk=deal.pk)
    if now.get("name") == "":
        raise Nameless
    if "opened_at" in now:
        fresh.opened_at = _check_opened(now["opened_at"])
    if fresh.outcome:
        _check_closed(fresh, now, wanted)
    elif now.get("reason") or now.get("reason_note"):
        raise NoReasonYet


def _check_opened(opened: object) -> datetime | None:
    if not isinstance(opened, datetime):
        return None
    days.check(opened)
    if opened > timezone.now():
        raise OpenedLater
    return opened


def _check_closed(fresh: Deal, now: dict[str, object], wanted: dict[Field, object]) -> None:
    if "reason" in now:
        if not now["reason"]:
            raise moves.ReasonMissing
        if now["reason"] != str(fresh.reason_id):
            reasons.check(CloseReason.objects.get(pk=int(str(now["reason"]))), fresh.outcome)
    day = now.get("close_on", fresh.close_on)
    if "close_on" in now and day is None:
        raise CloseDateNeeded
    if isinstance(day, date) and ("close_on" in now or "opened_at" in now):
        at = moves.closed_at(fresh, day)
        if day != fresh.close_on:
            wanted[fields.field("deal", "closed_at")] = at


def _closes(to: Stage, name: str, given: dict[str, object]) -> bool:
    return name in given and to.kind != Stage.Kind.OPEN


def _closing(ended: dict[str, object]) -> Closing:
    found: Closing = {}
    if reason := ended.get("reason"):
        found["reason"] = _reason(reason)
    if note := ended.get("note"):
        found["note"] = str(note)
    if on := ended.get("on"):
        cleaned = fields.clean(fields.field("deal", "close_on"), on)
        found["on"] = cleaned if isinstance(cleaned, date) else None
    return found


def _reason(given: object) -> CloseReason:
    if isinstance(given, CloseReason):
        return given
    chosen = fields.clean(fields.field("deal", "reason"), given)
    return CloseReason.objects.get(pk=int(str(chosen)))


def _told(changes: tuple[Change, ...]) -> dict[str, Any]:
    told = {each.field: [each.old, each.new] for each in changes if each.field in _TOLD}
    return {"fields": sorted(each.field for each in changes), "changes": told}


def _write(act: Callable[[], T]) -> T:
    """Do it; where somebody took the external id a moment ago, say so."""
    try:
        with transaction.atomic():
            return act()
    except IntegrityError as error:
        if "deal_external_id_unique" in str(error):
            raise ExternalIdTaken from error
        raise
