"""`accord restore FILE`: a backup in place of what is here."""

from __future__ import annotations

import argparse
from pathlib import Path

from accord.platform.running import startup
from accord.platform.safekeeping import backups

HELP = "Put a backup in place of what is here. The restored Accord sends nothing until released."
NEEDS_DATABASE = False  # what is there may be of another version


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="A file that `accord backup` made.")


def run(options: argparse.Namespace) -> int:
    with startup.database():
        done = backups.restore(options.file.resolve())
    print(f"Restored. What was here before is in {done.before}." if done.before else "Restored.")
    for warning in done.warnings:
        print(f"Take heed: {warning}")
    print("This Accord sends nothing until you say that it may: accord release")
    return 0
