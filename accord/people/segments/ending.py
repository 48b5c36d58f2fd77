"""Implied consent that ends soon, while its people may still be asked for their own."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from accord.engine.consent.gate import PURCHASE_HOLDS
from accord.engine.consent.terms import Basis, Channel
from accord.people import families
from accord.people.consents import consent, purposes
from accord.people.models import ConsentRecord, Contact, Purpose
from accord.people.models.consent import CHANNELS
from accord.people.models.contact import ContactQuerySet
from accord.people.segments import excluding

SPAN = timedelta(days=30)
_IMPLIED = (Basis.PURCHASE, Basis.INQUIRY)
_SIX_MONTHS = (timedelta(days=181), timedelta(days=184))  # as the gate counts them, at least, most
What = ConsentRecord.What


@dataclass(frozen=True)
class Ending:
    """A contact who may be written to for a purpose until then, and no longer as it stands."""

    contact: Contact
    purpose: Purpose
    channel: Channel
    until: datetime

    @property
    def by(self) -> str:
        return dict(CHANNELS)[self.channel]


def soon(now: datetime, *, span: timedelta = SPAN, seen: ContactQuerySet) -> list[Ending]:
    """Whose implied consent ends within the span, of those `seen`; who ends first comes first.

    Left out are those on whom another basis holds afterwards, and who may not be written to now.
    """
    asked: dict[tuple[str, str], set[int]] = defaultdict(set)
    rows = _candidates(now, span).values_list(
        "purpose", "channel", "contact", "contact__merged_into"
    )
    for name, channel, contact, merged in rows:
        asked[name, channel].add((families.root(contact) or contact) if merged else contact)
    known = {each.pk: each for each in purposes.in_use()}
    found: list[Ending] = []
    for (name, channel), ids in sorted(asked.items()):
        if name in known:
            people = list(seen.filter(pk__in=ids).order_by("pk"))
            found += _of(known[name], Channel(channel), people, now, now + span)
    return sorted(found, key=lambda each: (each.until, each.contact.pk, each.purpose.pk))


def _of(
    purpose: Purpose, channel: Channel, people: list[Contact], now: datetime, then: datetime
) -> list[Ending]:
    question = consent.question(purpose.pk, channel)
    today = excluding.decide(people, question, now)
    later = excluding.decide(people, question, then)
    return [
        Ending(each, purpose, channel, said.until)
        for each in people
        if (said := today[each.pk][0]).until
        and said.basis in _IMPLIED
        and said.until <= then
        and not later[each.pk][0]
    ]


def _candidates(now: datetime, span: timedelta) -> QuerySet[ConsentRecord]:
    bought = Q(what=What.PURCHASE, at__gt=now - PURCHASE_HOLDS, at__lte=now + span - PURCHASE_HOLDS)
    least, most = _SIX_MONTHS
    asked = Q(what=What.INQUIRY, at__gt=now - most, at__lte=now + span - least)
    return ConsentRecord.objects.filter(bought | asked)
