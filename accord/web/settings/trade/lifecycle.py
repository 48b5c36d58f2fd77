"""Settings > Lifecycle: what the company calls the stages, and what each means."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accord.people import lifecycle as stages
from accord.people.models import LifecycleStage
from accord.web.http import StaffRequest
from accord.web.staff import staff


@staff("settings.manage")
def lifecycle(request: StaffRequest) -> HttpResponse:
    every = list(LifecycleStage.objects.all())
    if request.method == "POST":
        with transaction.atomic():
            for stage in every:
                stages.rename(
                    stage,
                    label=request.POST.get(f"label-{stage.pk}", stage.label),
                    definition=request.POST.get(f"definition-{stage.pk}", stage.definition),
                    by=request.user,
                )
        messages.success(request, "The lifecycle was saved.")
        return redirect("settings-lifecycle")
    return render(request, "settings/lifecycle.html", {"stages": every})
