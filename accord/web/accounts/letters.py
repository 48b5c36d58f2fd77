"""The letters about accounts that leave by the outbox."""

from __future__ import annotations

import secrets

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from accord.channels import outbox
from accord.platform import links
from accord.platform.access import preferences
from accord.platform.access.accounts import Invitation
from accord.platform.models import User
from accord.platform.queue import work

NEW_PASSWORD = "accounts.new_password"  # noqa: S105 - the name of a job


def ask_for_new_password(email: str) -> None:
    """Have the worker mail a link, if somebody has this address: asking costs the same for all."""
    work.enqueue(NEW_PASSWORD, payload={"email": email})


def new_password(email: str) -> None:
    """Mail the link that lets somebody choose a new password; nothing where nobody signs in so."""
    user = User.objects.with_password().filter(email=email.strip().lower(), is_active=True).first()
    if user is None:
        return
    token = default_token_generator.make_token(user)
    path = reverse("account_reset_password_from_key", args=[user_pk_to_url_str(user), token])
    company = preferences.current().company_name
    values = {"link": links.address(path), "company": company, "url": settings.BASE_URL}
    outbox.send(
        key=f"password:{user.pk}:{secrets.token_hex(8)}",
        to=email,
        subject=f"Choose a new password for {company} on Accord",
        text=render_to_string("account/email/new_password.txt", values),
    )


def invite(invitation: Invitation, *, by: User) -> None:
    """Mail somebody the link that lets them in. Call in the transaction that invited them."""
    company = preferences.current().company_name
    values = {
        "invitation_url": invitation.url,
        "name": invitation.user.name,
        "by": by,
        "company": company,
        "url": settings.BASE_URL,
    }
    outbox.send(
        key=f"invitation:{invitation.user.pk}:{secrets.token_hex(8)}",
        to=invitation.user.email or "",
        subject=f"{by} invites you to {company} on Accord",
        text=render_to_string("account/email/invitation.txt", values),
    )
