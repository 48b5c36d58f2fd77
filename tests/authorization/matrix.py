"""Reads matrix.txt: one row a route and method, one verdict a role."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve

from accord.web.lists import converters
from tests.authorization.records import RECORDS

FILE = Path(__file__).with_name("matrix.txt")
ROLES = ("owner", "admin", "manager", "marketer", "seller", "analyst", "read_only")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
OPEN = "everybody"
WHOSE = ("own", "team", "other")
VERDICTS = {
    "all": ("own", "team", "other"),
    "team": ("own", "team"),
    "own": ("own",),
    "no": (),
    "yes": WHOSE,
}
FEW = ("yes", "no")
_PLURALS = {
    "<plural:plural>": converters.Plural.regex.split("|"),
    "<listed:plural>": converters.Listed.regex.split("|"),
}


@dataclass(frozen=True)
class Row:
    """One line of the file. `verdicts` is empty for routes open to everybody."""

    line: int
    method: str
    address: str
    verdicts: tuple[str, ...]
    body: str

    @property
    def noun(self) -> str:
        """The kind of record whose owner matters, or nothing."""
        found = [name for name in re.findall(r"{(\w+)", self.address) if name in RECORDS]
        return found[0] if found else ""

    @property
    def route(self) -> str | None:
        """The urlconf's own way of writing this address ("" is /), None where none answers."""
        try:
            found = resolve(re.sub(r"{.+?}", "1", self.address.partition("?")[0]))
        except Resolver404:
            return None
        return _named(found.route, found.kwargs.get("plural", ""))

    def lets_in(self, role: str, whose: str) -> bool:
        return whose in VERDICTS[self.verdicts[ROLES.index(role)]]

    def __str__(self) -> str:
        return f"{self.method} {self.address}"


def read(text: str | None = None) -> list[Row]:
    """Every row. Raises ValueError with the line's number and what to repair."""
    rows, section = [], ""
    for number, line in enumerate((text or FILE.read_text()).splitlines(), 1):
        words = line.partition(" #")[0].split() if not line.startswith("#") else []
        if not words:
            continue
        if words[0].startswith("["):
            section = words[0].strip("[]")
            continue
        try:
            rows.append(_row(number, words, is_open=section == OPEN))
        except ValueError as error:
            raise ValueError(f"{FILE.name}:{number}: {error}\n    {line.strip()}") from None
    return rows


def _row(number: int, words: list[str], is_open: bool) -> Row:
    if words[0] not in METHODS:
        raise ValueError(f"begin with a method ({', '.join(METHODS)}), then the address")
    if is_open:
        return Row(number, words[0], words[1], (), " ".join(words[2:]))
    method, address, *rest = words
    verdicts = tuple(rest[: len(ROLES)])
    row = Row(number, method, address, verdicts, " ".join(rest[len(ROLES) :]))
    if len(verdicts) < len(ROLES):
        raise ValueError(f"give one verdict for each of {' '.join(ROLES)}")
    known = [word for word in VERDICTS if word != "yes"] if row.noun else list(FEW)
    if wrong := [word for word in verdicts if word not in known]:
        raise ValueError(f"{wrong[0]!r} is no verdict here: write one of {', '.join(known)}")
    return row


def routes() -> set[str]:
    """Every route of the urlconf, as `resolve()` names it; one for each noun that has a list."""
    found = set(_leaves(get_resolver().url_patterns, ""))
    return {
        _named(route, plural)
        for route in found
        for plural in next((names for part, names in _PLURALS.items() if part in route), [""])
    }


def _named(route: str, plural: str) -> str:
    for part in _PLURALS:
        route = route.replace(part, plural)
    return route


def _leaves(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[str]:
    for pattern in patterns:
        here = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _leaves(pattern.url_patterns, here)
        else:
            yield here


def sample(route: str) -> str:
    """How a row for this route begins."""
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route)
