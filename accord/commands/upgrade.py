"""`accord upgrade`: carry the data over to this version of Accord and of PostgreSQL."""

from __future__ import annotations

import argparse

from accord.platform import upgrades
from accord.platform.running import startup

HELP = "Carry the data over to this version of Accord and of PostgreSQL, after a backup."
NEEDS_DATABASE = False


def arguments(parser: argparse.ArgumentParser) -> None:
    pass


def run(options: argparse.Namespace) -> int:
    if aside := upgrades.carry_over():
        print(f"PostgreSQL was upgraded. The old database stays in {aside}; delete it when")
        print("you have seen that all is well.")
    with startup.database():
        upgrades.prepare()
    print("The data fits this version of Accord.")
    return 0
