"""Guessing links: who tried too many that are none has to wait, whatever they try next."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accord.people.consents import preference_links
from accord.people.models import Contact
from accord.web.collect import addresses
from accord.web.collect.pace import Pace

P = ParamSpec("P")

A_NETWORK = Pace(rate=1 / 6, burst=30)  # wrong links from one network: 30 at once, 10 a minute


def slowed(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Count links that do not work: what is answered 410. What a right one refuses counts not."""

    @wraps(view)
    def answered(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        network, now = addresses.truncated(request.META.get("REMOTE_ADDR", "")), time.monotonic()
        if wait := A_NETWORK.take(network, 1, now):
            answer = render(request, "public/too_many.html", status=429)
            answer["Retry-After"] = str(int(wait) + 1)
            return answer
        status = 0
        try:
            answer = view(request, *args, **kwargs)
            status = answer.status_code
        finally:
            if status != 410:
                A_NETWORK.take(network, -1, now)
        return answer

    return cast("Callable[Concatenate[HttpRequest, P], HttpResponse]", answered)


def contact_of_link(
    view: Callable[Concatenate[HttpRequest, Contact, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, str, P], HttpResponse]:
    """Give a view the contact whose token the address carries.

    A wrong token, and one of somebody who was erased, are answered alike.
    """

    @wraps(view)
    def found(request: HttpRequest, token: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        contact = preference_links.find(token)
        if contact is None:
            return render(request, "public/dead_link.html", status=410)
        return view(request, contact, *args, **kwargs)

    return slowed(cast("Callable[Concatenate[HttpRequest, str, P], HttpResponse]", found))
