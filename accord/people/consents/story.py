"""A contact's ledger, pauses and restrictions as the facts that the gate reasons about."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import assert_never

from django.db.models import Max

from accord.engine.consent import ages, terms
from accord.engine.consent.terms import Channel, Claim, Facts, Source, Stop, Way
from accord.people import families
from accord.people.consents import suppressions
from accord.people.models import (
    Affiliation,
    Assessment,
    ConsentRecord,
    Contact,
    Pause,
    Restriction,
    Suppression,
)
from accord.platform.access import preferences

What = ConsentRecord.What
_STOPS = (What.WITHDRAWN, What.OBJECTED)


@dataclass(frozen=True)
class Rows:
    """What is kept of a contact and matters to the gate; the ledger oldest first.

    unknown_since: when a list brought them whose origin nobody knows.
    reached: where each channel reaches the contact.
    """

    country: str
    business: bool
    ledger: tuple[ConsentRecord, ...]
    assessments: tuple[Assessment, ...]
    suppressions: tuple[Suppression, ...]
    pauses: tuple[Pause, ...]
    restrictions: tuple[Restriction, ...]
    born_on: date | None = None
    unknown_since: datetime | None = None
    reached: Mapping[Channel, str] = field(default_factory=dict)


def of_channel(rows: Rows, channel: Channel) -> Facts:
    """The facts in these rows that matter to one channel; their ledger as `counted` gives it."""
    confirmed = {row.confirms_id: row.at for row in rows.ledger if row.what == What.CONFIRMED}
    listed = [row for row in rows.suppressions if row.channel == channel]
    claims = [
        _claim(row, confirmed.get(row.pk))
        for row in rows.ledger
        if row.what not in _STOPS and not _is_for_another(row, listed)
    ]
    said = [
        Stop(row.pk, Way(row.what), row.at, row.purpose, _channel(row.channel))
        for row in rows.ledger
        if row.what in _STOPS
    ]
    return Facts(
        country=rows.country,
        business=rows.business,
        born_on=rows.born_on,
        children=preferences.current().may_reach_children,
        unknown_since=rows.unknown_since,
        address=suppressions.normal(rows.reached.get(channel, ""), channel),
        claims=(
            *(claim for claim in claims if claim),
            *(_interest(row) for row in rows.assessments if row.channel == channel),
        ),
        stops=(*said, *(_suppressed(row) for row in listed)),
        pauses=tuple(
            terms.Pause(row.pk, row.at, row.until, _channel(row.channel)) for row in rows.pauses
        ),
        restrictions=tuple(
            terms.Restriction(row.pk, row.at, row.lifted_at) for row in rows.restrictions
        ),
    )


def counted(
    ledger: Collection[ConsentRecord], read_at: datetime | None = None
) -> tuple[ConsentRecord, ...]:
    """The rows without those that were taken back, as far as that is written down at `read_at`."""
    taken_back = {
        row.confirms_id
        for row in ledger
        if row.what == What.RETRACTED and (read_at is None or row.recorded_at <= read_at)
    }
    return tuple(row for row in ledger if row.pk not in taken_back)


def address_of(contact: Contact, channel: Channel) -> str:
    """Where a channel reaches a contact, normalised; "" where it does not."""
    match channel:
        case Channel.EMAIL:
            value = contact.email
        case Channel.SMS | Channel.PHONE:
            value = contact.phone
        case Channel.POST:
            value = ""
        case _:
            assert_never(channel)
    return suppressions.normal(value, channel) if value else ""


def country(contact: Contact) -> str:
    """The country whose law counts: the contact's, else what Settings say of unknown ones."""
    return contact.country or preferences.current().unknown_country


def is_child(contact: Contact, at: datetime) -> bool:
    """Whether the record says that they were too young at this instant to agree themselves."""
    return ages.is_child(born_on(contact), at, country(contact))


def born_on(contact: Contact) -> date | None:
    """The date of birth that counts: the latest known of a contact and who was merged into it."""
    family = Contact.objects.filter(pk__in=families.of([contact.pk]))
    found: date | None = family.aggregate(latest=Max("born_on"))["latest"]
    return found


def is_at_work(contact: Contact) -> bool:
    """Whether a contact is reached in their work: at a company that is not deleted."""
    return Affiliation.objects.filter(contact=contact, company__deleted_at=None).exists()


def _is_for_another(row: ConsentRecord, listed: Collection[Suppression]) -> bool:
    """Whether it was given for another address after this one was suppressed: it opens only that.

    listed: what is on the list for the address that is written to.
    """
    after = {each.digest for each in listed if each.channel == row.channel and each.at < row.at}
    return bool(after) and suppressions.digest(row.address, Channel(row.channel)) not in after


def _claim(row: ConsentRecord, confirmed_at: datetime | None) -> Claim | None:
    place = (row.pk, row.purpose, Channel(row.channel), row.at)
    match row.what:
        case What.CONSENT:
            return terms.Consent(*place, Source(row.source), confirmed_at)
        case What.PARENT:
            return terms.Parent(*place)
        case What.SOFT_OPT_IN:
            return terms.SoftOptIn(*place, row.opt_out_offered)
        case What.PURCHASE:
            return terms.Purchase(*place)
        case What.INQUIRY:
            return terms.Inquiry(*place)
        case What.PUBLISHED:
            return terms.Published(*place, row.address, bool(row.note))
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
