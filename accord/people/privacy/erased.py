"""The list of erased people outside the database: what a restored backup brings back goes again.

A file in `secrets/`, one line an erasure: instant, number of the record, keyed digests of the
record and of its addresses. It names nobody, and only ever grows.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

from accord.engine.consent.terms import Channel
from accord.people.consents import suppressions
from accord.people.models import Address, Contact, Erasure

FILE = "erasures.jsonl"


@dataclass(frozen=True)
class Line:
    """One erasure. at: ISO 8601. mark: digest of the record; digests: of its addresses."""

    at: str
    contact: int
    mark: str
    digests: tuple[str, ...]

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.at)


def note(line: Line) -> None:
    """Put an erasure on the list, on disk when this returns. Twice is once."""
    if line in set(lines()):
        return
    path = _path()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a") as out:
        out.write("\n" * _is_cut(path) + json.dumps(asdict(line)) + "\n")
        out.flush()
        os.fsync(out.fileno())


def lines() -> Iterator[Line]:
    """The list, eldest first; a line a crash cut short is none."""
    path = _path()
    if not path.exists():
        return
    for text in path.read_text().splitlines():
        try:
            said = json.loads(text)
            yield Line(said["at"], said["contact"], said["mark"], tuple(said["digests"]))
        except (ValueError, KeyError, TypeError):
            continue


def lacking() -> int:
    """How many erasures the database knows of are not on the list."""
    listed = {line.mark for line in lines()}
    return Erasure.objects.exclude(mark__in=listed).count()


def mark(contact: Contact) -> str:
    """The digest a record is known by, whatever its values: its number and when it was made."""
    return suppressions.keyed(f"contact:{contact.pk}:{contact.recorded_at.timestamp()}")


def digests(contact: Contact) -> list[str]:
    """The digests of every address and number of a contact."""
    rows = Address.objects.filter(contact=contact).values_list("kind", "value")
    values = {*rows, ("email", contact.email), ("phone", contact.phone)}
    return sorted({digest(kind, value) for kind, value in values if value})


def digest(kind: str, value: str) -> str:
    """The digest of one address, whose kind is that of Address.Kind."""
    return suppressions.digest(value, Channel.EMAIL if kind == "email" else Channel.PHONE)


def back() -> list[Contact]:
    """Contacts in the database whose very record was erased: a backup brought them back.

    Never those who only share an address or number with somebody erased.
    """
    marks = {line.mark for line in lines()}
    numbers = {line.contact for line in lines()}
    found = Contact.objects.filter(pk__in=numbers, erased_at=None).order_by("pk")
    return [contact for contact in found if mark(contact) in marks]


def doubtful() -> list[Contact]:
    """Contacts with an e-mail address of somebody erased of whom the database has no record.

    They may be the same person under an earlier record, or somebody who shares the address:
    people decide. Whoever was made after the erasure came back by themselves.
    """
    moments = {each: line.moment for line in _unknown() for each in line.digests}
    found = {
        address.contact_id: address.contact
        for address in (_emails() if moments else ())
        if (at := moments.get(digest(address.kind, address.value)))
        and address.contact.recorded_at < at
    }
    return [found[pk] for pk in sorted(found)]


def _unknown() -> list[Line]:
    """The lines whose record the database has not, neither as it was nor erased."""
    known = list(lines())
    there = {mark(each) for each in Contact.objects.filter(pk__in={line.contact for line in known})}
    there |= set(Erasure.objects.values_list("mark", flat=True))
    return [line for line in known if line.mark not in there]


def _emails() -> Iterator[Address]:
    rows = Address.objects.filter(kind=Address.Kind.EMAIL, contact__erased_at=None)
    yield from rows.select_related("contact").order_by("pk").iterator(2_000)


def _is_cut(path: Path) -> bool:
    text = path.read_bytes() if path.exists() else b""
    return bool(text) and not text.endswith(b"\n")


def _path() -> Path:
    return Path(settings.DATA, "secrets", FILE)
