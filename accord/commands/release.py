"""`accord release`: this is the instance to work with, so it may send again."""

from __future__ import annotations

import argparse

from accord.channels import outbox
from accord.platform.safekeeping import quarantine

HELP = "Let a restored or copied Accord send again."
NEEDS_DATABASE = True


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--send-held", action="store_true", help="Also send what was held back meanwhile."
    )


def run(options: argparse.Namespace) -> int:
    was_on = quarantine.is_on()
    quarantine.lift(by=None)
    print("Accord sends again." if was_on else "Accord was not held back.")
    held = outbox.states()["held"]
    if options.send_held:
        print(f"Messages sent that were held back: {outbox.release_held(by=None)}")
    elif held:
        print(f"Messages still held back: {held}. Look at them in Settings, System.")
    return 0
