"""Proof of work: a browser that filled a form in has a moment to spare, a flood has not.

A number n solves a ticket where SHA-256 of "ticket:n" begins with so many zero bits.
"""

from __future__ import annotations

import hashlib

BITS = 15  # about 33,000 hashes: a tenth of a second in a browser, on average
LONGEST = 20  # digits of a number


def solves(ticket: str, number: str, *, bits: int = BITS) -> bool:
    """Whether the number is proof of work for the ticket."""
    if not (0 < len(number) <= LONGEST and number.isascii() and number.isdecimal()):
        return False
    return _zero_bits(ticket, number) >= bits


def solve(ticket: str, *, bits: int = BITS) -> str:
    """The least number that solves the ticket. Takes 2 ** bits hashes on average."""
    number = 0
    while _zero_bits(ticket, str(number)) < bits:
        number += 1
    return str(number)


def _zero_bits(ticket: str, number: str) -> int:
    digest = hashlib.sha256(f"{ticket}:{number}".encode()).digest()
    return 256 - int.from_bytes(digest, "big").bit_length()
