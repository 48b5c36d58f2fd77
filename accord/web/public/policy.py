"""The privacy page: who is responsible, what is kept and why, and what people may ask."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_safe

from accord.people.consents import purposes
from accord.platform.access import preferences
from accord.web.public.pages import public


@public
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    chosen = preferences.current()
    texts = {"en": chosen.privacy_text_en, "de": chosen.privacy_text_de}
    values = {
        "controller": chosen.privacy_controller
        or "\n".join(filter(None, [chosen.company_name, chosen.postal_address])),
        "text": texts.get(translation.get_language() or "") or texts["en"] or texts["de"],
        "purposes": list(purposes.in_use()),
    }
    return render(request, "public/policy.html", values)
