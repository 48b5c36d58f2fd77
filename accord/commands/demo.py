"""Load a believable demo company, or take it away again."""

from __future__ import annotations

import argparse
import time

from accord.engine.simulator import Size

HELP = "Load a believable demo company; --remove takes all of it away."
NEEDS_DATABASE = True


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seed", type=int, default=9, help="another seed, another company")
    parser.add_argument("--size", choices=[size.value for size in Size], default=Size.SMALL.value)
    parser.add_argument("--remove", action="store_true", help="take the demo company away")


def run(options: argparse.Namespace) -> int:
    from django.utils import timezone

    from accord.demo import loading, removing, truths

    if options.remove:
        removing.remove()
        print("The demo company is gone.")
        return 0
    started = time.monotonic()
    world = loading.load(options.seed, Size(options.size), now=timezone.now())
    path = truths.write(world)
    print(
        f"{world.name} is here: {len(world.contacts):,} contacts, {len(world.deals):,} deals, "
        f"{len(world.events):,} events ({time.monotonic() - started:.1f} s)."
    )
    print(f"What its channels really caused, for you alone: {path}")
    return 0
