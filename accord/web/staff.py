"""Who may open a page: signed in, and with the permission it names."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_http_methods

from accord.platform.access import permissions
from accord.web.http import StaffRequest

P = ParamSpec("P")
View = Callable[Concatenate[StaffRequest, P], HttpResponseBase]
_USUAL = require_http_methods(["GET", "HEAD", "POST"])
Page = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def staff(permission: str = "") -> Callable[[View[P]], Page[P]]:
    """Let a view be called only by somebody signed in who has the permission, if one is named.

    It answers GET and POST; what stands between narrows that further. No cache but the
    person's own keeps the answer, and that one asks again.
    """

    def decorate(view: View[P]) -> Page[P]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            known = cast("StaffRequest", request)
            if permission:
                permissions.require(known.user, permission)
            answer = view(known, *args, **kwargs)
            if "Cache-Control" not in answer:
                patch_cache_control(answer, private=True, no_cache=True)
            return answer

        return cast("Page[P]", _USUAL(login_required(guarded)))

    return decorate
