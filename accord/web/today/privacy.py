"""Privacy requests on Today: for those who answer them, as long as one waits."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accord.people.privacy import requests
from accord.web.http import StaffRequest
from accord.web.privacy.requests import line
from accord.web.staff import staff

SHOWN = 5


@staff("privacy.manage")
@require_safe
def card(request: StaffRequest) -> HttpResponse:
    """The requests that are due first; nothing where none waits. Today asks for it by itself."""
    waiting = requests.waiting()
    values = {"lines": [line(each) for each in waiting[:SHOWN]], "count": len(waiting)}
    return render(request, "today/_privacy.html", values)
