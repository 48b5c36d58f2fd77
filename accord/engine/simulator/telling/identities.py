"""Names, addresses and numbers of those we know; chosen last, so that they change nothing else."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from accord.engine.simulator import streams
from accord.engine.simulator.process.market import Firm, Market, Prospect
from accord.engine.simulator.words import firms, persons

_LATIN = str.maketrans(
    {"ß": "ss", "ø": "o", "æ": "ae", "ł": "l", "ı": "i", "đ": "d", "å": "a", "þ": "th"}
)
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


@dataclass(frozen=True, slots=True)
class FirmName:
    """How a company is called: whole, without its form, and on the net."""

    name: str
    short: str
    domain: str
    city: str


@dataclass(frozen=True, slots=True)
class PersonName:
    """How a person is called and reached."""

    first: str
    last: str
    email: str
    phone: str
    country: str
    language: str
    city: str


def firm_names(seed: int, market: Market, known: Iterable[int]) -> dict[int, FirmName]:
    """Names of these companies (indexes), no two names or domains alike."""
    taken: set[str] = set()
    return {index: _firm_name(seed, market.firms[index], taken) for index in sorted(known)}


def person_names(
    seed: int, market: Market, known: Iterable[int], companies: dict[int, FirmName]
) -> dict[int, PersonName]:
    """Names of these people (indexes), no two e-mail addresses alike."""
    taken: set[str] = set()
    found = {}
    for index in sorted(known):
        person = market.people[index]
        firm = None if person.firm is None else market.firms[person.firm]
        found[index] = _person_name(seed, person, firm, companies, taken)
    return found


def plain(text: str) -> str:
    """Letters without marks, lower case, for addresses: Jörg Müßig is joerg muessig."""
    text = unicodedata.normalize("NFC", text).lower().translate(_GERMAN).translate(_LATIN)
    return "".join(c for c in unicodedata.normalize("NFKD", text) if c.isascii() and c.isalnum())


def _firm_name(seed: int, firm: Firm, taken: set[str]) -> FirmName:
    dice = streams.stream(seed, "firm name", firm.index)
    country = persons.COUNTRIES[firm.country]
    words = dict(firms.TRADES[firm.trade].names)
    word = words.get(country.language, words["en"])
    form = dice.choice(firms.FORMS[country.code])
    city = dice.choice(country.cities)
    while True:
        first, second = dice.sample(firms.STEMS, 2)
        stem = f"{first} & {second}" if dice.random() < 0.2 else first
        stem = f"{stem} {city}" if len(taken) > 400 and dice.random() < 0.5 else stem
        short = f"{stem} {word}" if dice.random() < 0.7 else f"{word} {stem}"
        domain = "-".join(filter(None, map(plain, short.split()))) + ".example"
        if domain not in taken:
            taken.add(domain)
            return FirmName(f"{short} {form}", short, domain, city)


def _person_name(
    seed: int,
    person: Prospect,
    firm: Firm | None,
    companies: dict[int, FirmName],
    taken: set[str],
) -> PersonName:
    dice = streams.stream(seed, "person name", person.index)
    place = dice.randrange(len(persons.COUNTRIES))
    # One in twelve works in a country other than the one the name is from.
    abroad = dice.random() < 0.08
    country = persons.COUNTRIES[place if firm is None else firm.country]
    origin = persons.COUNTRIES[place] if abroad else country
    first, last = dice.choice(origin.first), dice.choice(origin.last)
    native = [each.split("=")[0] for each in (first, last)]
    latin = [plain(each.split("=")[-1]) for each in (first, last)]
    domain = dice.choice(persons.FREE_MAIL) if firm is None else companies[firm.index].domain
    email = _free_address(dice.choice((".", ".", ".", "-", "")).join(latin), domain, taken)
    prefix, digits = dice.choice(country.phones or (("", 0),))
    number = str(dice.randrange(10**digits)).zfill(digits) if digits else ""
    return PersonName(
        first=native[0],
        last=native[1],
        email=email,
        phone=prefix + number if dice.random() < 0.75 else "",
        country=country.code,
        language=country.language,
        city=companies[firm.index].city if firm else dice.choice(country.cities),
    )


def _free_address(local: str, domain: str, taken: set[str]) -> str:
    number, email = 1, f"{local}@{domain}"
    while email in taken:
        number += 1
        email = f"{local}{number}@{domain}"
    taken.add(email)
    return email
