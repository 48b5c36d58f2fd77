"""Texts with the blanks filled in."""

from __future__ import annotations

from random import Random

from accord.engine.simulator.telling.cast import Cast
from accord.engine.simulator.words import firms, house, notes, persons

_PRODUCTS = (house.PEAK, house.AUDIT, house.CARBON)
_BOSSES = (
    "chief financial officer",
    "managing director",
    "technical director",
    "plant manager",
    "owner",
)


def filled(cast: Cast, dice: Random, text: str, person: int, *, points: int = 0) -> str:
    """A text about a person. points: meter points of the deal, made up where there is none."""
    name, firm = cast.people[person], cast.firm(person)
    title = persons.TITLES[cast.person(person).title][0].lower()
    words = {
        "first": name.first,
        "firm": cast.firms[firm.index].short if firm else "they",
        "plant": firms.TRADES[firm.trade].plant if firm else "workshop",
        "city": name.city,
        "points": str(points or 10 * (2 + int(dice.random() * 9))),
        "cost": str(8 + int(dice.random() * 70)),
        "rival": dice.choice(notes.RIVALS),
        "month": dice.choice(notes.MONTHS),
        "boss": dice.choice([boss for boss in _BOSSES if boss != title]),
        "product": dice.choice(_PRODUCTS).name,
    }
    filled_in = text.format_map(words)
    # A sentence may begin with a common noun that took a blank's place.
    return filled_in[:1].upper() + filled_in[1:]
