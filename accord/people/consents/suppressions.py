"""Addresses nothing goes to, as keyed digests: they hold after erasure and after any import."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet

from accord.engine.cleaning import emails
from accord.engine.consent.terms import Channel
from accord.engine.errors import Unreadable
from accord.people.models import Address, Contact, Suppression
from accord.platform.safekeeping import secrets

Kind = Address.Kind
CHANNELS_OF = {Kind.EMAIL: (Channel.EMAIL,), Kind.PHONE: (Channel.SMS, Channel.PHONE)}


def add(address: str, *, channel: Channel, way: str, at: datetime) -> bool:
    """Put an address on the list, in the caller's transaction; False where it was there."""
    _, made = Suppression.objects.get_or_create(
        digest=digest(address, channel),
        channel=channel,
        way=Suppression.Way(way),
        defaults={"key_check": _check(), "at": at},
    )
    return made


def rows(
    addresses: Iterable[tuple[Channel, str]], *, way: Suppression.Way, at: datetime
) -> list[Suppression]:
    """Rows of the list for addresses, not saved yet."""
    return [
        Suppression(
            digest=digest(address, channel), channel=channel, way=way, at=at, key_check=_check()
        )
        for channel, address in addresses
    ]


def of(address: str, channel: Channel) -> QuerySet[Suppression]:
    """What is on the list for an address; nothing for none."""
    if not address:
        return Suppression.objects.none()
    return Suppression.objects.filter(digest=digest(address, channel), channel=channel)


def is_unproven(contact: Contact, channel: Channel) -> bool:
    """Whether a channel reaches a contact by a number on the list, which they may only have typed.

    A mail proves who has an address; nothing that is filled in proves whose a number is.
    """
    if channel not in CHANNELS_OF[Kind.PHONE]:
        return False
    return of(contact.phone, channel).exists()


def reached(contact: Contact) -> set[tuple[str, Channel]]:
    """Every address and number of a contact, with each channel it is reached by."""
    found = {(Kind(each.kind), each.value) for each in contact.addresses.all()}
    found |= {(Kind.EMAIL, contact.email), (Kind.PHONE, contact.phone)}
    return {
        (normal(value, channel), channel)
        for kind, value in found
        if value
        for channel in CHANNELS_OF[kind]
    }


def key_is_lost() -> bool:
    """Whether the list holds digests of another key, which no address can be found by."""
    return of_lost_keys().exists()


def of_lost_keys() -> QuerySet[Suppression]:
    """The rows of the list that are digests of another key."""
    return Suppression.objects.exclude(key_check=_check())


def digest(address: str, channel: Channel) -> str:
    """The digest of a normalised address, under the key in `secrets/`."""
    return keyed(f"{channel}:{normal(address, channel)}")


def normal(address: str, channel: Channel) -> str:
    """The one form an address is compared by."""
    if channel != Channel.EMAIL:
        return "".join(address.split()).lower()
    try:
        return emails.read(address)
    except Unreadable:
        return address.strip().lower()


def keyed(text: str) -> str:
    """A digest nobody can make without the key in `secrets/`."""
    key = secrets.secret(settings.DATA, "suppression_key")
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


def _check() -> str:
    return keyed("which key")[:16]
