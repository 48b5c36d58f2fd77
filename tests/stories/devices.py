"""A person said on devices of others, and by keys that stand on no record now, or never did."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta

import orjson
from django.utils import timezone

from accord.channels.intake import taking
from accord.channels.models import Receipt, WriteKey
from accord.people import contacts
from accord.people.models import Contact
from accord.platform.models import FieldChange

NEIGHBOUR = "bo@neighbour.example"
_count = itertools.count(1)


def everywhere(contact: Contact) -> None:
    """Say the contact beside a neighbour, by what they have, what they gave up and what goes with
    either.
    """
    mail, name = former(contact)
    shop, home = f"{name}shop", f"{name}home@home.example"
    contacts.create(values={"first_name": "Bo", "email": NEIGHBOUR}, by=None)
    say("tablet", userId=shop, email=contact.email)
    say("tablet", userId=shop)
    say("tablet", userId=name)
    say("tablet", userId=contact.external_id, email=home)
    say("tablet", email=NEIGHBOUR, minutes=20)
    say("old phone", email=mail)
    say("", userId=name)
    say("", userId=shop)
    say("", userId=mail.title())
    say("tablet", userId=contact.external_id, previousId=name)
    take()


def former(contact: Contact) -> tuple[str, str]:
    """The address and the id a contact had first."""
    found = FieldChange.objects.filter(subject_type="contact", subject_id=contact.pk)
    old = dict(found.order_by("-pk").values_list("field", "old"))
    return str(old["email"]), str(old["external_id"])


def say(
    device: str,
    *,
    userId: str = "",
    previousId: str = "",
    email: str = "",
    minutes: int = 0,
    at: datetime | None = None,
    **traits: object,
) -> None:
    """Something is said of a device by a server, or of nobody's device where there is none;
    an alias where a previous id is named. With an address or traits they say who they are.
    """
    key, _ = WriteKey.objects.get_or_create(
        key="canary-shop", defaults={"name": "Shop", "kind": "server"}
    )
    moment = (at or timezone.now() - timedelta(hours=2)) + timedelta(minutes=minutes)
    said = {
        "type": "identify" if email or traits else "track",
        "event": "Paid",
        "messageId": f"shop {next(_count)}",
        "timestamp": moment.isoformat(),
        "traits": ({"email": email} if email else {}) | traits,
    }
    said |= {"anonymousId": device} if device else {}
    said |= {"userId": userId} if userId else {}
    said |= {"type": "alias", "previousId": previousId} if previousId else {}
    body = orjson.dumps({"batch": [said]})
    values = {"body": body, "events": 1, "agent": "analytics-python/2.3", "address": "192.0.2.0"}
    Receipt.objects.create(received_at=timezone.now(), key=key, kind="batch", **values)


def take() -> None:
    """Take in what was said."""
    while taking.take(timezone.now()):
        pass
