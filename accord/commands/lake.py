"""`accord lake`: see, check and rebuild what questions about everybody are asked of."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict

from django.utils import timezone

HELP = "Look at the lake, check it, or write it anew."
NEEDS_DATABASE = True


def arguments(parser: argparse.ArgumentParser) -> None:
    whats = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    rebuild = whats.add_parser("rebuild", help="Write it anew from the database.")
    rebuild.add_argument("--only", action="append", default=[], metavar="TABLE", help="This table.")
    status = whats.add_parser("status", help="What it holds, and what waits to be shipped.")
    status.add_argument("--json", action="store_true", help="Answer in JSON.")
    check = whats.add_parser("check", help="Compare it with the database.")
    check.add_argument("--rows", action="store_true", help="Row by row.")
    whats.add_parser("ship", help="Ship now what waits; a worker does it by itself.")
    whats.add_parser("compact", help="Make many files few; a worker does it at night.")


def run(options: argparse.Namespace) -> int:
    return {
        "rebuild": _rebuild,
        "status": _status,
        "check": _check,
        "ship": _ship,
        "compact": _compact,
    }[options.what](options)


def _rebuild(options: argparse.Namespace) -> int:
    from accord.platform.lake import shipping

    shipping.rebuild(options.only)
    return _status(argparse.Namespace(json=False))


def _status(options: argparse.Namespace) -> int:
    from accord.platform.lake import checking

    held = checking.status()
    if options.json:
        print(json.dumps([asdict(each) for each in held], default=str))
        return 0
    print(f"{'table':<26} {'files':>6} {'rows':>12} {'MB':>9} {'waiting':>8}  shipped")
    for each in held:
        at = timezone.localtime(each.shipped_at) if each.shipped_at else None
        print(
            f"{each.table:<26} {each.files:>6} {each.rows:>12,} {each.bytes / 1e6:>9,.1f} "
            f"{each.waiting:>8,}  {at:%Y-%m-%d %H:%M}" if at else
            f"{each.table:<26} {'not built yet':>20}"
        )  # fmt: skip
    return 0


def _check(options: argparse.Namespace) -> int:
    from accord.platform.lake import checking

    wrong = checking.check(rows=options.rows)
    for each in wrong:
        print(f"WRONG  {each.seen}")
    if wrong:
        only = " ".join(f"--only {name}" for name in sorted({each.table for each in wrong}))
        print(f"Write it anew: accord lake rebuild {only}")
    else:
        print("The lake and the database say the same.")
    return 1 if wrong else 0


def _ship(options: argparse.Namespace) -> int:
    from accord.platform.lake import shipping

    print(f"Tables shipped: {shipping.ship(timezone.now())}.")
    return 0


def _compact(options: argparse.Namespace) -> int:
    from accord.platform.lake import shipping

    print(f"Months made one file: {shipping.compact()}.")
    return 0
