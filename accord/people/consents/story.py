"""A contact's ledger, pauses and restrictions as the facts that the gate reasons about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Exists, Q, QuerySet

from accord.engine.consent import merging, terms
from accord.engine.consent.terms import Channel, Claim, Facts, Source, Stop, Way
from accord.people.consents import suppressions
from accord.people.models import (
    Affiliation,
    Assessment,
    ConsentRecord,
    Contact,
    Merge,
    MergeItem,
    Pause,
    Purpose,
    Restriction,
    Suppression,
)
from accord.platform.access import preferences

What = ConsentRecord.What
_STOPS = (What.WITHDRAWN, What.OBJECTED)
_AFFILIATIONS = Affiliation._meta.db_table


@dataclass(frozen=True)
class Rows:
    """What is kept of a contact and matters to the gate; the ledger oldest first.

    merged: others were merged into the contact. key_lost: see `suppressions.key_is_lost`.
    """

    country: str
    business: bool
    ledger: tuple[ConsentRecord, ...]
    assessments: tuple[Assessment, ...]
    suppressions: tuple[Suppression, ...]
    pauses: tuple[Pause, ...]
    restrictions: tuple[Restriction, ...]
    merged: bool = False
    key_lost: bool = False


def facts(
    contact: Contact, address: str, channel: Channel, *, known_at: datetime | None = None
) -> Facts:
    """All that is known of a contact and matters to the gate, of one channel and address.

    known_at: leave out rows of the ledger written down later, whenever they say it happened.
    """
    return of_channel(read(contact, {channel: address}, known_at=known_at), channel)


def read(
    contact: Contact, addresses: Mapping[Channel, str], *, known_at: datetime | None = None
) -> Rows:
    """The rows of a contact, and of the list for the address each channel reaches."""
    ledger = ConsentRecord.objects.filter(contact=contact).select_related("by", "text")
    if known_at:
        ledger = ledger.filter(recorded_at__lte=known_at)
    assessments = Assessment.objects.filter(channel__in=list(addresses))
    business, merged, key_lost = _circumstances(contact)
    return Rows(
        country=country(contact),
        business=business,
        merged=merged,
        key_lost=key_lost,
        ledger=tuple(ledger.order_by("pk")),
        assessments=tuple(assessments.order_by("pk")),
        suppressions=tuple(suppressions.of_all(addresses)),
        pauses=tuple(Pause.objects.filter(contact=contact)),
        restrictions=tuple(Restriction.objects.filter(contact=contact)),
    )


def of_channel(rows: Rows, channel: Channel) -> Facts:
    """The facts in these rows that matter to one channel."""
    confirmed = {row.confirms_id: row.at for row in rows.ledger if row.what == What.CONFIRMED}
    claims = [_claim(row, confirmed.get(row.pk)) for row in rows.ledger if row.what not in _STOPS]
    said = [
        Stop(row.pk, Way(row.what), row.at, row.purpose, _channel(row.channel))
        for row in rows.ledger
        if row.what in _STOPS
    ]
    return Facts(
        country=rows.country,
        business=rows.business,
        claims=(
            *(claim for claim in claims if claim),
            *(_interest(row) for row in rows.assessments if row.channel == channel),
        ),
        stops=(*said, *(_suppressed(row) for row in rows.suppressions if row.channel == channel)),
        pauses=tuple(
            terms.Pause(row.pk, row.at, row.until, _channel(row.channel)) for row in rows.pauses
        ),
        restrictions=tuple(
            terms.Restriction(row.pk, row.at, row.lifted_at) for row in rows.restrictions
        ),
    )


def country(contact: Contact) -> str:
    """The country whose law counts: the contact's, else what Settings say of unknown ones."""
    return contact.country or preferences.current().unknown_country


