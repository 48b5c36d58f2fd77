"""What goes before and after every request."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accord.engine.errors import Refused
from accord.platform import memory
from accord.platform.access.permissions import Forbidden
from accord.web.http import Unkeepable, unkeepable


class MemoryMiddleware:
    """Small tables as they are when the request begins, whichever process changed them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        memory.look_again()
        return self.get_response(request)


class UnkeepableMiddleware:
    """The one character no column keeps is refused at the door, wherever it stands.

    Public pages refuse it themselves, as pages of theirs (`accord.web.public.pages`).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], *_: object
    ) -> HttpResponse | None:
        if getattr(view, "is_public", False) or not unkeepable(request):
            return None
        return _refused(request, Unkeepable())


class RefusedMiddleware:
    """A rule of the trade refused: the sentence goes to the person, once, here."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return _refused(request, error) if isinstance(error, Refused) else None


def _refused(request: HttpRequest, error: Refused) -> HttpResponse:
    status = 403 if isinstance(error, Forbidden) else 422
    context = {"sentence": str(error), "needed": getattr(error, "needed", "")}
    return render(request, _template(request, status), context, status=status)


def _template(request: HttpRequest, status: int) -> str:
    if getattr(request, "htmx", False):
        return "components/refused_toast.html"
    return "403.html" if status == 403 and request.method == "GET" else "refused.html"
