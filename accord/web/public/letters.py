"""The letters of public pages, in the language the page was read in."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accord.channels import outbox
from accord.channels.models import Message
from accord.channels.passing import Why
from accord.engine.errors import Refused
from accord.people.consents import purposes
from accord.people.consents.preference_centre import Asked
from accord.people.models import Contact
from accord.platform.access import preferences

MOST_A_DAY = 5


class TooManyLetters(Refused):
    """We mailed you this link several times today. Use one of them, or try again tomorrow."""


def confirm(contact: Contact, asked: Asked) -> None:
    """Mail the link that agrees to what was chosen. Raises TooManyLetters."""
    begins = f"preferences:{contact.pk}:"
    today = Message.objects.filter(
        key__startswith=begins, created_at__gt=timezone.now() - timedelta(days=1)
    ).count()
    if today >= MOST_A_DAY:
        raise TooManyLetters
    path = reverse("preferences-confirmation", args=[asked.token])
    company = preferences.current().company_name
    labels = sorted({purposes.get(purpose).label for purpose, _channel in asked.pairs})
    values = {
        "link": f"{settings.BASE_URL}{path}?lang={translation.get_language()}",
        "company": company,
        "topics": labels,
    }
    outbox.send(
        key=f"{begins}{hashlib.sha256(asked.token.encode()).hexdigest()[:32]}",
        to=contact.email,
        subject=_("Please confirm what %(company)s may send you") % {"company": company},
        text=render_to_string("public/email/confirm.txt", values),
        why=Why(contact),
    )
