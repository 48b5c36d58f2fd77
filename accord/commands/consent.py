"""`accord consent`: every marketing message had a basis, no proof was touched; what ends soon."""

from __future__ import annotations

import argparse
from datetime import timedelta

from django.utils import timezone

from accord.channels import evidence
from accord.people.models import Contact
from accord.people.segments import ending

HELP = "Check that every marketing message had its basis and no proof changed; what ends soon."
NEEDS_DATABASE = True


def arguments(parser: argparse.ArgumentParser) -> None:
    kinds = parser.add_subparsers(dest="what", required=True, metavar="check|ending")
    kinds.add_parser("check", help="Check every message and every proof.")
    soon = kinds.add_parser("ending", help="List whose implied consent ends soon.")
    soon.add_argument("--days", type=int, default=30, help="Within how many days (30).")
    soon.add_argument(
        "--most",
        type=int,
        default=ending.MOST,
        help=f"Of more rows of the ledger, as many are asked, what ends first ({ending.MOST:,}).",
    )


def run(options: argparse.Namespace) -> int:
    return _ending(options.days, options.most) if options.what == "ending" else _check()


def _ending(days: int, most: int) -> int:
    span = timedelta(days=max(0, min(days, 1_000)))
    everybody = Contact.objects.alive()
    found = ending.soon(timezone.now(), span=span, seen=everybody, most=max(1, most))
    for each in found.rows:
        day = f"{timezone.localtime(each.until):%Y-%m-%d}"
        print(f"{day}  contact {each.contact.pk}  {each.purpose.pk}, {each.channel}")
    print(f"Implied consent that ends within {span.days} days: {len(found.rows)}.")
    if not found.exact:
        print(f"There is more: only what ends first was asked. More with --most {2 * most}.")
    return 0


def _check() -> int:
    found = evidence.check()
    print(f"Marketing messages that left: {found.messages}. Rows of consent: {found.rows}.")
    print(f"Left for people since erased: {found.erased}. Answers to the banner: {found.answers}.")
    for number in found.unlawful:
        print(f"WRONG  Message {number} left without a basis that held as it left.")
    for number in found.broken:
        print(
            f"WRONG  Row {number} of the ledger is not as it was written, or one before it is gone."
        )
    for number in found.broken_answers:
        print(
            f"WRONG  Answer {number} to the banner is not as it was written, or one before it is"
            " gone."
        )
    for version in found.altered:
        print(
            f"WRONG  Version {version} of the banner is not as it was written, or one before it is"
            " gone."
        )
    if found.well:
        print("Every message had its basis, and every row is as it was written.")
    return 0 if found.well else 1
