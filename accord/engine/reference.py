"""Lists that ship with Accord: currencies, countries, industries and free-mail domains.

The files lie in `accord/engine/data`; where they come from is said in LICENCES.md there. Each is
read once, on first use.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency by its ISO 4217 code; `symbol` is the code itself where none is in common use."""

    code: str
    minor_units: int
    symbol: str
    name: str


@dataclass(frozen=True, slots=True)
class Country:
    """A country by its ISO 3166-1 alpha-2 code, with other names people write for it."""

    code: str
    name: str
    aliases: tuple[str, ...]


@cache
def currencies() -> Mapping[str, Currency]:
    """Give the currencies in use, by code."""
    return {
        row["code"]: Currency(
            row["code"], int(row["minor_units"]), row["symbol"] or row["code"], row["name"]
        )
        for row in _rows("currencies.csv")
    }


@cache
def countries() -> Mapping[str, Country]:
    """Give the countries of ISO 3166-1, by alpha-2 code."""
    return {
        row["code"]: Country(row["code"], row["name"], _several(row["aliases"]))
        for row in _rows("countries.csv")
    }


def country(text: str) -> Country | None:
    """Find a country by its code, name or another name people use, whatever the case."""
    return _countries_by_name().get(" ".join(text.split()).casefold())


@cache
def country_names() -> tuple[str, ...]:
    """Give every name and alias `country` knows, without the codes."""
    return tuple(name for each in countries().values() for name in (each.name, *each.aliases))


@cache
def industries() -> tuple[str, ...]:
    """Give the industries a company can be in, in alphabetical order."""
    return tuple(row["name"] for row in _rows("industries.csv"))


@cache
def free_mail_domains() -> frozenset[str]:
    """Give the domains of mail providers anyone can sign up with: they never mean a company."""
    lines = (line.strip() for line in _text("free_mail.txt").splitlines())
    return frozenset(line for line in lines if line and not line.startswith("#"))


@cache
def _countries_by_name() -> Mapping[str, Country]:
    return {
        key.casefold(): each
        for each in countries().values()
        for key in (each.code, each.name, *each.aliases)
    }


def _rows(name: str) -> Iterator[dict[str, str]]:
    return csv.DictReader(_text(name).splitlines())


def _several(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(";") if part)


def _text(name: str) -> str:
    return (resources.files("accord.engine") / "data" / name).read_text(encoding="utf-8")
