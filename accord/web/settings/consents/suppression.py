"""Settings > Suppression list: who is on it and why; one or a file of addresses more."""

from __future__ import annotations

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accord.engine.errors import Refused
from accord.people.consents import suppression_files, suppressions
from accord.people.consents.suppression_files import Put
from accord.people.models import Suppression
from accord.web.http import StaffRequest
from accord.web.settings.consents.consent_forms import SuppressionForm
from accord.web.staff import staff

TOLD = "suppression.put"  # what the next page says of a list that was put on


@staff("suppression.write")
def page(request: StaffRequest) -> HttpResponse:
    form = SuppressionForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        try:
            done = _put(request, form)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            request.session[TOLD] = {"words": _told(done), "unread": bool(done.unread)}
            return redirect("settings-suppression")
    counted = Suppression.objects.values("channel", "way").annotate(count=Count("pk"))
    channels = dict(Suppression._meta.get_field("channel").flatchoices)
    values = {
        "form": form,
        "counted": [
            (channels[row["channel"]], Suppression.Way(row["way"]).label, row["count"])
            for row in counted.order_by("channel", "way")
        ],
        "put": request.session.pop(TOLD, None),
        "lost": suppressions.key_is_lost(),
    }
    status = 422 if form.errors else 200
    return render(request, "settings/suppression.html", values, status=status)


def _put(request: StaffRequest, form: SuppressionForm) -> Put:
    way, file = form.cleaned_data["way"], form.cleaned_data["file"]
    if file:
        read = file.read(suppression_files.MOST_BYTES + 1)
        return suppression_files.put_file(read, way=way, by=request.user)
    return suppression_files.put(form.cleaned_data["addresses"], way=way, by=request.user)


def _told(done: Put) -> str:
    told = f"Put on the list: {done.added}. On it before: {done.known}."
    if done.unread:
        lines = ", ".join(str(each) for each in done.unread)
        word = "line" if len(done.unread) == 1 else "lines"
        more = " and perhaps more" if len(done.unread) == suppression_files.MOST_UNREAD else ""
        told += f" Nothing was found in {word} {lines}{more}."
    return told
