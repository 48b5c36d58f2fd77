"""A letter as it goes over the wire, and what became of handing it over."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime

from email_validator import EmailNotValidError, validate_email

from accord.channels import footer
from accord.channels.models import Message
from accord.engine.cleaning import emails
from accord.engine.errors import Refused
from accord.people.consents import preference_links

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


class NoAddress(Refused):
    """This is not an e-mail address. Check it for typing errors."""


@dataclass(frozen=True)
class Letter:
    """One message to one person. `content` is RFC 5322 with CRLF line ends."""

    sender: str
    to: str
    message_id: str
    content: bytes


@dataclass(frozen=True)
class Result:
    """How handing over ended: sent, deferred (try later), failed, or unknown; and the reply."""

    state: str
    reply: str


SENT, DEFERRED, FAILED, UNKNOWN = "sent", "deferred", "failed", "unknown"
Begin = Callable[[], None]
Deliver = Callable[[Letter, Begin, str], Result]
"""How a provider hands a letter over: it calls `begin` at the last moment before the other side
may have accepted it; what ends between that call and a clear answer is unknown."""


def address(text: str) -> str:
    """An address as mail servers understand it. Raises NoAddress."""
    if len(text) > emails.LONGEST:
        raise NoAddress
    try:
        found = validate_email(
            text.strip(),
            check_deliverability=False,
            globally_deliverable=False,
            test_environment=True,
        )
    except EmailNotValidError:
        raise NoAddress from None
    if found.ascii_email is None:
        raise NoAddress
    return found.ascii_email


def mailable(text: str) -> bool:
    """Whether a mail can be sent to this address."""
    try:
        address(text)
    except NoAddress:
        return False
    return True


def parse(sender: str) -> Address:
    """Name and address of "Name <address>". Raises NoAddress where there is none."""
    name, _, plain = one_line(sender).rpartition("<")
    local, _, domain = plain.removesuffix(">").rpartition("@")
    if not local or not domain or not plain.isascii():
        raise NoAddress
    return Address(name.strip(' "'), local, domain)


def one_line(text: str) -> str:
    """A header's text: line breaks and control characters become spaces."""
    return " ".join(_CONTROL.sub(" ", text).split())


class Policy(EmailPolicy):
    """Headers as mail programs read them: an address to unsubscribe at is never broken."""

    def fold_binary(self, name: str, value: str) -> bytes:
        """A header as bytes. Folding would write a long address as encoded words (RFC 2047)."""
        if name == "List-Unsubscribe":
            return f"{name}: {value}\r\n".encode("ascii")
        return super().fold_binary(name, value)


def compose(message: Message, *, sender: str, at: datetime) -> Letter:
    """The letter of an outbox row, the same at every attempt but for its date.

    sender: "Name <address>". Raises NoAddress where there is none in it.
    """
    mail = EmailMessage(policy=Policy(linesep="\r\n"))
    mail["From"] = author = parse(sender)
    mail["To"] = message.to
    mail["Subject"] = one_line(message.subject)
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = message.message_id
    mail["Auto-Submitted"] = "auto-generated"
    text, html = _lines(message.text), _lines(message.html)
    if message.purpose and message.contact:
        # RFC 8058: one address, and the exact value mail programs look for.
        mail["List-Unsubscribe"] = f"<{preference_links.stop_address(message.contact)}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        text, html = footer.add(text, html, message.contact)
    mail.set_content(text, cte="quoted-printable")
    if html:
        mail.add_alternative(html, subtype="html", cte="quoted-printable")
    return Letter(author.addr_spec, message.to, message.message_id, mail.as_bytes())


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
