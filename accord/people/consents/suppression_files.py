"""Addresses put on the suppression list by a colleague: one, or a file of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from accord.engine.cleaning import emails, phones
from accord.engine.consent.terms import Channel
from accord.engine.errors import Refused, Unreadable
from accord.people.consents import suppressions
from accord.people.models import Suppression
from accord.platform.access import permissions, preferences
from accord.platform.models import User
from accord.platform.trail import audit

MOST_BYTES = 20_000_000
AT_ONCE = 2_000
MOST_UNREAD = 100  # lines that are named

Way = Suppression.Way
Row = tuple[Channel, str]


class NoAddresses(Refused):
    """No e-mail address or phone number was found. Write one a line, or send a CSV file."""


class TooLarge(Refused):
    """This file has more than 20 MB. Split it and send its parts one after the other."""


@dataclass(frozen=True)
class Put:
    """What became of a list: addresses put on, on it before, and the lines nothing was found in.

    unread: numbers of the lines, counted from 1, the first MOST_UNREAD.
    """

    added: int
    known: int
    unread: tuple[int, ...]


def put(text: str, *, way: str = Way.SUPPRESSED, by: User) -> Put:
    """Put every address and number of a text on the list: one a line, or a CSV with them.

    An e-mail address is suppressed for mail, a number for text messages and calls. The first
    line may be a heading, without "@" and digits. All of it is put on, or nothing. Raises
    Forbidden or NoAddresses.
    """
    permissions.require(by, "suppression.write")
    region = preferences.current().phone_region
    rows: dict[Row, None] = {}
    unread = []
    for number, line in enumerate(text.splitlines(), 1):
        found = list(_found(line, region))
        rows |= dict.fromkeys(found)
        if line.strip() and not found and not (number == 1 and _is_heading(line)):
            unread.append(number)
    if not rows:
        raise NoAddresses
    with transaction.atomic():
        added = _add(list(rows), Way(way))
        audit.record("suppression.added", by=by, added=added, way=str(way))
    every = len({address for _, address in rows})
    return Put(added, every - added, tuple(unread[:MOST_UNREAD]))


def put_file(file: bytes, *, way: str = Way.SUPPRESSED, by: User) -> Put:
    """`put` of a text or CSV file. Raises TooLarge too."""
    if len(file) > MOST_BYTES:
        raise TooLarge
    try:
        text = file.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = file.decode("latin-1")
    return put(text, way=way, by=by)


def _add(rows: list[Row], way: Suppression.Way) -> int:
    """Put rows on the list; answers how many addresses were not on it before, in this way."""
    added: set[str] = set()
    for at in range(0, len(rows), AT_ONCE):
        some = rows[at : at + AT_ONCE]
        made = suppressions.rows(some, way=way, at=timezone.now())
        digests = [each.digest for each in made]
        there = Suppression.objects.filter(digest__in=digests, way=way)
        known = set(there.values_list("channel", "digest"))
        added |= {
            address
            for (_, address), each in zip(some, made, strict=True)
            if (each.channel, each.digest) not in known
        }
        Suppression.objects.bulk_create(made, ignore_conflicts=True)
    return len(added)


def _found(line: str, region: str) -> Iterator[Row]:
    """The addresses of a line; numbers only where it has none, in a cell of their own."""
    cells = [cell.strip().strip("\"'<>") for cell in _cells(line)]
    mails = list(_mails(cells))
    if mails:
        yield from mails
        return
    for cell in cells:
        if cell[:1] in "+0(" and cell:
            try:
                number = phones.read(cell, region=region)
            except Unreadable:
                continue
            yield from (
                (channel, number) for channel in suppressions.CHANNELS_OF[suppressions.Kind.PHONE]
            )


def _is_heading(line: str) -> bool:
    return "@" not in line and not any(each.isdigit() for each in line)


def _mails(cells: Iterable[str]) -> Iterator[Row]:
    for cell in cells:
        if "@" in cell:
            try:
                yield Channel.EMAIL, emails.read(cell)
            except Unreadable:
                continue


def _cells(line: str) -> list[str]:
    for mark in (";", "\t", ","):
        line = line.replace(mark, "\0")
    return line.split("\0")
