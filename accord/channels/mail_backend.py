"""Django's own mails (and those of its packages) go through the outbox like any other."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from accord.channels import outbox


class OutboxBackend(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        return sum(_send(message) for message in email_messages)


def _send(message: EmailMessage) -> int:
    for to in message.recipients():
        outbox.send(
            key=f"django:{uuid.uuid4()}",
            to=to,
            subject=str(message.subject),
            text=str(message.body),
            html=_html(message),
        )
    return len(message.recipients())


def _html(message: Any) -> str:
    found = (part for part, kind in getattr(message, "alternatives", []) if kind == "text/html")
    return str(next(found, ""))
