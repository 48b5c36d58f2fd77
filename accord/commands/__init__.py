"""The commands of `accord`: one module each.

HELP: one sentence. NEEDS_DATABASE: whether the database runs, and is ready, while it runs.
arguments(parser) declares its options; run(options) does it and answers the exit code.
"""

from __future__ import annotations

import argparse
import importlib
import pkgutil
from typing import Protocol, cast


class Command(Protocol):
    HELP: str
    NEEDS_DATABASE: bool

    def arguments(self, parser: argparse.ArgumentParser) -> None: ...

    def run(self, options: argparse.Namespace) -> int: ...


def names() -> dict[str, str]:
    """The name of every command of ours, and the module that holds it."""
    found = (module.name for module in pkgutil.iter_modules(__path__))
    return {name.rstrip("_").replace("_", "-"): name for name in sorted(found)}


def load(name: str) -> Command:
    return cast(Command, importlib.import_module(f"{__name__}.{names()[name]}"))


def parser(name: str, command: Command) -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog=f"accord {name}", description=command.HELP)
    command.arguments(made)
    return made
