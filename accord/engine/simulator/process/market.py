"""The hidden market: every company and person that could buy, known to us or not.

What is in here decides what happens; nobody who works with the demo ever sees it. `intent` is what
makes demand-chasing channels look better than they are: people about to buy search for our name.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from accord.engine.simulator import streams
from accord.engine.simulator.words import firms, house, persons
from accord.engine.simulator.world import Size

FIRMS = 430
PEOPLE = 2000
FOUNDING = 14  # companies that were customers before the first week
AGREED = 3  # of those, who take a site a month as agreed


@dataclass(frozen=True, slots=True)
class Firm:
    """A company. fit: how well it suits us, around 0; frailty: what moves all its deals together.

    country: its place in persons.COUNTRIES; trade: in firms.TRADES; parent: a firm's index.
    """

    index: int
    country: int
    trade: int
    employees: int
    parent: int | None
    founding: bool
    intent: float
    fit: float
    frailty: float
    seller: str


@dataclass(frozen=True, slots=True)
class Prospect:
    """A person. intent: how near to buying, standard normal. firm: None behind free mail.

    title:   place in persons.TITLES.
    opens:   share of newsletters opened. recalls: whether visits before the form are known (the
             person agreed to measurement). founder: a contact of a customer from before. agreed: of
             one with whom a roll-out was agreed.
    """

    index: int
    firm: int | None
    title: int
    intent: float
    opens: float
    recalls: bool
    founder: bool
    agreed: bool


@dataclass(frozen=True, slots=True)
class Market:
    firms: tuple[Firm, ...]
    people: tuple[Prospect, ...]


def market(seed: int, size: Size) -> Market:
    """Everybody out there: about 500 companies and 2,300 people for a small demo."""
    companies = tuple(_firm(seed, index, size) for index in range(FIRMS * size.scale))
    # Bigger companies have more people who might write to us.
    weights = [firm.employees**0.5 for firm in companies]
    places = streams.stream(seed, "places").choices(
        range(len(companies)), weights, k=PEOPLE * size.scale
    )
    # A founding customer has somebody whom we have always known.
    known = [firm.index for firm in companies if firm.founding]
    places[: len(known)] = known
    return Market(
        companies,
        tuple(
            _prospect(seed, index, companies[place], founder=index < len(known))
            for index, place in enumerate(places)
        ),
    )


def _firm(seed: int, index: int, size: Size) -> Firm:
    dice = streams.stream(seed, "firm", index)
    country = dice.choices(range(len(_COUNTRIES)), _COUNTRIES)[0]
    trade = dice.choices(range(len(_TRADES)), _TRADES)[0]
    employees = max(12, round(streams.lognormal(dice, 190, 0.95)))
    return Firm(
        index=index,
        country=country,
        trade=trade,
        employees=min(employees, 9_500),
        parent=_parent(dice, index),
        founding=index < FOUNDING * size.scale,
        intent=dice.gauss(0, 1),
        fit=0.5 * dice.gauss(0, 1) + 1.2 * (firms.TRADES[trade].thirst - 1.1),
        frailty=dice.gauss(0, 1),
        seller=streams.weighted(dice, house.SELLERS),
    )


def _parent(dice: Random, index: int) -> int | None:
    """A few companies belong to an earlier one (so there are no circles)."""
    draw, which = dice.random(), dice.random()
    return int(which * index) if index and draw < 0.06 else None


def _prospect(seed: int, index: int, firm: Firm, *, founder: bool) -> Prospect:
    dice = streams.stream(seed, "person", index)
    alone = dice.random() < 0.04
    return Prospect(
        index=index,
        firm=None if alone and not founder else firm.index,
        title=dice.choices(range(len(_TITLES)), _TITLES)[0],
        intent=0.5 * firm.intent + 0.866 * dice.gauss(0, 1),
        opens=dice.betavariate(1.6, 4.0),
        recalls=dice.random() < 0.7,
        founder=founder,
        agreed=founder and index % FOUNDING < AGREED,
    )


_COUNTRIES = [country.share for country in persons.COUNTRIES]
_TRADES = [trade.share for trade in firms.TRADES]
_TITLES = [weight for _, weight, _ in persons.TITLES]
