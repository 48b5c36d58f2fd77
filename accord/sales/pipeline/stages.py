"""Stages: the steps of a pipeline, and how likely a deal is won from each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypedDict, Unpack

from django.db import transaction
from django.utils import timezone

from accord.engine.errors import Refused
from accord.platform.access import permissions
from accord.platform.models import User
from accord.sales import choices, names
from accord.sales.models import Deal, Pipeline, Stage
from accord.sales.names import NameTaken
from accord.sales.pipeline import stage_changes

Kind = Stage.Kind


@dataclass(frozen=True)
class Step:
    """A stage as a new pipeline gets it. probability: 0 to 1."""

    name: str
    kind: str
    probability: Decimal
    stale_after_days: int = 21


class StageValues(TypedDict, total=False):
    """What may be changed on a stage. probability: 0 to 1, only where the stage is open."""

    name: str
    probability: Decimal
    stale_after_days: int


USUAL = (
    Step("Qualified", Kind.OPEN, Decimal("0.1"), 14),
    Step("Discovery", Kind.OPEN, Decimal("0.25"), 21),
    Step("Proposal", Kind.OPEN, Decimal("0.5"), 21),
    Step("Negotiation", Kind.OPEN, Decimal("0.75"), 14),
    Step("Won", Kind.WON, Decimal(1)),
    Step("Lost", Kind.LOST, Decimal(0)),
)


class NotAShare(Refused):
    """A probability lies between 0 and 100 percent."""


class FixedProbability(Refused):
    """Won is always 100 percent and lost 0: only open stages have a probability of their own."""


class NotDays(Refused):
    """Say after how many days a deal counts as stale here: a whole number from 1 to 3650."""


class LastStage(Refused):
    """A pipeline needs an open, a won and a lost stage. Add another one of this kind first."""


class StageInUse(Refused):
    """There are deals in this stage. Say into which stage they go."""


class WrongPlace(Refused):
    """These deals can only go into another stage of the same pipeline and the same kind."""


class OtherStages(Refused):
    """The stages of this pipeline have changed meanwhile. Load the page and order them again."""


def fill(pipeline: Pipeline, steps: Sequence[Step]) -> None:
    """Give a new pipeline its stages, in this order."""
    Stage.objects.bulk_create(
        Stage(
            pipeline=pipeline,
            name=step.name,
            kind=step.kind,
            probability=step.probability,
            stale_after_days=step.stale_after_days,
            position=position,
        )
        for position, step in enumerate(steps)
    )


def of(pipeline: Pipeline, kind: str = "") -> list[Stage]:
    """The stages of a pipeline in use, in order: all or those of one kind."""
    found = pipeline.stages.filter(archived_at=None)
    return list(found.filter(kind=kind) if kind else found)


@transaction.atomic
def add(pipeline: Pipeline, step: Step, *, by: User) -> Stage:
    """Add a stage after the others of its kind. An archived one of the same name comes back.

    Raises NameMissing, NameTaken, NotAShare, NotDays.
    """
    permissions.require(by, "settings.manage")
    name = names.cleaned(step.name)
    archived = _archived(pipeline, name, step.kind)
    stage = Stage(pk=archived, pipeline=pipeline, name=name, kind=step.kind, position=0)
    stage.probability = _probability(step)
    stage.stale_after_days = _days(step.stale_after_days)
    stage.save(force_insert=archived is None, force_update=archived is not None)
    _place(pipeline, [*(each.pk for each in of(pipeline) if each.pk != stage.pk), stage.pk])
    stage.refresh_from_db()
    choices.changed("stage.added", stage, by=by, name=name, kind=step.kind)
    return stage


@transaction.atomic
def change(stage: Stage, *, by: User, **values: Unpack[StageValues]) -> Stage:
    """Change a stage's name, probability or the days after which its deals are stale.

    Raises NameMissing, NameTaken, NotAShare, FixedProbability, NotDays.
    """
    permissions.require(by, "settings.manage")
    old = Stage.objects.select_for_update(no_key=True).get(pk=stage.pk)
    new: dict[str, object] = {}
    if "name" in values:
        new["name"] = _free_name(old, values["name"])
    if "probability" in values and values["probability"] != old.probability:
        if old.kind != Kind.OPEN:
            raise FixedProbability
        new["probability"] = _share(values["probability"])
    if "stale_after_days" in values:
        new["stale_after_days"] = _days(values["stale_after_days"])
    changed = {name: value for name, value in new.items() if getattr(old, name) != value}
    if changed:
        Stage.objects.filter(pk=stage.pk).update(**changed)
        told = {name: [str(getattr(old, name)), str(value)] for name, value in changed.items()}
        choices.changed("stage.changed", stage, by=by, changes=told)
    stage.refresh_from_db()
    return stage


@transaction.atomic
def reorder(pipeline: Pipeline, order: Sequence[int], *, by: User) -> None:
    """Put the stages in use into this order (ids of all of them); won and lost stay last.

    Raises OtherStages where the ids are not those of the stages in use.
    """
    permissions.require(by, "settings.manage")
    if set(order) != {stage.pk for stage in of(pipeline)}:
        raise OtherStages
    _place(pipeline, order)
    choices.changed("stage.reordered", pipeline, by=by, order=list(order))


@transaction.atomic
def archive(stage: Stage, *, by: User, move_to: Stage | None = None) -> int:
    """Take a stage out of use and move its deals to `move_to`; answers how many moved.

    Deleted deals move along, so that they can be brought back. Raises LastStage, StageInUse
    where there are deals and no `move_to`, WrongPlace.
    """
    permissions.require(by, "settings.manage")
    here = Stage.objects.select_for_update(no_key=True).filter(
        pipeline=stage.pipeline_id, archived_at=None
    )
    others = [each for each in here if each.kind == stage.kind and each.pk != stage.pk]
    if not others:
        raise LastStage
    moved = 0
    if Deal.objects.filter(stage=stage).exists():
        if move_to is None:
            raise StageInUse
        if move_to not in others:
            raise WrongPlace
        moved = stage_changes.move_all(stage, to=move_to, by=by)
    if Stage.objects.filter(pk=stage.pk, archived_at=None).update(archived_at=timezone.now()):
        choices.changed("stage.archived", stage, by=by, moved=moved)
    stage.refresh_from_db()
    return moved


def _place(pipeline: Pipeline, order: Sequence[int]) -> None:
    kinds = dict(pipeline.stages.values_list("pk", "kind"))
    last = {Kind.OPEN: 0, Kind.WON: 1, Kind.LOST: 2}
    for position, pk in enumerate(sorted(order, key=lambda pk: last[Kind(kinds[pk])])):
        Stage.objects.filter(pk=pk).update(position=position)


def _archived(pipeline: Pipeline, name: str, kind: str) -> int | None:
    """The archived stage a new one of this name and kind is: in use again, with its history."""
    found = pipeline.stages.filter(name__iexact=name).first()
    if found and (found.archived_at is None or found.kind != kind):
        raise NameTaken
    return found.pk if found else None


def _free_name(stage: Stage, text: str) -> str:
    name = names.cleaned(text)
    others = Stage.objects.filter(pipeline=stage.pipeline_id, name__iexact=name)
    if others.exclude(pk=stage.pk).exists():
        raise NameTaken
    return name


def _probability(step: Step) -> Decimal:
    fixed = {Kind.WON: Decimal(1), Kind.LOST: Decimal(0)}
    return fixed[Kind(step.kind)] if step.kind != Kind.OPEN else _share(step.probability)


def _share(value: Decimal) -> Decimal:
    if not value.is_finite() or not 0 <= value <= 1:
        raise NotAShare
    return value.quantize(Decimal("0.001"))


def _days(value: int) -> int:
    if not 1 <= value <= 3650:
        raise NotDays
    return value
