"""Devices of a contact: which visitors it is taken for, why, and a person who says it is not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max, Q, TextChoices
from django.utils import timezone

from accord.engine.identity import Keys
from accord.people import records
from accord.people.identity import evidence, following
from accord.people.models import BannerAnswer, Contact, Evidence, Visitor
from accord.platform.models import User
from accord.platform.trail import audit

MOST = 5


class Teller(TextChoices):
    """Who said whose a device is."""

    SERVER = "server", "A server"
    FORM = "form", "A form"
    PAGE = "page", "A page"


@dataclass(frozen=True)
class Device:
    """A visitor taken for a contact: what was said, by whom, when last.

    is_rejected: a person said that it is not them.
    agreed_at: when they last agreed on this device to be recognised.
    """

    visitor: Visitor
    said: tuple[str, ...]
    by: Teller
    at: datetime
    is_rejected: bool = False
    agreed_at: datetime | None = None


def of(contact: Contact) -> list[Device]:
    """The visitors that are, or were at some time, this contact, last seen first; then those of
    which a person said that they are not.
    """
    mine = Visitor.objects.filter(spans__contact=contact).distinct().order_by("-last_seen_at")
    visitors = {each.pk: each for each in mine[:MOST]}
    rows = list(
        Evidence.objects.filter(Q(visitor__in=visitors) | _rejected(contact))
        .select_related("visitor")
        .order_by("-last_at")
    )
    keys = _keys(rows)
    said: dict[tuple[bool, int], list[Evidence]] = {}
    for row in rows:
        if _is(row, keys, contact):
            said.setdefault((row.rejected_at is not None, row.visitor_id), []).append(row)
    agreed = _agreed(rows[0].visitor.name for rows in said.values())
    return [
        _device(said[key], agreed, is_rejected=key[0]) for key in sorted(said, key=lambda k: k[0])
    ]


def _rejected(contact: Contact) -> Q:
    emails = contact.addresses.filter(kind="email").values("value")
    named = Q(email__in=emails) & ~Q(email="")
    if contact.external_id:
        named |= Q(user_id=contact.external_id)
    return Q(rejected_at__isnull=False) & named


def _agreed(devices: Iterable[str]) -> dict[str, datetime]:
    rows = BannerAnswer.objects.filter(device__in=list(devices)).exclude(device="")
    return dict(rows.values_list("device").annotate(last=Max("at")))


def _device(rows: list[Evidence], agreed: Mapping[str, datetime], *, is_rejected: bool) -> Device:
    words = tuple(dict.fromkeys(each.email or each.user_id for each in rows))
    visitor = rows[0].visitor
    at = agreed.get(visitor.name)
    return Device(visitor, words, _teller(rows), rows[0].last_at, is_rejected, at)


def _teller(rows: Iterable[Evidence]) -> Teller:
    """Who says so, the most believable of all."""
    said = list(rows)
    if any(each.strength == Evidence.Strength.KNOWN for each in said):
        return Teller.SERVER
    return Teller.FORM if any(each.key_id == evidence.OURS for each in said) else Teller.PAGE


@transaction.atomic
def reject(contact: Contact, visitor: Visitor, *, by: User | None) -> int:
    """Note that a visitor is not this contact, whatever was said or will be in the same words.

    What it did goes to whoever else it is said to be, or to nobody. Answers how many rows of
    evidence are set aside. Raises Forbidden unless `by` may write the contact.
    """
    records.permissions_of(contact, by)
    rows = list(Evidence.objects.filter(visitor=visitor, rejected_at=None))
    keys = _keys(rows)
    ids = [each.pk for each in rows if _is(each, keys, contact)]
    done = Evidence.objects.filter(pk__in=ids).update(rejected_at=timezone.now(), rejected_by=by)
    if done:
        following.settle([visitor.pk])
        audit.record("evidence.rejected", contact, by=by, visitor=visitor.pk, rows=done)
    return int(done)


@transaction.atomic
def accept(contact: Contact, visitor: Visitor, *, by: User | None) -> int:
    """Take a rejection back. Raises Forbidden unless `by` may write the contact."""
    records.permissions_of(contact, by)
    gone = list(Evidence.objects.filter(visitor=visitor).exclude(rejected_at=None))
    keys = _keys(gone)
    ids = [each.pk for each in gone if _is(each, keys, contact)]
    done = Evidence.objects.filter(pk__in=ids).update(rejected_at=None, rejected_by=None)
    if done:
        following.settle([visitor.pk])
        audit.record("evidence.accepted", contact, by=by, visitor=visitor.pk, rows=done)
    return int(done)


def _keys(rows: Iterable[Evidence]) -> Keys:
    said = list(rows)
    return evidence.known_by({each.email for each in said}, {each.user_id for each in said})


def _is(row: Evidence, keys: Keys, contact: Contact) -> bool:
    """Whether a row says this contact: by the address where somebody has it, else by the id."""
    return (keys.emails.get(row.email) or keys.user_ids.get(row.user_id)) == contact.pk
