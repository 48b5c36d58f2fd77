"""One page, several parts: a full page by link, one part of it for htmx, from the same files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from accord.web.http import StaffRequest


def render_parts(
    request: StaffRequest, page: str, parts: Mapping[str, str], context: Mapping[str, Any]
) -> HttpResponse:
    """Render `page`, or the part whose element htmx asks to replace.

    parts: template by id of the element it is the root of.
    """
    target = request.htmx.target if request.htmx else None  # htmx 4 says tag#id
    template = parts.get((target or "").rpartition("#")[2], page)
    response = render(request, template, dict(context))
    response["Vary"] = "HX-Request, HX-Target"
    return response
