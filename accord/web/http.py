from collections.abc import Iterable, Iterator

from django.http import HttpRequest, QueryDict
from django_htmx.middleware import HtmxDetails

from accord.engine.errors import Refused
from accord.platform.models import User


class StaffRequest(HttpRequest):
    """A request past `login_required` and the htmx middleware."""

    user: User
    htmx: HtmxDetails


class Unkeepable(Refused):
    """This text holds a character that cannot be kept (number zero). Take it out and try again."""


def unkeepable(request: HttpRequest) -> bool:
    """Whether the character no column keeps stands anywhere in a request."""
    given = (text for form in (request.GET, request.POST) for text in _texts(form))
    return any("\0" in text for text in (request.path, *given))


def number(text: str) -> int | None:
    """The whole number an address or a form names (a record, a version, a page); None for what
    is none, or is larger than the database counts.
    """
    return int(text) if text.isdecimal() and len(text) < 19 else None


def numbers(texts: Iterable[str]) -> list[int]:
    """The whole numbers among what a form sent."""
    return [one for text in texts if (one := number(text)) is not None]


def _texts(form: QueryDict) -> Iterator[str]:
    for name, values in form.lists():
        yield name
        yield from (value for value in values if isinstance(value, str))
