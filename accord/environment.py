"""What the environment may set: one typed reader, one list, a default for everything."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

T = TypeVar("T")


@dataclass(frozen=True)
class Setting:
    name: str
    default: str
    help: str


SETTINGS: dict[str, Setting] = {}
_INNER = {"ACCORD_SUPERVISOR", "ACCORD_TEST_CLUSTER", "ACCORD_REAL_DATA", "ACCORD_FAILPOINT"}


def known() -> set[str]:
    """Every name that means something in the environment."""
    return set(SETTINGS) | _INNER


class BadSetting(ValueError):
    """A setting in the environment cannot be read. The message says which and what to write."""


def _read(
    name: str, default: str, help_: str, parse: Callable[[str], T], shape: str, secret: bool = False
) -> T:
    SETTINGS[name] = Setting(name, default, help_)
    text = os.environ.get(name, "").strip() or default
    try:
        return parse(text)
    except ValueError:
        said = "not what it should be" if secret else repr(text)
        raise BadSetting(f"{name} is {said}; write {shape} or leave it unset.") from None


def is_given(name: str) -> bool:
    """Whether somebody said it, be it to keep the default (empty)."""
    return name in os.environ


def text(name: str, default: str, help_: str) -> str:
    return _read(name, default, help_, str, "text")


def number(name: str, default: int, help_: str, *, least: int = 0, most: int = 1_000_000) -> int:
    def parse(value: str) -> int:
        if not least <= (found := int(value)) <= most:
            raise ValueError
        return found

    return _read(name, str(default), help_, parse, f"a whole number from {least} to {most}")


def port(name: str, default: int, help_: str, *, shown_default: str = "") -> int:
    """A port to listen on. shown_default: what the docs say where it follows another setting."""
    found = number(name, default, help_, least=1, most=65_535)
    SETTINGS[name] = Setting(name, shown_default or str(default), help_)
    return found


def choice(name: str, default: str, help_: str, options: Sequence[str]) -> str:
    """One of a few words, in capitals."""

    def parse(value: str) -> str:
        if value.upper() not in options:
            raise ValueError
        return value.upper()

    return _read(name, default, help_, parse, f"one of {', '.join(options)}")


def zone(name: str, default: str, help_: str) -> str:
    """The name of a time zone."""

    def parse(value: str) -> str:
        try:
            return ZoneInfo(value).key
        except (KeyError, OSError):
            raise ValueError from None

    return _read(name, default, help_, parse, "a time zone like Europe/Berlin")


def address(name: str, default: str, help_: str, *, shown_default: str) -> str:
    """Where people find Accord: http or https, a host, perhaps a port, and nothing behind it."""

    def parse(value: str) -> str:
        parts = urlsplit(value.rstrip("/"))
        known = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
        if not known or parts.path or parts.query or parts.username:
            raise ValueError
        return value.rstrip("/")

    value = _read(name, default, help_, parse, "an address like https://accord.company.com")
    SETTINGS[name] = Setting(name, shown_default, help_)
    return value


def server(name: str, help_: str) -> str:
    """The address of a PostgreSQL server, or nothing."""

    def parse(value: str) -> str:
        if value and urlsplit(value).scheme not in ("postgresql", "postgres"):
            raise ValueError
        return value

    return _read(name, "", help_, parse, "postgresql://user:password@host/name", secret=True)


def folder(name: str, default: str, help_: str, *, shown_default: str = "") -> Path:
    """A folder. shown_default: what the docs say where it follows another setting."""
    found = _read(name, default, help_, lambda value: Path(value).expanduser().resolve(), "a path")
    SETTINGS[name] = Setting(name, shown_default or default, help_)
    return found


def names(name: str, default: str, help_: str) -> list[str]:
    def parse(value: str) -> list[str]:
        return [part.strip() for part in value.split(",") if part.strip()]

    return _read(name, default, help_, parse, "names parted by commas")


def flag(name: str, default: bool, help_: str) -> bool:
    words = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}

    def parse(value: str) -> bool:
        if value.lower() not in words:
            raise ValueError
        return words[value.lower()]

    return _read(name, "1" if default else "0", help_, parse, "1 or 0")
