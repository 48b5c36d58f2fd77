"""Links by which a person reaches their preferences without signing in.

A token is one contact's, always the same, and valid as long as the key: 128 bits of HMAC beside
the contact's number, masked, so that tokens can neither be made nor tell how many there are. The
key is the file `link_key` in `secrets/`; keys that were used before stand in `link_key.old`, one
a line, so that links in old mails go on working.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from accord.people import families
from accord.people.models import Contact
from accord.platform.safekeeping import secrets

_TAG = 16
_SHAPE = re.compile(r"[A-Za-z0-9_-]{32}")


def token(contact: Contact) -> str:
    """The token of a contact: 32 letters, digits, - and _."""
    return _token(key(), contact.pk)


def find(text: str) -> Contact | None:
    """The contact a token is for, or what it was merged into, deleted ones too.

    None for whatever else somebody types, and for who was erased.
    """
    if not _SHAPE.fullmatch(text):
        return None
    raw = base64.urlsafe_b64decode(text)
    for each in (key(), *_old_keys()):
        number = int.from_bytes(_masked(each, raw[:_TAG], raw[_TAG:]))
        if hmac.compare_digest(_token(each, number), text):
            return Contact.objects.filter(pk=families.root(number) or 0, erased_at=None).first()
    return None


def address(contact: Contact) -> str:
    """Where a person chooses what they are sent."""
    return f"{settings.BASE_URL}/preferences/{token(contact)}/"


def stop_address(contact: Contact) -> str:
    """Where a mail program, or a person, ends everything with one click (RFC 8058)."""
    return f"{settings.BASE_URL}/u/{token(contact)}/"


def key() -> str:
    """The secret that links in mails are signed with."""
    return secrets.secret(settings.DATA, "link_key")


def _token(secret: str, number: int) -> str:
    body = number.to_bytes(8)
    tag = _keyed(secret, b"preferences" + body)[:_TAG]
    return base64.urlsafe_b64encode(tag + _masked(secret, tag, body)).decode()


def _masked(secret: str, tag: bytes, body: bytes) -> bytes:
    mask = _keyed(secret, b"mask" + tag)
    return bytes(one ^ other for one, other in zip(body, mask, strict=False))


def _keyed(secret: str, text: bytes) -> bytes:
    return hmac.new(secret.encode(), text, hashlib.sha256).digest()


def _old_keys() -> Iterator[str]:
    path = Path(settings.DATA) / "secrets" / "link_key.old"
    if path.is_file():
        yield from path.read_text().split()
