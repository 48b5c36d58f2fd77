"""The `accord` command: finds or starts the database, then runs one command."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from accord import commands
from accord.engine.errors import Refused
from accord.environment import BadSetting
from accord.platform import processes
from accord.platform.running.postgres import PostgresFailed
from accord.platform.running.supervisor import PARENT

_WITHOUT_DATABASE = {"makemigrations", "check", "help", "diffsettings", "version", "--version"}
_WITHOUT_DJANGO = {"up", "collect"}  # up loads it when it must
_ON_ANY_DATA = {"migrate", "showmigrations", "sqlmigrate", "dbshell"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "accord.settings")
    processes.when_told_to_end(_leave)
    if parent := os.environ.pop(PARENT, None):
        processes.die_with_parent(int(parent))
    try:
        sys.exit(_run(sys.argv[1:]))
    except (BadSetting, PostgresFailed, Refused) as refusal:
        print(refusal, file=sys.stderr)
        sys.exit(1)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.exit(0)


def _leave(number: int, _frame: object) -> NoReturn:
    """End as if the command had ended itself: whoever is last stops the embedded database."""
    raise SystemExit(128 + number)


def _run(arguments: Sequence[str]) -> int:
    name, *rest = arguments or ["--help"]
    if name in ("-h", "--help"):
        return _list()
    if name not in commands.names():
        return _django(name, arguments)
    _take_port(name, rest)
    if name not in _WITHOUT_DJANGO:
        import django

        django.setup()
    command = commands.load(name)
    options = commands.parser(name, command).parse_args(rest)
    if not command.NEEDS_DATABASE:
        return command.run(options)
    from accord.platform.running import startup

    with startup.database():
        startup.prepare()
        return command.run(options)


def _take_port(name: str, arguments: Sequence[str]) -> None:
    """The port is a setting too (links follow it), so it is taken before settings are read."""
    if name == "up":  # it and its parts keep to their own, also where another runs
        os.environ.setdefault("ACCORD_PORT", "")
    taking = argparse.ArgumentParser(add_help=False, exit_on_error=False)
    taking.add_argument("--port", type=int)
    with contextlib.suppress(argparse.ArgumentError):
        if port := taking.parse_known_args(arguments)[0].port:
            os.environ["ACCORD_PORT"] = str(port)


def _django(name: str, arguments: Sequence[str]) -> int:
    """Commands that are not ours are Django's: migrate, shell, makemigrations ..."""
    from django.core.management import execute_from_command_line

    line = ["accord", *arguments]
    if name in _WITHOUT_DATABASE or "--help" in arguments:
        execute_from_command_line(line)
        return 0
    import django

    django.setup()
    from accord.platform.running import startup

    with startup.database():
        if name not in _ON_ANY_DATA:
            startup.prepare()
        execute_from_command_line(line)
    return 0


def _list() -> int:
    import django

    django.setup()
    print("Accord: marketing and sales on one record.\n\nCommands (accord COMMAND --help):\n")
    for name in commands.names():
        print(f"  {name:<10} {commands.load(name).HELP}")
    return 0


if __name__ == "__main__":
    main()
