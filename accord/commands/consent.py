"""`accord consent check`: every marketing message had a basis, no proof was touched."""

from __future__ import annotations

import argparse

from accord.channels import evidence

HELP = "Check that every marketing message had its basis, and that no proof was tampered with."
NEEDS_DATABASE = True


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=["check"], help="What to do.")


def run(options: argparse.Namespace) -> int:
    found = evidence.check()
    print(f"Marketing messages that left: {found.messages}. Rows of consent: {found.rows}.")
    print(f"Left for people since erased: {found.erased}.")
    for number in found.unlawful:
        print(f"WRONG  Message {number} left without a basis that held as it left.")
    for number in found.broken:
        print(
            f"WRONG  Row {number} of the ledger is not as it was written, or one before it is gone."
        )
    if found.well:
        print("Every message had its basis, and every row is as it was written.")
    return 0 if found.well else 1
