from collections.abc import Iterable

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from accord.platform.models import User


class StaffRequest(HttpRequest):
    """A request past `login_required` and the htmx middleware."""

    user: User
    htmx: HtmxDetails


def number(text: str) -> int | None:
    """The whole number an address or a form names (a record, a version, a page); None for what
    is none, or is larger than the database counts.
    """
    return int(text) if text.isdecimal() and len(text) < 19 else None


def numbers(texts: Iterable[str]) -> list[int]:
    """The whole numbers among what a form sent."""
    return [one for text in texts if (one := number(text)) is not None]
