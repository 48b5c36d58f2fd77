"""The ledger of consent: how a row is written and sealed, and whether the seals still hold."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime

from django.utils import timezone

from accord.engine.errors import Refused
from accord.people.models import ConsentRecord, Contact
from accord.platform.models import User

_PERSONAL = ("address", "page", "referrer", "ip", "agent", "note")
_LONGEST = {"page": 500, "referrer": 500, "ip": 45, "agent": 300, "note": 500}
_LASTING = ("contact_id", "what", "purpose", "channel", "source", "text_id", "opt_out_offered")


class NotPublished(Refused):
    """Say where they published the address, and why such messages matter to their work."""


class NoSuchAddress(Refused):
    """This record has no such address or number. Write down the one they published first."""


@dataclass(frozen=True)
class Proof:
    """How it was said, as far as known: where, from where, and what was heard."""

    page: str = ""
    referrer: str = ""
    ip: str = ""
    agent: str = ""
    note: str = ""


def add(record: ConsentRecord, proof: Proof) -> ConsentRecord:
    """Seal a row and add it to its contact's chain, in the caller's transaction.

    Rows of one contact are added one after the other: the contact's row is locked until then.
    Raises what `seal` raises.
    """
    Contact.objects.select_for_update(no_key=True).get(pk=record.contact_id)
    before = ConsentRecord.objects.filter(contact=record.contact_id).order_by("-pk").first()
    record.recorded_at = timezone.now()
    seal(record, proof, before.digest if before else "")
    record.save(force_insert=True)
    return record


def retraction(record: ConsentRecord, at: datetime, by: User | None) -> ConsentRecord:
    """The row that takes a permission back at `at`, not sealed yet."""
    return ConsentRecord(
        contact_id=record.contact_id,
        what=ConsentRecord.What.RETRACTED,
        purpose=record.purpose,
        channel=record.channel,
        at=at,
        source=record.source,
        by=by,
        confirms=record,
        address=record.address,
    )


def seal(record: ConsentRecord, proof: Proof, previous: str) -> None:
    """Put the proof on a row and seal it. previous: the digest of the contact's row before.

    That somebody published an address needs the address and the note. Raises NoSuchAddress or
    NotPublished.
    """
    for name, value in asdict(proof).items():
        setattr(record, name, " ".join(value.split())[: _LONGEST[name]])
    if record.what == ConsentRecord.What.PUBLISHED and not record.address:
        raise NoSuchAddress
    if record.what == ConsentRecord.What.PUBLISHED and not record.note:
        raise NotPublished
    record.salt = secrets.token_hex(16)
    record.seal = _seal(record)
    record.digest = _digest(record, previous)


def broken(contact_id: int) -> Iterator[int]:
    """The ids of a contact's rows that are not as they were written, oldest first.

    Rows whose personal values were erased keep their place: their seal is taken as it is.
    """
    previous = ""
    for record in ConsentRecord.objects.filter(contact=contact_id).order_by("pk"):
        sealed = not record.salt or record.seal == _seal(record)
        if not sealed or record.digest != _digest(record, previous):
            yield record.pk
        previous = record.digest


def _seal(record: ConsentRecord) -> str:
    return _sum([record.salt, *(getattr(record, name) for name in _PERSONAL)])


def _digest(record: ConsentRecord, previous: str) -> str:
    moments = [record.at.timestamp(), record.recorded_at.timestamp()]
    lasting = [getattr(record, name) for name in _LASTING]
    listed = [] if record.import_id is None else [record.import_id]
    return _sum([previous, record.seal, *moments, *lasting, record.confirms_id, *listed])


def _sum(parts: list[object]) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
