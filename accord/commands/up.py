"""`accord up`: everything, with one command.

Django is loaded only where something is left to prepare, so that a second start is quick.
"""

from __future__ import annotations

import argparse
import importlib
import os
from contextlib import nullcontext
from typing import Any

from accord import commands
from accord.platform import addresses
from accord.platform.running import embedded, postgres, readiness, serving, supervisor
from accord.platform.running.readiness import Seen

HELP = "Run Accord: the database, the pages, the collect server and the worker, until Ctrl-C."
NEEDS_DATABASE = False  # it starts it, and hands it over to the supervisor


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, help="Listen on this port (ACCORD_PORT).")
    parser.add_argument(
        "--first-run", action="store_true", help="Fill a new instance with the demo company."
    )


def run(options: argparse.Namespace) -> int:
    chosen: Any = importlib.import_module(os.environ["DJANGO_SETTINGS_MODULE"])
    listening = addresses.listen(chosen.HOST, chosen.PORT)
    collecting = addresses.listen(chosen.HOST, chosen.COLLECT_PORT, setting="ACCORD_COLLECT_PORT")
    own_server = bool(chosen.DATABASE_URL)
    with nullcontext() if own_server else embedded.running(chosen.DATA) as presence:
        url = chosen.DATABASE_URL or postgres.cluster(chosen.DATA).url()
        seen = readiness.look(url, chosen.INSTALLED_APPS)
        link = _link(seen, first_run=options.first_run)
        announced = serving.announce(chosen.DATA, chosen.BASE_URL)
        plan = supervisor.Plan(
            listening=listening.fileno(),
            collecting=collecting.fileno(),
            host=chosen.HOST,
            port=chosen.PORT,
            workers=chosen.WORKERS,
            data="" if presence is None else str(chosen.DATA),
            present=listening.fileno() if presence is None else presence.file,
            announced=listening.fileno() if announced is None else announced,
            greeting=_greeting(chosen.BASE_URL, link),
        )
        supervisor.become(plan)
    return 0


def _link(seen: Seen, *, first_run: bool) -> str | None:
    """Prepare what is left to prepare; the link that makes the first owner, if there is none."""
    if seen.migrated and seen.owned and seen.offered_demo:
        return None
    import django

    django.setup()
    from django.db import connection

    from accord.people.models import Contact
    from accord.platform import upgrades
    from accord.platform.access import accounts
    from accord.platform.running import startup

    upgrades.prepare()
    if startup.is_first_run() and first_run and not Contact.objects.exists():
        _fill()
    link = accounts.setup_link()
    connection.close()
    return link


def _fill() -> None:
    """The demo company, into an instance that has nothing in it yet."""
    print("Making the demo company (make up DEMO=0 goes without) ...", flush=True)
    demo = commands.load("demo")
    demo.run(commands.parser("demo", demo).parse_args([]))


def _greeting(base_url: str, link: str | None) -> str:
    said = f"\nAccord runs at {base_url}\n"
    if link:
        said += f"Make the first account here (this link works once):\n\n    {link}\n\n"
    return said + "Press Ctrl-C to stop.\n"
