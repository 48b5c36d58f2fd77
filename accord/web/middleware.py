"""What goes before and after every request."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from accord.engine.errors import Refused
from accord.platform import memory
from accord.platform.access.permissions import Forbidden


class MemoryMiddleware:
    """Small tables as they are when the request begins, whichever process changed them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        memory.look_again()
        return self.get_response(request)


class Unkeepable(Refused):
    """This text holds a character that cannot be kept (number zero). Take it out and try again."""


class UnkeepableMiddleware:
    """The one character no column keeps is refused at the door, wherever it stands."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: object) -> HttpResponse | None:
        given = (text for form in (request.GET, request.POST) for text in _texts(form))
        if any("\0" in text for text in (request.path, *given)):
            return _refused(request, Unkeepable())
        return None


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


def _texts(form: QueryDict) -> Iterator[str]:
    for name, values in form.lists():
        yield name
        yield from (value for value in values if isinstance(value, str))
