"""Fingerprints: whether two messages say the same, whatever a client adds when it sends again."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from hashlib import blake2b

import orjson

SIZE = 16  # bytes
OF_THE_SENDING = frozenset(("sentAt", "writeKey", "receivedAt", "_metadata"))


class Meeting(Enum):
    """How a message meets one that was sent under the same id."""

    REPEAT = "repeat"
    CONFLICT = "conflict"


def of(said: Mapping[str, object]) -> bytes:
    """16 bytes of what a message says; the order of names does not count, nor when it was sent."""
    body = {name: value for name, value in said.items() if name not in OF_THE_SENDING}
    return blake2b(orjson.dumps(body, option=orjson.OPT_SORT_KEYS), digest_size=SIZE).digest()


def of_id(sender: int, message_id: str) -> bytes:
    """16 bytes of a message's id; each sender (write key) has ids of its own."""
    return blake2b(f"{sender}\0{message_id}".encode(), digest_size=SIZE).digest()


def meeting(first: bytes, second: bytes) -> Meeting:
    """What two messages of one id are to each other, by their fingerprints."""
    return Meeting.REPEAT if first == second else Meeting.CONFLICT
