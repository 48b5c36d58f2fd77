"""Settings > Tracking: the write keys by which websites and servers send events."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from accord.channels import write_keys
from accord.channels.intake import counts
from accord.channels.models import FailedEvent, WriteKey
from accord.web.http import StaffRequest
from accord.web.staff import staff

COUNTED_DAYS = 7


@staff("tracking.manage")
def page(request: StaffRequest) -> HttpResponse:
    """The keys in use; a POST makes one."""
    if request.method == "POST":
        kind = request.POST.get("kind", "")
        write_keys.make(
            name=request.POST.get("name", ""),
            kind=kind if kind in WriteKey.Kind.values else WriteKey.Kind.BROWSER,
            by=request.user,
        )
        messages.success(request, "The write key is made. It counts within two seconds.")
        return redirect("settings-tracking")
    keys = list(WriteKey.objects.filter(revoked_at=None).order_by("pk"))
    context = {
        "keys": keys,
        "site": next((key for key in keys if key.kind == WriteKey.Kind.BROWSER), None),
        "days": counts.by_day(timezone.localdate() - timedelta(days=COUNTED_DAYS - 1)),
        "failed": FailedEvent.objects.count(),
        "kinds": WriteKey.Kind.choices,
        "address": settings.COLLECT_URL,
    }
    return render(request, "settings/tracking.html", context)


@staff("tracking.manage")
@require_POST
def revocation(request: StaffRequest, pk: int) -> HttpResponse:
    write_keys.revoke(get_object_or_404(WriteKey, pk=pk), by=request.user)
    messages.success(request, "The write key is revoked. Nothing more is taken by it.")
    return redirect("settings-tracking")
