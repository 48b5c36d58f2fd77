"""Choices: pipelines, stages and reasons are what fields of deals are chosen from."""

from __future__ import annotations

from typing import Any

from django.db.models import Model

from accord.people import fields
from accord.platform.memory import Memory, Table
from accord.platform.models import User
from accord.platform.trail import audit
from accord.sales.models import CloseReason, Pipeline, Stage

_pipelines = Table(Pipeline, "name", "position", "archived_at")
_stages = Table(
    Stage,
    "pipeline",
    "name",
    "kind",
    "probability",
    "stale_after_days",
    "position",
    "archived_at",
)
_reasons = Table(CloseReason, "outcome", "label", "reserved", "position", "archived_at")


def pipelines() -> tuple[Pipeline, ...]:
    """All pipelines in their order, archived ones too; for reading."""
    return _pipelines.rows()


def stages() -> tuple[Stage, ...]:
    """The stages of all pipelines in order, archived ones too; for reading."""
    return _ordered.get()


def stages_of(pipeline: Pipeline) -> list[Stage]:
    """The stages of a pipeline in use, in order; for reading."""
    return [
        stage
        for stage in stages()
        if stage.pipeline_id == pipeline.pk and stage.archived_at is None
    ]


def reasons() -> tuple[CloseReason, ...]:
    """The reasons of each outcome in their order, archived and reserved ones too; for reading."""
    return tuple(sorted(_reasons.rows(), key=lambda each: each.outcome))


def changed(verb: str, subject: Model | None = None, *, by: User | None, **details: Any) -> None:
    """Write down that a choice changed, and have the catalogue of fields read it again."""
    audit.record(verb, subject, by=by, **details)
    fields.forget()


def _order() -> tuple[Stage, ...]:
    places = {each.pk: (place, each) for place, each in enumerate(_pipelines.rows())}
    found = _stages.rows()
    for stage in found:
        stage.pipeline = places[stage.pipeline_id][1]
    return tuple(sorted(found, key=lambda stage: places[stage.pipeline_id][0]))


_ordered = Memory(_order)
