"""The colour and the logo of the company, for public pages."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from accord.engine import colours
from accord.platform import brand
from accord.platform.access import preferences
from accord.web.public.pages import public

_KEPT = "public, max-age=3600"
_SHEET = """:root {{
  --accent: {ground}; --accent-hover: {pressed}; --on-accent: {on_ground};
  --accent-text: light-dark({on_light}, {on_dark});
  --accent-soft: light-dark(
    color-mix(in oklch, {ground} 12%, white), color-mix(in oklch, {ground} 25%, black));
}}
"""


@public
@require_safe
def sheet(request: HttpRequest) -> HttpResponse:
    """The company's colour as a style sheet; empty where it has none."""
    colour = preferences.current().brand_colour
    body = _sheet(colours.shades(colour)) if colour else ""
    return HttpResponse(body, content_type="text/css", headers={"Cache-Control": _KEPT})


@public
@require_safe
def logo(request: HttpRequest, name: str) -> HttpResponse:
    found = brand.logo(name)
    if found is None:
        return HttpResponse(status=410)
    picture, kind = found
    return HttpResponse(picture, content_type=kind, headers={"Cache-Control": _KEPT})


def _sheet(shades: colours.Shades) -> str:
    return _SHEET.format(
        ground=shades.ground,
        pressed=shades.pressed,
        on_ground=shades.on_ground,
        on_light=shades.on_light,
        on_dark=shades.on_dark,
    )
