"""Links that work once: the first set-up and invitations. Only their hash is kept."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from accord.engine.errors import Refused
from accord.platform.models import OneTimeLink, User

Kind = OneTimeLink.Kind
VALID = timedelta(days=7)


class LinkSpent(Refused):
    """This link was used, replaced or is older than seven days. Ask for a new one."""


def address(path: str) -> str:
    """A full address people can open, built from ACCORD_URL and never from a request's host."""
    return f"{settings.BASE_URL}{path}"


def make(kind: str, *, user: User | None = None) -> str:
    """A new token that works once within seven days. Older ones of this kind and person end."""
    void(kind, user=user)
    token = secrets.token_urlsafe(32)
    OneTimeLink.objects.create(
        kind=kind, digest=_digest(token), user=user, expires_at=timezone.now() + VALID
    )
    return token


def find(kind: str, token: str) -> OneTimeLink:
    """The link this token opens, still unused. Raises LinkSpent."""
    found = (
        OneTimeLink.objects.filter(
            kind=kind, digest=_digest(token), used_at=None, expires_at__gt=timezone.now()
        )
        .select_related("user")
        .first()
    )
    if found is None:
        raise LinkSpent
    return found


def spend(kind: str, token: str) -> OneTimeLink:
    """Use the link up: of two people at once only one gets it. Raises LinkSpent."""
    link = find(kind, token)
    now = timezone.now()
    if not OneTimeLink.objects.filter(pk=link.pk, used_at=None).update(used_at=now):
        raise LinkSpent
    return link


def void(kind: str, *, user: User | None) -> None:
    """End every unused link of this kind and person."""
    OneTimeLink.objects.filter(kind=kind, user=user, used_at=None).delete()


def tidy(now: datetime) -> None:
    """Forget links that have not worked for a month."""
    OneTimeLink.objects.filter(expires_at__lt=now - timedelta(days=30)).delete()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
