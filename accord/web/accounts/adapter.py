"""Where allauth asks the house: how mail leaves, how a password is kept, what sentences say."""

from __future__ import annotations

import secrets
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string

from accord.channels import outbox
from accord.platform.access import accounts, preferences
from accord.platform.models import User

_UNKNOWN_IP = "0.0.0.0"  # noqa: S104 - a value to store, nothing is bound to it


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": "E-mail address or password is not right. Check both, "
        "or choose a new password by mail.",
        "too_many_login_attempts": "Too many attempts. Wait 15 minutes, then try again.",
        "incorrect_password": "This is not your password. Type it again.",
        "enter_current_password": "This is not your present password. Type it again.",
        "incorrect_code": "This code is not right. Wait for the next one and type that.",
        "rate_limited": "Too many attempts. Wait a minute, then try again.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def set_password(self, user: User, password: str) -> None:
        accounts.set_password(user, password=password, by=user)

    def reauthenticate(self, user: User, password: str) -> bool:
        found = self.authenticate(self.request, email=user.email, password=password)
        return found is not None and found.pk == user.pk

    def get_client_ip(self, request: HttpRequest) -> str:
        return request.META.get("REMOTE_ADDR") or _UNKNOWN_IP

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        values = context | {"company": preferences.current().company_name, "url": settings.BASE_URL}
        subject = render_to_string(f"{template_prefix}_subject.txt", values)
        text = render_to_string(f"{template_prefix}_message.txt", values)
        outbox.send(
            key=f"{template_prefix}:{secrets.token_hex(8)}",
            to=email,
            subject=" ".join(subject.split()),
            text=text.strip() + "\n",
        )

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        super().send_notification_mail(template_prefix, user, context, email or user.email)


class SecondStepAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "This code is not right. Wait for the next one and type that.",
    }

    def get_totp_issuer(self) -> str:
        return f"Accord {preferences.current().company_name}"
