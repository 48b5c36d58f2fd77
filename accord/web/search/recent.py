"""The records somebody opened last, kept in a signed cookie: no row is written to read a page."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from accord.people.models import Company, Contact
from accord.platform.models import User
from accord.sales.models import Deal
from accord.web.http import StaffRequest
from accord.web.search.found import Found

COOKIE = "accord_recent"
MOST = 10
NOUNS = {"contact": "users", "company": "building", "deal": "briefcase"}


class RecentMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        match = request.resolver_match
        if match and match.url_name in NOUNS and _is_page(request, response):
            _note(request, response, f"{match.url_name}:{match.kwargs.get('pk')}")
        return response


def found(request: StaffRequest) -> list[Found]:
    """The records opened last that this person may still see, the latest first."""
    keys = _kept(request)
    rows = {f"{noun}:{pk}": row for noun in NOUNS for pk, row in _rows(noun, keys, request.user)}
    return [
        Found(key.partition(":")[0], rows[key].pk, str(rows[key]), _detail(rows[key]))
        for key in keys
        if key in rows
    ]


def _is_page(request: HttpRequest, response: HttpResponse) -> bool:
    return (
        request.method == "GET"
        and response.status_code == 200
        and not request.headers.get("HX-Request")
        and request.user.is_authenticated
    )


def _note(request: HttpRequest, response: HttpResponse, key: str) -> None:
    keys = _kept(request)
    if keys[:1] == [key]:
        return
    keys = [key, *(other for other in keys if other != key)][:MOST]
    response.set_signed_cookie(
        COOKIE,
        " ".join(keys),
        salt=_salt(request),
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )


def _kept(request: HttpRequest) -> list[str]:
    """What the cookie holds for this person; somebody else's is none of theirs."""
    text = request.get_signed_cookie(COOKIE, default="", salt=_salt(request))
    return (text or "").split()


def _salt(request: HttpRequest) -> str:
    return f"recent:{request.user.pk}"


def _rows(noun: str, keys: list[str], user: User) -> Iterable[tuple[int, Any]]:
    ids = [int(key.partition(":")[2]) for key in keys if key.startswith(f"{noun}:")]
    return _visible(noun, user).in_bulk(ids).items() if ids else ()


def _visible(noun: str, user: User) -> QuerySet[Any]:
    if noun == "contact":
        return Contact.objects.visible_to(user)
    if noun == "company":
        return Company.objects.visible_to(user)
    return Deal.objects.visible_to(user).select_related("stage")


def _detail(row: Any) -> str:
    match row:
        case Contact():
            return row.email or row.title
        case Company():
            return row.domain or row.city
        case Deal():
            return row.stage.name
        case _:
            return ""
