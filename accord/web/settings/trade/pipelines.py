"""Settings > Pipelines: the stages deals go through."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accord.engine.errors import Refused
from accord.sales.models import Pipeline, Stage
from accord.sales.pipeline import pipelines as verbs
from accord.sales.pipeline import stages
from accord.web.http import StaffRequest, number
from accord.web.staff import staff


class NotANumber(Refused):
    """Write the probability as a percentage from 0 to 100, and the days as a whole number."""


@staff("settings.manage")
def pipelines(request: StaffRequest) -> HttpResponse:
    """The pipelines in their order; a POST adds one, or moves one up."""
    if "up" in request.POST:
        verbs.reorder(_one_up(request.POST["up"]), by=request.user)
        return redirect("settings-pipelines")
    if request.method == "POST":
        made = verbs.add(name=request.POST.get("name", ""), by=request.user)
        return redirect("settings-pipeline", made.pk)
    gone = Pipeline.objects.exclude(archived_at=None)
    context = {"pipelines": verbs.every(), "archived": gone}
    return render(request, "settings/pipelines.html", context)


@staff("settings.manage")
def pipeline(request: StaffRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Pipeline, pk=pk)
    if request.method == "POST":
        verbs.rename(found, name=request.POST.get("name", ""), by=request.user)
        return redirect("settings-pipeline", pk)
    context = {"pipeline": found, "stages": stages.of(found)}
    return render(request, "settings/pipeline.html", context)


@staff("settings.manage")
@require_POST
def archive(request: StaffRequest, pk: int) -> HttpResponse:
    """Take the pipeline out of use, or into use again."""
    found = get_object_or_404(Pipeline, pk=pk)
    act = verbs.restore if found.archived_at else verbs.archive
    act(found, by=request.user)
    return redirect("settings-pipelines")


@staff("settings.manage")
@require_POST
def add_stage(request: StaffRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Pipeline, pk=pk)
    share, days = _numbers(request)
    kind = request.POST.get("kind", Stage.Kind.OPEN)
    kind = kind if kind in Stage.Kind.values else Stage.Kind.OPEN
    step = stages.Step(request.POST.get("name", ""), kind, share, days)
    stages.add(found, step, by=request.user)
    return redirect("settings-pipeline", pk)


@staff("settings.manage")
@require_POST
def stage(request: StaffRequest, pk: int) -> HttpResponse:
    """Change one stage, or move it up among the open ones."""
    found = get_object_or_404(Stage, pk=pk)
    if "up" in request.POST:
        order = [each.pk for each in stages.of(found.pipeline)]
        at = order.index(pk)
        order.insert(max(0, at - 1), order.pop(at))
        stages.reorder(found.pipeline, order, by=request.user)
        return redirect("settings-pipeline", found.pipeline_id)
    share, days = _numbers(request)
    values: stages.StageValues = {"name": request.POST.get("name", ""), "stale_after_days": days}
    if found.kind == Stage.Kind.OPEN:
        values["probability"] = share
    stages.change(found, by=request.user, **values)
    messages.success(request, "The stage was saved.")
    return redirect("settings-pipeline", found.pipeline_id)


@staff("settings.manage")
@require_POST
def archive_stage(request: StaffRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Stage, pk=pk)
    to = number(request.POST.get("move_to", ""))
    target = get_object_or_404(Stage, pk=to) if to else None
    stages.archive(found, move_to=target, by=request.user)
    return redirect("settings-pipeline", found.pipeline_id)


def _one_up(text: str) -> list[int]:
    """The pipelines in use in their order, this one before the one it stands after."""
    order = [each.pk for each in verbs.every()]
    if (mover := number(text)) in order:
        at = order.index(mover)
        order.insert(max(0, at - 1), order.pop(at))
    return order


def _numbers(request: StaffRequest) -> tuple[Decimal, int]:
    try:
        share = Decimal((request.POST.get("probability") or "0").rstrip("% ")) / 100
        return share, int(request.POST.get("stale_after_days") or "21")
    except (InvalidOperation, ValueError):
        raise NotANumber from None
