"""What every step of an import shares: the import at hand, its file, and where one is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, cast

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from accord.engine.errors import Refused
from accord.platform.models import Import, Job
from accord.platform.transfer import files, headers, imports, mapping, targets
from accord.platform.transfer.mapping import Mapping
from accord.platform.transfer.reading.sheets import Sheet
from accord.platform.transfer.targets import Slot, Target
from accord.web.http import StaffRequest

STEPS = (
    ("import-new", "Upload"),
    ("import-map", "Map columns"),
    ("import-values", "Repair values"),
    ("import-check", "Check"),
    ("import", "Run"),
)
Step = Callable[[StaffRequest, Import], HttpResponse]
View = Callable[[StaffRequest, int], HttpResponse]


class FileGone(Refused):
    """The file of this import is no longer here. Bring it in again."""


@dataclass(frozen=True)
class Stop:
    """One step in the row on top: done already, the one at hand, or still to come."""

    label: str
    url: str
    done: bool
    current: bool


def step(view: Step) -> View:
    """A step of an import that was not started; of one that was, its result is shown instead."""

    @wraps(view)
    def found(request: StaffRequest, pk: int) -> HttpResponse:
        job = one(request, pk)
        if job.state != Import.State.DRAFT:
            return redirect("import", pk)
        return view(request, job)

    return cast("View", found)


def one(request: StaffRequest, pk: int) -> Import:
    """An import this person may look at; 404 otherwise."""
    return get_object_or_404(imports.visible_to(request.user), pk=pk)


def sheet(job: Import, wanted: Mapping | None = None) -> Sheet:
    """The table in the file. Raises FileGone."""
    try:
        return files.sheet(job, wanted)
    except FileNotFoundError:
        raise FileGone from None


def wanted(job: Import) -> Mapping:
    """What was said of the columns so far, else what their headers suggest."""
    if job.mapping:
        return mapping.from_json(job.mapping)
    sheet(job)
    return headers.mapping_for(job)


def target(job: Import) -> Target:
    return targets.named(job.into)


def slots(job: Import, wanted: Mapping) -> dict[str, Slot]:
    """What can be filled, by name; what a target fills for itself has no label."""
    return {slot.name: slot for slot in target(job).slots(wanted) if slot.label}


def working(name: str, job: Import) -> Job | None:
    """The job of the queue that does this to the import, where it was asked for."""
    return Job.objects.filter(key=f"{name}:{job.pk}").first()


def shown(job: Import, at: int) -> dict[str, Any]:
    """What the frame of every step shows. at: which of the steps this is."""
    draft = job.state == Import.State.DRAFT
    stops = [
        Stop(
            label,
            reverse(name, args=[job.pk]) if draft and 0 < number < at else "",
            number < at,
            number == at,
        )
        for number, (name, label) in enumerate(STEPS)
    ]
    return {"job": job, "target": target(job), "steps": stops}
