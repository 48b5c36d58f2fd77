"""Pipelines: the ways deals take, each through stages of its own."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection, transaction
from django.db.models import Max, Prefetch
from django.utils import timezone

from accord.engine.errors import Refused
from accord.people import fields
from accord.platform.access import permissions
from accord.platform.models import User
from accord.sales import choices, names
from accord.sales.models import Deal, Pipeline, Stage
from accord.sales.names import NameTaken
from accord.sales.pipeline import reasons, stages
from accord.sales.pipeline.stages import Step


class LastPipeline(Refused):
    """This is your only pipeline. Add another one before you archive it."""


class PipelineInUse(Refused):
    """There are open deals in this pipeline. Move, win or lose them first."""


@transaction.atomic
def ensure() -> None:
    """Make the first pipeline and the usual reasons where there are none. Safe to call again."""
    reasons.ensure()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('sales_pipeline'))")
    if not Pipeline.objects.exists():
        stages.fill(Pipeline.objects.create(name="Sales"), stages.USUAL)
    fields.forget()


def every() -> list[Pipeline]:
    """The pipelines in use, in their order; `stages.all()` of each gives its stages in use."""
    in_use = Prefetch("stages", Stage.objects.filter(archived_at=None))
    return list(Pipeline.objects.filter(archived_at=None).prefetch_related(in_use))


def default() -> Pipeline:
    """The first pipeline in use: where a deal goes when nobody says where."""
    return Pipeline.objects.filter(archived_at=None).earliest("position", "pk")


@transaction.atomic
def add(*, name: str, by: User | None, steps: Sequence[Step] = stages.USUAL) -> Pipeline:
    """Add a pipeline with the usual stages, after the others. Raises NameMissing, NameTaken."""
    if by is not None:
        permissions.require(by, "settings.manage")
    name = _free_name(name)
    last = Pipeline.objects.aggregate(last=Max("position"))["last"] or 0
    pipeline = Pipeline.objects.create(name=name, position=last + 1)
    stages.fill(pipeline, steps)
    choices.changed("pipeline.added", pipeline, by=by, name=name)
    return pipeline


@transaction.atomic
def rename(pipeline: Pipeline, *, name: str, by: User) -> None:
    """Call a pipeline by another name. Raises NameMissing, NameTaken."""
    permissions.require(by, "settings.manage")
    old, name = pipeline.name, _free_name(name, besides=pipeline)
    Pipeline.objects.filter(pk=pipeline.pk).update(name=name)
    pipeline.name = name
    choices.changed("pipeline.renamed", pipeline, by=by, old=old, new=name)


@transaction.atomic
def reorder(order: Sequence[int], *, by: User) -> None:
    """Put the pipelines into this order (ids). Those not named follow as they were."""
    permissions.require(by, "settings.manage")
    there = list(Pipeline.objects.values_list("pk", flat=True))
    named = [pk for pk in dict.fromkeys(order) if pk in there]
    for position, pk in enumerate([*named, *(pk for pk in there if pk not in named)]):
        Pipeline.objects.filter(pk=pk).update(position=position)
    choices.changed("pipeline.reordered", by=by, order=named)


@transaction.atomic
def archive(pipeline: Pipeline, *, by: User) -> None:
    """Take a pipeline out of use; its closed deals and its history stay.

    Raises LastPipeline, and PipelineInUse while it has open deals.
    """
    permissions.require(by, "settings.manage")
    in_use = Pipeline.objects.select_for_update(no_key=True).filter(archived_at=None)
    if not any(each.pk != pipeline.pk for each in in_use):
        raise LastPipeline
    if Deal.objects.alive().open().filter(pipeline=pipeline).exists():
        raise PipelineInUse
    now = timezone.now()
    if Pipeline.objects.filter(pk=pipeline.pk, archived_at=None).update(archived_at=now):
        choices.changed("pipeline.archived", pipeline, by=by)
    pipeline.archived_at = now


@transaction.atomic
def restore(pipeline: Pipeline, *, by: User) -> None:
    """Take an archived pipeline into use again."""
    permissions.require(by, "settings.manage")
    if Pipeline.objects.filter(pk=pipeline.pk).exclude(archived_at=None).update(archived_at=None):
        choices.changed("pipeline.restored", pipeline, by=by)
    pipeline.archived_at = None


def _free_name(text: str, *, besides: Pipeline | None = None) -> str:
    name = names.cleaned(text)
    others = Pipeline.objects.filter(name__iexact=name)
    if (others.exclude(pk=besides.pk) if besides else others).exists():
        raise NameTaken
    return name
