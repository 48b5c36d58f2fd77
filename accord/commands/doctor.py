"""`accord doctor`: what is wrong, and what to do."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict

from accord.platform import doctor
from accord.platform.doctor import Finding
from accord.platform.running import startup
from accord.platform.running.postgres import PostgresFailed

HELP = "Say in plain words what is wrong with this Accord and what to do."
NEEDS_DATABASE = False  # it has something to say where the database does not start


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="For programs.")


def run(options: argparse.Namespace) -> int:
    findings = list(_examine())
    if options.json:
        print(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        for finding in findings:
            print(f"{'well ' if finding.well else 'WRONG'}  {finding.name}: {finding.seen}")
            if finding.advice:
                print(f"       {finding.advice}")
    return 0 if all(finding.well for finding in findings) else 1


def _examine() -> Iterator[Finding]:
    yield from doctor.examine()
    try:
        with startup.database():
            yield from doctor.examine_database()
    except (PostgresFailed, OSError) as failure:
        yield Finding("database", False, str(failure), "Put that right, then run this again.")
