"""The preference centre: what a person may be sent, chosen by themselves, without signing in."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accord.people.consents import answers, consent, preference_centre, preference_links
from accord.people.consents.ledger import Proof
from accord.people.consents.preference_centre import Asked
from accord.people.models import Contact
from accord.web.collect import addresses
from accord.web.public import letters
from accord.web.public.guesses import contact_of_link, slowed
from accord.web.public.pages import public

DONE = ("saved", "asked", "full", "paused", "resumed", "agreed")


@public
@contact_of_link
def page(request: HttpRequest, contact: Contact) -> HttpResponse:
    """Topics and channels; a POST saves the choice."""
    language = translation.get_language() or "en"
    now = timezone.now()
    if request.method == "POST":
        wanted = set(preference_centre.pairs(request.POST.getlist("on")))
        asked = preference_centre.choose(
            contact, wanted, language=language, proof=proof(request, "preferences"), now=now
        )
        return _back(request, contact, _mailed(contact, asked))
    done = request.GET.get("done", "")
    context = _context(contact, language)
    known = done in DONE and (done != "paused" or context["paused"])
    context["done"] = done if known else ""
    return render(request, "public/preferences.html", context)


@public
@require_POST
@contact_of_link
def pause(request: HttpRequest, contact: Contact) -> HttpResponse:
    """Pause for `days`, or end the pause."""
    if "end" in request.POST:
        consent.resume(contact, by=None)
        return _back(request, contact, "resumed")
    preference_centre.pause(contact, request.POST.get("days", ""), timezone.now())
    return _back(request, contact, "paused")


@public
@contact_of_link
def stop(request: HttpRequest, contact: Contact) -> HttpResponse:
    """Everything stops by a POST, of a person or of a mail program (RFC 8058); a GET asks.

    Mail programs follow no redirect and read no page: 200 is said once it is committed.
    """
    if request.method != "POST":
        return render(request, "public/stop.html", _who(contact))
    preference_centre.stop_all(contact, proof=proof(request, "stop"))
    return render(request, "public/stopped.html", _who(contact))


@public
@slowed
def confirmation(request: HttpRequest, token: str) -> HttpResponse:
    """Agree to what was chosen; a GET shows the words, a POST agrees to them."""
    try:
        contact, rows, _at = preference_centre.asked(token)
        if request.method == "POST":
            preference_centre.confirm(token, proof=proof(request, "confirmation"))
    except (preference_centre.LinkTooOld, preference_centre.StoppedSince) as spent:
        said = {"sentence": translation.gettext(str(spent)), "ended": True}
        return render(request, "public/refused.html", said, status=410)
    if request.method == "POST":
        return _back(request, contact, "agreed")
    told = [(purpose, channel_name(channel), text) for purpose, channel, text in rows]
    return render(request, "public/confirmation.html", _who(contact) | {"rows": told})


def proof(request: HttpRequest, page: str) -> Proof:
    """Where this was said: the page without the secret in its address, the network, the browser."""
    return Proof(
        page=f"{settings.BASE_URL}/{page}/ ({translation.get_language()})",
        ip=addresses.truncated(request.META.get("REMOTE_ADDR", "")),
        agent=request.headers.get("User-Agent", ""),
    )


def channel_name(channel: str) -> str:
    """A channel as the reader calls it."""
    names = {
        "email": _("E-mail"),
        "sms": _("Text message"),
        "phone": _("Phone"),
        "post": _("Post"),
    }
    return names[channel]


def _mailed(contact: Contact, asked: Asked | None) -> str:
    """Mail the link, where one is needed, and answer what is said of it: the rest is done."""
    if asked is None:
        return "saved"
    try:
        letters.confirm(contact, asked)
    except letters.TooManyLetters:
        return "full"
    return "asked"


def _context(contact: Contact, language: str) -> dict[str, Any]:
    standing = answers.standing(contact, timezone.now())
    topics = preference_centre.topics(contact, standing, language)
    return _who(contact) | {
        "topics": [
            (topic, [(each, channel_name(each.channel)) for each in topic.choices])
            for topic in topics
        ],
        "anything": any(each.on for topic in topics for each in topic.choices),
        "paused": max((each.until for each in standing.pauses), default=None),
        "pauses": preference_centre.PAUSES,
    }


def _who(contact: Contact) -> dict[str, Any]:
    token = preference_links.token(contact)
    return {"masked": preference_centre.masked(contact.email), "token": token}


def _back(request: HttpRequest, contact: Contact, done: str) -> HttpResponse:
    address = reverse("preferences", args=[preference_links.token(contact)])
    language = translation.get_language()
    answer = redirect(f"{address}?lang={language}&done={done}")
    answer.status_code = 303
    return answer
