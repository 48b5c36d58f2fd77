"""Tickets: what a form's page is given out with. It tells when, and is taken once."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta

from django.utils.crypto import constant_time_compare, salted_hmac

from accord.marketing.models import Form

VALID = timedelta(hours=24)
LONGEST = 200


def make(form: Form, *, now: datetime) -> str:
    """A new ticket for a page of this form."""
    said = f"{int(now.timestamp() * 1000)}.{secrets.token_urlsafe(16)}"
    return f"{said}.{_mac(form, said)}"


def opened(form: Form, ticket: str, *, now: datetime) -> datetime | None:
    """When the page of this ticket was given out; None where it is not this form's, or too old."""
    said, _, mac = ticket.rpartition(".")
    moment = said.partition(".")[0]
    if not (moment.isascii() and moment.isdecimal()) or len(ticket) > LONGEST:
        return None
    if not constant_time_compare(mac, _mac(form, said)):
        return None
    at = datetime.fromtimestamp(int(moment) / 1000, tz=UTC)
    return at if timedelta(0) <= now - at <= VALID else None


def _mac(form: Form, said: str) -> str:
    return salted_hmac("accord.forms.ticket.1", f"{form.pk}:{said}", algorithm="sha256").hexdigest()
