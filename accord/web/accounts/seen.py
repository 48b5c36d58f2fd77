"""When and from where a session was last used, kept to ten minutes to spare the database."""

from __future__ import annotations

import time
from collections.abc import Callable

from allauth.usersessions.models import UserSession
from django.http import HttpRequest, HttpResponse

_SPAN_SECONDS = 600
_KEY = "seen"


class SeenMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.session.session_key and request.user.is_authenticated:
            _note(request)
        return response


def _note(request: HttpRequest) -> None:
    now = int(time.time())
    if now - request.session.get(_KEY, 0) >= _SPAN_SECONDS:
        request.session[_KEY] = now
        UserSession.objects.create_from_request(request)
