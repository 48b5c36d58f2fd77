"""Pages for everybody: in the reader's language, without a cookie, script or trace."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accord.engine.errors import Refused
from accord.web.http import Unkeepable, number, unkeepable

P = ParamSpec("P")
Page = Callable[Concatenate[HttpRequest, P], HttpResponse]

POLICY = {
    "default-src": ["'none'"],
    "style-src": ["'self'"],
    "img-src": ["'self'", "data:"],
    "font-src": ["'self'"],
    "form-action": ["'self'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
}
LARGEST = 200_000  # bytes of a body that anybody may send
_USUAL = require_http_methods(["GET", "HEAD", "POST"])


class TooLarge(Refused):
    """This is too large to be sent by a form."""


class Damaged(Refused):
    """What was sent cannot be read: it was damaged on its way."""


def public(view: Page[P]) -> Page[P]:
    """Let anybody call a view, signed in or not, by GET and POST.

    The page is in the language of `?lang=`, else of the browser. No token against forged forms
    is asked: nobody is signed in, so nothing can be done in somebody's name that the address
    alone does not allow. What a view refuses (Refused, Http404), and what no view may see (too
    large, damaged, a character no column keeps), becomes a public page that says so. A view that
    needs a script says `@csp_update({"script-src": ["'self'"]})` below this.
    """

    @wraps(view)
    def answered(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        language = chosen(request)
        with translation.override(language):
            answer = _answer(view, request, *args, **kwargs)
        answer.headers.setdefault("Content-Language", language)
        answer.headers.setdefault("Cache-Control", "no-store")
        answer.headers.setdefault("Referrer-Policy", "no-referrer")
        patch_vary_headers(answer, ["Accept-Language"])
        if not hasattr(answer, "_csp_config"):
            answer._csp_config = POLICY  # type: ignore[attr-defined]  # as csp.decorators does
        return answer

    page = cast("Page[P]", csrf_exempt(_USUAL(answered)))
    page.is_public = True  # type: ignore[attr-defined]  # the middleware lets it refuse itself
    return page


def chosen(request: HttpRequest) -> str:
    """The language of a public page for this request: one of settings.LANGUAGES."""
    asked = request.GET.get("lang", "")
    if asked in dict(settings.LANGUAGES):
        return asked
    return translation.get_language_from_request(request)


def _answer(view: Page[P], request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
    try:
        if _is_too_large(request):
            return _refused(request, TooLarge(), 413)
        if unkeepable(request):
            return _refused(request, Unkeepable(), 422)
        return view(request, *args, **kwargs)
    except Http404:
        return render(request, "public/missing.html", status=404)
    except RequestDataTooBig:
        return _refused(request, TooLarge(), 413)
    except (BadRequest, MultiPartParserError, SuspiciousOperation):
        return _refused(request, Damaged(), 400)
    except Refused as refusal:
        return _refused(request, refusal, 422)


def _is_too_large(request: HttpRequest) -> bool:
    """Whether it says that more comes than may, or more came: in chunks no length is said."""
    said = (request.META.get("CONTENT_LENGTH") or "0").strip()
    if not said.isdecimal():
        raise BadRequest
    length = number(said)
    return length is None or length > LARGEST or len(request.body) > LARGEST


def _refused(request: HttpRequest, refusal: Refused, status: int) -> HttpResponse:
    sentence = translation.gettext(str(refusal))
    return render(request, "public/refused.html", {"sentence": sentence}, status=status)
