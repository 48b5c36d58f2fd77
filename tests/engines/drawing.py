"""People drawn at random, with everything that has told engines apart before."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from accord.engine.money import Money
from accord.engine.segments.language import Outcome
from accord.engine.segments.person import ConsentAnswer, Deal, Event, Person, StageEntry
from accord.engine.segments.times import start_of

TICK = timedelta(microseconds=1)
ZONES = [
    ZoneInfo(name)
    for name in (
        "UTC",
        "Europe/Berlin",
        "America/New_York",
        "Asia/Kolkata",
        "Australia/Lord_Howe",
        "America/Havana",
        "Pacific/Apia",
    )
]
NOWS = [
    datetime(2028, 2, 29, 12, tzinfo=UTC),
    datetime(2028, 2, 28, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime(2028, 3, 26, 1, tzinfo=UTC),  # clocks go forward in Berlin
    datetime(2028, 3, 31, 22, 30, tzinfo=UTC),  # a month before is a day that is not
    datetime(2027, 10, 31, 0, 30, tzinfo=UTC),  # half past two comes twice in Berlin
    datetime(2027, 10, 31, 1, 30, tzinfo=UTC),
    datetime(2027, 11, 7, 5, tzinfo=UTC),  # midnight comes twice in Havana
    datetime(2028, 3, 12, 7, tzinfo=UTC),
]
SPANS = [
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(days=1),
    timedelta(hours=36),
    timedelta(days=7),
    timedelta(days=30),
    timedelta(days=31),
]
TEXTS = [
    "Bonn",
    "BONN",
    "bonn ",
    "Łódź",
    "ŁÓDŹ",
    "Straße",
    "STRASSE",
    "İzmir",
    "izmir",
    "ΣΑΣ",
    "σας",
    "σασ",
    "東京",
    "e\u0301",
    "é",
    "É",
    "50%",
    "a_b",
    "a'b\"c",
    "back\\slash",
    "😀 Ana",
    " ",
    "%(p1)s",
    "null",
    "Ǆ",
    "ǆ",
    "ß",
    "ẞ",
]
CHOICES = ["red", "Red", "blue", "grün", "a,b"]
TAGS = ["vip", "VIP", "fair 2026", "tag'", "ünï"]
STAGES = ["subscriber", "lead", "mql", "sql", "customer"]
COUNTRIES = ["DE", "FR", "US"]
CURRENCIES = ["EUR", "USD", "JPY"]
NUMBERS = [
    Decimal(text)
    for text in (
        "0",
        "-1",
        "1",
        "5",
        "0.1",
        "0.3",
        "2.5",
        "999999999999.999999",
        "123456789.123456",
        "-0.000001",
        "100",
        "1000000",
    )
]
DAYS = [
    date(2028, 2, 29),
    date(2028, 2, 28),
    date(2028, 3, 1),
    date(2024, 2, 29),
    date(1987, 2, 28),
    date(1999, 12, 31),
    date(2027, 10, 31),
    date(2028, 3, 26),
    date(2028, 3, 31),
    date(2028, 4, 6),
    date(1999, 4, 1),
]
EVENTS = ["page.viewed", "form.submitted", "track", "Päge"]
PROPERTIES = [
    "Bonn",
    "bonn",
    "",
    "5",
    "0.1",
    "1e3",
    "abc",
    "2028-02-29",
    "2027-02-29",
    "2028-02-28",
    "2028-13-01",
    "ΣΑΣ",
    5,
    5.0,
    0.1,
    0.30000000000000004,
    1e3,
    1.5e-7,
    1e20,
    -1,
    10**17,
    999999999999999,
    123456.1234565,
    True,
    False,
    None,
    ["Bonn"],
    {"a": 1},
]
PROPERTY_NAMES = ["plan", "amount", "a.b", "$browser", "naïve key", "/x", "channel", "0"]
PURPOSES = ["news", "offers"]


@dataclass(frozen=True)
class House:
    """What people refer to: ids of rows that are there."""

    colleagues: tuple[int, ...]
    team_of: dict[int, str]
    pipelines: tuple[int, ...]
    stages: tuple[int, ...]


@dataclass(frozen=True)
class Firm:
    id: int
    deleted: bool
    values: dict[str, object]


class Draw:
    """Draws from a seed: the same seed gives the same people and moments."""

    def __init__(self, seed: int, house: House) -> None:
        self.random = random.Random(seed)
        self.house = house
        self.ids = 0

    def firms(self, count: int) -> list[Firm]:
        firms: list[Firm] = []
        for number in range(1, count + 1):
            parent = self._maybe([firm.id for firm in firms])
            firms.append(Firm(number, self.random.random() < 0.15, self._firm(number, parent)))
        return firms

    def person(self, id: int, firms: list[Firm]) -> Person:
        pick = self.random
        firm = pick.choice(firms) if pick.random() < 0.7 else None
        return Person(
            id=id,
            traits=self._contact(id),
            company=None if firm is None or firm.deleted else firm.values,
            events=tuple(self._event() for _ in range(pick.choice([0, 1, 2, 5, 9]))),
            entries=tuple(self._entry() for _ in range(pick.choice([0, 1, 3]))),
            deals=tuple(self._deal() for _ in range(pick.choice([0, 0, 1, 2]))),
            answers=tuple(self._answer() for _ in range(pick.choice([0, 1, 3]))),
            lists=frozenset(pick.sample([1, 2, 3], pick.choice([0, 1, 2]))),
            segments=frozenset(pick.sample([1, 2, 3], pick.choice([0, 1]))),
        )

    def moment(self) -> datetime:
        """Near an edge more often than not: of a window, of a day, of a change of clocks."""
        pick, now = self.random, self.random.choice(NOWS)
        edge = pick.choice([-TICK, timedelta(), timedelta(), TICK])
        match pick.randrange(4):
            case 0:
                return now + pick.choice([-1, -1, -1, 1]) * pick.choice(SPANS) + edge
            case 1:
                day = now.date() - timedelta(days=pick.choice([0, 1, 7, 30, 31, -1, -7]))
                return start_of(day, pick.choice(ZONES)) + edge
            case 2:
                return now + edge
            case _:
                return now - timedelta(seconds=pick.uniform(-1e6, 4e6))

    def _contact(self, id: int) -> dict[str, object]:
        pick = self.random
        owner = self._maybe(self.house.colleagues)
        return {
            "first_name": pick.choice(["", *TEXTS]),
            "city": pick.choice(["", *TEXTS]),
            "email": pick.choice(["", f"ana{id}@acme.example", f"ben{id}@bonn.example"]),
            "phone": pick.choice(["", "+49228123", "+49301"]),
            "country": pick.choice(["", *COUNTRIES]),
            "source": self._maybe(["", *TEXTS]),
            "stage": pick.choice(STAGES),
            "stage_since": self._maybe([self.moment()]),
            "acquired_at": self._maybe([self.moment()]),
            "owner": owner,
            "team": self.house.team_of.get(owner or 0, ""),
            "tags": tuple(pick.sample(TAGS, pick.choice([0, 0, 1, 2]))),
            **self._custom(),
        }

    def _custom(self) -> dict[str, object]:
        pick = self.random
        drawn: dict[str, object] = {
            "c_text": pick.choice(TEXTS),
            "c_number": pick.choice(NUMBERS),
            "c_money": self._money(),
            "c_date": pick.choice(DAYS),
            "c_choice": pick.choice(CHOICES),
            "c_choices": tuple(pick.sample(CHOICES, pick.choice([0, 1, 2]))),
            "c_boolean": pick.choice([True, False]),
            "c_url": pick.choice(["https://acme.example/Ü", "https://bonn.example"]),
            "c_person": pick.choice(self.house.colleagues),
        }
        return {name: value for name, value in drawn.items() if pick.random() < 0.6}

    def _firm(self, number: int, parent: int | None) -> dict[str, object]:
        pick = self.random
        revenue = replace(self._money(), amount=Decimal(pick.choice([0, 100, 250])))
        return {
            "id": number,
            "name": pick.choice(TEXTS),
            "country": pick.choice(["", *COUNTRIES]),
            "employees": self._maybe([Decimal(n) for n in (0, 1, 5, 50, 250)]),
            "annual_revenue": self._maybe([revenue]),
            "parent": parent,
            "owner": self._maybe(self.house.colleagues),
            "tags": tuple(pick.sample(TAGS, pick.choice([0, 1]))),
            **self._custom(),
        }

    def _event(self) -> Event:
        pick = self.random
        properties = {
            name: pick.choice(PROPERTIES)
            for name in pick.sample(PROPERTY_NAMES, pick.choice([0, 1, 2, 4]))
        }
        properties["channel"] = pick.choice(["", "organic", "Email", "EMAIL"])
        return Event(self._id(), pick.choice(EVENTS), self.moment(), properties)

    def _entry(self) -> StageEntry:
        pick = self.random
        return StageEntry(pick.choice(STAGES), pick.choice(["", *STAGES]), self.moment())

    def _deal(self) -> Deal:
        pick = self.random
        outcome = pick.choice([Outcome.OPEN, Outcome.WON, Outcome.LOST])
        money = self._maybe([self._money()])
        return Deal(
            outcome,
            {
                "name": pick.choice(TEXTS),
                "stage": str(pick.choice(self.house.stages)),
                "pipeline": str(pick.choice(self.house.pipelines)),
                "amount": replace(money, amount=abs(round(money.amount, 2))) if money else None,
                "close_on": self._maybe(DAYS),
                "opened_at": self._maybe([self.moment()]),
                "owner": self._maybe(self.house.colleagues),
                "tags": tuple(pick.sample(TAGS, pick.choice([0, 1]))),
                "outcome": "" if outcome is Outcome.OPEN else outcome.value,
                **self._custom(),
            },
        )

    def _answer(self) -> ConsentAnswer:
        pick = self.random
        expires = self._maybe([self.moment()])
        purpose, channel = pick.choice(PURPOSES), pick.choice(["email", "phone"])
        given = pick.random() < 0.7
        return ConsentAnswer(self._id(), purpose, channel, given, self.moment(), expires)

    def _money(self) -> Money:
        amount = self.random.choice([n for n in NUMBERS if abs(n) < 10**9])
        return Money(round(amount, 2), self.random.choice(CURRENCIES))

    def _maybe(self, values):
        """One of the values, or None."""
        return self.random.choice([None, *values])

    def _id(self) -> int:
        """Ids in no order of time, as several writers leave them."""
        self.ids += 1
        return self.ids * 7919 % 1_000_003