def whole(
    contact: Contact, address: str, channel: Channel, *, known_at: datetime | None = None
) -> Facts:
    """The facts of a contact and of all that were merged into it: the most restrictive wins.

    What was said to one of two before they were merged holds for both; what is said since is
    said by the one they are.
    """
    merges = _merges(contact, known_at)
    now = facts(contact, address, channel, known_at=known_at)
    if not merges:
        return now
    double = set(Purpose.objects.filter(double=True).values_list("pk", flat=True))
    found = facts(contact, address, channel, known_at=merges[0].at)
    found = replace(found, business=_was_at_work(contact, merges))
    for each, following in zip(merges, [*merges[1:], None], strict=True):
        reached = suppressions.normal(_reach(each.gone, channel), channel)
        other = whole(each.gone, reached, channel, known_at=each.at)
        other = replace(other, business=other.business or _brought_work(each))
        found = merging.merge(found, other, double=double, now=each.at)
        later = facts(contact, address, channel, known_at=following.at) if following else now
        earlier = facts(contact, address, channel, known_at=each.at)
        found = replace(
            found,
            claims=found.claims + tuple(c for c in later.claims if c not in earlier.claims),
            stops=found.stops + tuple(s for s in later.stops if s not in earlier.stops),
        )
    return found


def _merges(contact: Contact, known_at: datetime | None) -> list[Merge]:
    found = Merge.objects.filter(kept=contact).select_related("gone").order_by("at", "pk")
    if known_at is None:
        return list(found.filter(undone_at=None))
    stood = Q(undone_at=None) | Q(undone_at__gt=known_at)
    return list(found.filter(stood, at__lte=known_at))


def _reach(contact: Contact, channel: Channel) -> str:
    match channel:
        case Channel.EMAIL:
            return contact.email
        case Channel.SMS | Channel.PHONE:
            return contact.phone
        case _:
            return ""


def _brought_work(merge: Merge) -> bool:
    return merge.items.filter(name=_AFFILIATIONS, before__contact_id=merge.gone_id).exists()


def _was_at_work(contact: Contact, merges: list[Merge]) -> bool:
    """Whether a contact is at a company that no merge brought."""
    brought = MergeItem.objects.filter(merge__in=merges, name=_AFFILIATIONS, returned_at=None)
    brought = brought.exclude(before__contact_id=contact.pk)
    return _work(contact).exclude(pk__in=brought.values("row_id")).exists()


def is_at_work(contact: Contact) -> bool:
    """Whether a contact is reached in their work: at a company that is not deleted."""
    return _work(contact).exists()


def _work(contact: Contact) -> QuerySet[Affiliation]:
    return Affiliation.objects.filter(contact=contact, company__deleted_at=None)


def _circumstances(contact: Contact) -> tuple[bool, bool, bool]:
    """Whether a contact is at work, others were merged into it, and the list's key is lost."""
    merged = Merge.objects.filter(kept=contact, undone_at=None)
    asked = Exists(_work(contact)), Exists(merged), Exists(suppressions.of_lost_keys())
    found = Contact.objects.filter(pk=contact.pk).values_list(*asked).first()
    return found or (False, False, suppressions.key_is_lost())


def _claim(row: ConsentRecord, confirmed_at: datetime | None) -> Claim | None:
    place = (row.pk, row.purpose, Channel(row.channel), row.at)
    match row.what:
        case What.CONSENT:
            return terms.Consent(*place, Source(row.source), confirmed_at)
        case What.SOFT_OPT_IN:
            return terms.SoftOptIn(*place, row.opt_out_offered)
        case What.PURCHASE:
            return terms.Purchase(*place)
        case What.INQUIRY:
            return terms.Inquiry(*place)
        case What.UNKNOWN:
            return terms.Unknown(*place)
        case _:
            return None


def _interest(row: Assessment) -> Claim:
    channel, countries = Channel(row.channel), frozenset(row.countries)
    return terms.Interest(row.pk, row.purpose_id, channel, row.at, row.until, countries)


def _suppressed(row: Suppression) -> Stop:
    return Stop(row.pk, Way(row.way), row.at, "", Channel(row.channel))


def _channel(name: str) -> Channel | None:
    return Channel(name) if name else None
