"""`accord user`: accounts from the command line."""

from __future__ import annotations

import argparse
import getpass
import json
import sys

from accord.engine.errors import Refused
from accord.platform.access import accounts
from accord.platform.models import User

HELP = "Add, list or switch off accounts."
NEEDS_DATABASE = True


class NoSuchUser(Refused):
    """Nobody has this e-mail address. See them all with: accord user list"""


def arguments(parser: argparse.ArgumentParser) -> None:
    kinds = parser.add_subparsers(dest="what", required=True, metavar="add|list|disable|enable")
    add = kinds.add_parser("add", help="Make an account that can sign in at once.")
    add.add_argument("--email", required=True)
    add.add_argument("--name", default="", help="Default: the part of the address before the @.")
    add.add_argument("--role", action="append", required=True, help="Repeat for several hats.")
    add.add_argument(
        "--password-stdin", action="store_true", help="Read the password from standard input."
    )
    listing = kinds.add_parser("list", help="Show everybody.")
    listing.add_argument("--json", action="store_true")
    for name, text in (("disable", "Switch an account off."), ("enable", "Switch it on again.")):
        kinds.add_parser(name, help=text).add_argument("--email", required=True)


def run(options: argparse.Namespace) -> int:
    return {"add": _add, "list": _list, "disable": _switch, "enable": _switch}[options.what](
        options
    )


def _add(options: argparse.Namespace) -> int:
    if options.password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = getpass.getpass("Password: ")
    name = options.name or options.email.partition("@")[0]
    user = accounts.add(
        email=options.email, name=name, roles=options.role, password=password, by=None
    )
    print(f"{user.email} may sign in as {', '.join(user.roles)}.")
    return 0


def _list(options: argparse.Namespace) -> int:
    users = User.objects.order_by("pk")
    if options.json:
        rows = [
            {"email": user.email, "name": user.name, "roles": user.roles, "active": user.is_active}
            for user in users
        ]
        print(json.dumps(rows, indent=2, ensure_ascii=False))
        return 0
    for user in users:
        state = "" if user.is_active else "  (cannot sign in)"
        print(f"{user.email or '-'}  {user.name}  {', '.join(user.roles) or '-'}{state}")
    return 0


def _switch(options: argparse.Namespace) -> int:
    user = User.objects.filter(email=options.email.strip().lower()).first()
    if user is None:
        raise NoSuchUser
    verb = accounts.disable if options.what == "disable" else accounts.enable
    verb(user, by=None)
    print(f"{user.email} can sign in." if user.is_active else f"{user.email} cannot sign in.")
    return 0
