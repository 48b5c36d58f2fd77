"""Messages that were taken in before: the same id with the same words is dropped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from accord.channels.intake.arrivals import Arrival
from accord.channels.models import SeenMessage
from accord.engine.capture import fingerprints

KEEP = timedelta(days=7)

NEW = """
INSERT INTO channels_seenmessage (message, fingerprint, seen_at)
SELECT message, fingerprint, %s FROM unnest(%s::bytea[], %s::bytea[]) AS said (message, fingerprint)
ORDER BY message, fingerprint
ON CONFLICT DO NOTHING RETURNING message, fingerprint
"""
OF_ONE_ID = """
SELECT message, count(*) FROM channels_seenmessage WHERE message = ANY(%s::bytea[])
GROUP BY message HAVING count(*) > 1
"""


@dataclass(frozen=True)
class Fresh:
    """is_conflict: another message came under the same id, with other words; both are kept."""

    arrival: Arrival
    is_conflict: bool


def drop(arrived: Sequence[Arrival], now: datetime) -> list[Fresh]:
    """Those that were never taken in, in order; remembers them for seven days.

    A message without an id can be no repeat.
    """
    new = _remember({_digests(each) for each in arrived if each.message.id}, now)
    before = _bodies_before(new)
    fresh: list[Fresh] = []
    for each in arrived:
        digests = _digests(each)
        if not each.message.id:
            fresh.append(Fresh(each, False))
        elif digests in new:
            new.remove(digests)
            fresh.append(Fresh(each, before[digests[0]] > 0))
            before[digests[0]] += 1
    return fresh


def forget(now: datetime) -> int:
    """Forget what was seen more than seven days ago; answers how much."""
    return SeenMessage.objects.filter(seen_at__lt=now - KEEP).delete()[0]


def _digests(each: Arrival) -> tuple[bytes, bytes]:
    said = each.message
    return fingerprints.of_id(each.receipt.key_id, said.id), said.fingerprint


def _remember(digests: Set[tuple[bytes, bytes]], now: datetime) -> set[tuple[bytes, bytes]]:
    with connection.cursor() as cursor:
        cursor.execute(NEW, [now, [one for one, _ in digests], [two for _, two in digests]])
        return {(bytes(one), bytes(two)) for one, two in cursor.fetchall()}


def _bodies_before(new: Set[tuple[bytes, bytes]]) -> Counter[bytes]:
    """How many other bodies of each id there were before these."""
    mine = Counter(message for message, _ in new)
    with connection.cursor() as cursor:
        cursor.execute(OF_ONE_ID, [list(mine)])
        every = {bytes(message): count for message, count in cursor.fetchall()}
    return Counter({message: every.get(message, 1) - count for message, count in mine.items()})
