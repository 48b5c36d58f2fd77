"""The page on which people ask for their data, for erasure and the rest, without signing in.

What it answers is the same whether an address is known or not: a mail says more, to whoever can
read mail there.
"""

from __future__ import annotations

import time

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accord.channels import letters, outbox
from accord.channels.models import Message
from accord.channels.passing import Why
from accord.engine.cleaning import emails
from accord.engine.errors import Unreadable
from accord.marketing.forms import submissions
from accord.people import families
from accord.people.consents import suppressions
from accord.people.models import Contact, PrivacyRequest
from accord.people.privacy import requests
from accord.platform.access import preferences
from accord.web.collect import addresses
from accord.web.collect.pace import Pace
from accord.web.public.guesses import slowed
from accord.web.public.pages import public

SALT = "accord.privacy.ask"
DAYS = 3
MOST_A_DAY = 3  # letters to one address
PACE = Pace(rate=1 / 60, burst=10)  # asked from one network: 10 at once, one a minute


@public
def ask(request: HttpRequest) -> HttpResponse:
    """What may be asked; a POST mails a link to the address that was given."""
    kind = request.POST.get("kind", "access")
    values = {"kinds": kinds(), "kind": kind, "email": ""}
    if request.method != "POST":
        return render(request, "public/privacy_ask.html", values)
    if late := _too_many(request):
        return late
    values["email"] = given = request.POST.get("email", "")[:320]
    email = _address(given)
    if not email or kind not in PrivacyRequest.Kind.values:
        values["error"] = _("Write your e-mail address, and choose what you ask.")
        return render(request, "public/privacy_ask.html", values, status=422)
    _mail(email, kind)
    answer = redirect(f"{reverse('privacy-asked')}?lang={translation.get_language()}")
    answer.status_code = 303
    return answer


@public
@require_safe
def asked(request: HttpRequest) -> HttpResponse:
    return render(request, "public/privacy_asked.html", {"days": DAYS})


@public
@slowed
def confirmation(request: HttpRequest, token: str) -> HttpResponse:
    """The link of the mail: a GET shows what is asked, a POST asks it."""
    found = read(token)
    if found is None:
        return render(request, "public/dead_link.html", status=410)
    contact, kind = found
    values = {"words": kinds()[kind], "done": request.method == "POST"}
    if request.method == "POST":
        values["due"] = _receive(contact, kind).due_at
    return render(request, "public/privacy_confirmation.html", values)


def kinds() -> dict[str, str]:
    """What may be asked, as the reader calls it."""
    return {
        "access": _("A copy of everything you keep of me"),
        "erasure": _("Erase everything you keep of me"),
        "rectification": _("Correct what you keep of me"),
        "restriction": _("Keep my data, but do not use them"),
        "objection": _("I object to marketing"),
    }


def token(contact: Contact, kind: str) -> str:
    """What the link in a mail carries: whom and what, signed, for three days."""
    return signing.dumps([contact.pk, kind], salt=SALT)


def read(text: str) -> tuple[Contact, str] | None:
    """Whom and what a token is for; None for whatever else somebody types, and too late."""
    try:
        pk, kind = signing.loads(text, salt=SALT, max_age=DAYS * 86_400)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    contact = Contact.objects.filter(pk=families.root(pk) or pk, erased_at=None).first()
    return (contact, kind) if contact and kind in PrivacyRequest.Kind.values else None


def _too_many(request: HttpRequest) -> HttpResponse | None:
    """What is answered to a network that asked too often; None to the others."""
    network = addresses.truncated(request.META.get("REMOTE_ADDR", ""))
    wait = PACE.take(network, 1, time.monotonic())
    if not wait:
        return None
    words = _("Too many requests came from where you are. Try again in a minute.")
    answer = render(request, "public/refused.html", {"sentence": words}, status=429)
    answer["Retry-After"] = str(int(wait) + 1)
    return answer


def _address(given: str) -> str:
    """The address a mail can go to; "" where this is none."""
    try:
        email = emails.read(given)
    except Unreadable:
        return ""
    return email if letters.mailable(email) else ""


@transaction.atomic
def _receive(contact: Contact, kind: str) -> PrivacyRequest:
    """The request, once however often, and at once, the button is pressed."""
    Contact.objects.select_for_update(no_key=True).get(pk=contact.pk)
    mine = PrivacyRequest.objects.filter(contact=contact, kind=kind, state="open", origin="page")
    if found := mine.first():
        return found
    made = requests.receive(kind, contact, asked_by="The person", origin="page", by=None)
    how = "Followed the link that was mailed to an address of the record."
    return requests.identify(made, how, by=None)


def _mail(email: str, kind: str) -> None:
    """Mail the link, or what is kept where there is no record; beyond three a day nothing."""
    begins = f"privacy:{suppressions.keyed(email)[:24]}:{timezone.now():%Y%m%d}:"
    sent = Message.objects.filter(key__startswith=begins).count()
    if sent >= MOST_A_DAY:
        return
    contact = _known(email)
    values = {
        "company": preferences.current().company_name,
        "words": kinds()[kind],
        "days": DAYS,
        "sent": submissions.unrecorded(email),
    }
    if contact:
        path = reverse("privacy-confirmation", args=[token(contact, kind)])
        values["link"] = f"{settings.BASE_URL}{path}?lang={translation.get_language()}"
    name = "privacy" if contact else "privacy_unknown"
    outbox.send(
        key=f"{begins}{sent}:{kind}",
        to=email,
        subject=_("Your request to %(company)s") % {"company": values["company"]},
        text=render_to_string(f"public/email/{name}.txt", values),
        why=Why(None),
    )


def _known(email: str) -> Contact | None:
    found = Contact.objects.filter(
        addresses__kind="email", addresses__value=email, erased_at=None, merged_into=None
    )
    return found.order_by("-deleted_at", "pk").first()
