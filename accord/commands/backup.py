"""`accord backup`: everything in one file."""

from __future__ import annotations

import argparse
from pathlib import Path

from django.conf import settings

from accord.platform.safekeeping import backups

HELP = "Write a backup of the database and the files, also while Accord runs."
NEEDS_DATABASE = True


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--to", type=Path, metavar="FILE", help="Where; default: backups/.")


def run(options: argparse.Namespace) -> int:
    made = backups.make(to=options.to)
    print(f"{made}  {made.stat().st_size / 1e6:.1f} MB")
    print(f"Keep the folder {settings.DATA / 'secrets'} apart: it is not in the backup.")
    return 0
