"""Settings > Tracking > Consent banner: what it says, in each language."""

from __future__ import annotations

from dataclasses import asdict

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accord.engine.errors import Refused
from accord.people.consents import banner
from accord.people.consents.banner import Words
from accord.people.models import BannerAnswer
from accord.platform.access import preferences
from accord.web.http import StaffRequest
from accord.web.settings.consents.consent_forms import BannerForm
from accord.web.staff import staff

_BEGIN = {
    "en": Words(
        title="May we recognise you?",
        body="{company} would like to know how this site is used. If you refuse, pages are only "
        "counted and nothing but this answer is kept on your device. You can change your answer "
        "at any time.",
        accept="Accept",
        reject="Refuse",
        save="Keep my choice",
        visits="Use of this site",
        visits_text="An id on your device tells us which pages you open.",
    ),
    "de": Words(
        title="Dürfen wir Sie wiedererkennen?",
        body="{company} möchte wissen, wie diese Seiten genutzt werden. Wenn Sie ablehnen, werden "
        "Seiten nur gezählt, und auf Ihrem Gerät bleibt nur diese Antwort. Sie können Ihre "
        "Antwort jederzeit ändern.",
        accept="Zustimmen",
        reject="Ablehnen",
        save="Meine Wahl behalten",
        visits="Nutzung dieser Seiten",
        visits_text="Eine Kennung auf Ihrem Gerät sagt uns, welche Seiten Sie öffnen.",
    ),
}


@staff("consent.manage")
def page(request: StaffRequest) -> HttpResponse:
    """The words of one language (`lang`); a POST writes their next version."""
    language = request.GET.get("lang", "en")
    language = language if language in dict(settings.LANGUAGES) else "en"
    newest = banner.newest(language)
    form = BannerForm(request.POST or None, initial=newest.words if newest else _begin(language))
    if form.is_valid():
        try:
            banner.word(Words(**form.cleaned_data), language=language, by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Pages show these words within two minutes.")
            return redirect(f"{request.path}?lang={language}")
    values = {
        "form": form,
        "language": language,
        "languages": settings.LANGUAGES,
        "newest": newest,
        "answers": BannerAnswer.objects.count(),
        "agreed": BannerAnswer.objects.exclude(agreed=[]).count(),
    }
    return render(request, "settings/banner.html", values, status=422 if form.errors else 200)


def _begin(language: str) -> dict[str, str]:
    words = asdict(_BEGIN[language])
    company = preferences.current().company_name
    return words | {"body": words["body"].format(company=company)}
