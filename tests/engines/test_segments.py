"""One meaning: plain Python, PostgreSQL and DuckDB say the same of every person and rule.

People and rules are drawn from seeds; a failure names the seed, the rule and the person. What
ever told engines apart stays here as a small test of its own.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from accord.engine import segments
from accord.engine.segments.meaning import matches
from accord.engine.segments.person import ConsentAnswer, Event, Person
from accord.engine.segments.sql import compile_rule
from accord.engine.segments.times import Clock
from tests.engines import databases
from tests.engines.drawing import NOWS, ZONES, Draw, Firm
from tests.engines.rules import Rules

NOON = datetime(2028, 2, 29, 12, tzinfo=UTC)
EARLIER = NOON - timedelta(days=1)


def _at(id: int, name: str, at: datetime = NOON) -> Event:
    return Event(id, name, at, {"channel": ""})


class World:
    """People, loaded everywhere."""

    def __init__(self, people: list[Person], firms: list[Firm], employer: dict[int, int]) -> None:
        self.people = people
        databases.load(people, firms, employer)
        self.schema = databases.schema()
        self.lake = databases.Lake(self.schema)

    def differences(self, rule: segments.Rule, clock: Clock) -> dict[str, set[int]]:
        """The people each engine judges unlike plain Python; every id once."""
        meant = {p.id for p in self.people if matches(rule, p, clock.now, clock.zone)}
        typed = databases.typed(self.schema)
        found = {
            "postgres": databases.answers(compile_rule(rule, self.schema, clock)),
            "duckdb": self.lake.answers(compile_rule(rule, self.schema, clock, dialect="duckdb")),
            "typed": self.lake.answers(compile_rule(rule, typed, clock, dialect="duckdb")),
        }
        for engine, ids in found.items():
            assert len(ids) == len(set(ids)), f"{engine} gives people twice"
        return {name: meant ^ set(ids) for name, ids in found.items() if meant ^ set(ids)}

    def narrowed(self, rule: segments.Rule, clock: Clock, few: list[int]) -> tuple[set[int], ...]:
        """Those of a few people a rule selects: by each engine, narrowed to them."""
        query = compile_rule(rule, self.schema, clock, people=few)
        other = compile_rule(rule, self.schema, clock, dialect="duckdb", people=few)
        return set(databases.answers(query)), set(self.lake.answers(other))


def drawn_world(seed: int, count: int) -> tuple[World, Draw]:
    """A world from a seed; some people work for a deleted company, which is none."""
    draw = Draw(seed, databases.furnish())
    firms = draw.firms(30)
    by_values = {id(firm.values): firm.id for firm in firms}
    gone = next(firm.id for firm in firms if firm.deleted)
    people = [draw.person(number * 37, firms) for number in range(1, count + 1)]
    employer = {p.id: by_values[id(p.company)] for p in people if p.company is not None}
    employer |= {p.id: gone for p in people if p.company is None and p.id % 4 == 0}
    return World(people, firms, employer), draw


def compare(seed: int, people: int, rules: int) -> int:
    """Draw and compare; gives how often somebody matched."""
    world, draw = drawn_world(seed, people)
    drawn, pick = Rules(seed, world.people), draw.random
    matched = 0
    for number in range(rules):
        rule, clock = drawn.rule(), Clock(pick.choice(NOWS), pick.choice(ZONES))
        assert segments.from_json(segments.to_json(rule)) == rule
        apart = world.differences(rule, clock)
        assert not apart, (
            f"seed {seed}, rule {number}: {apart}\n{clock}\n{segments.dumps(rule)}\n"
            + "\n".join(str(p) for p in world.people if p.id in set().union(*apart.values()))[:4000]
        )
        meant = {p.id for p in world.people if matches(rule, p, clock.now, clock.zone)}
        few = pick.sample([person.id for person in world.people], 10)
        assert world.narrowed(rule, clock, few) == (meant & set(few),) * 2, (seed, number)
        matched += len(meant)
    return matched


@pytest.mark.django_db
def test_every_engine_agrees_with_plain_python():
    matched = compare(seed=1, people=100, rules=100)
    assert 1_000 < matched < 9_000, "rules that select nobody or everybody prove nothing"


@pytest.mark.long
@pytest.mark.django_db
def test_every_engine_agrees_in_the_long_run():
    assert compare(seed=20_281, people=1_000, rules=1_000)


def viewed(**properties: object) -> dict:
    return {"events": (Event(1, "track", NOON, {"channel": "", **properties}),)}


def asked(kind: str, **question: object) -> dict:
    where = {"property": "n", "kind": kind, **question}
    return {"event": "track", "where": [where]}


TRAPS = {
    "a final sigma is a sigma": ({"traits": {"city": "ΣΑΣ"}}, {"is": "σασ"}, True),
    "and the other is another": ({"traits": {"city": "ΣΑΣ"}}, {"is": "σας"}, False),
    "a dotted i is an i": ({"traits": {"city": "İZMİR"}}, {"is": "izmir"}, True),
    "a sharp s is no double s": ({"traits": {"city": "STRASSE"}}, {"is": "straße"}, False),
    "accents written in two ways differ": ({"traits": {"city": "e\u0301"}}, {"is": "é"}, False),
    "an end is counted in characters": ({"traits": {"city": "x😀é"}}, {"ends_with": "😀É"}, True),
    "a per cent sign is itself": ({"traits": {"city": "50 percent"}}, {"contains": "%"}, False),
    "nothing is not something": ({"traits": {"city": ""}}, {"is_not": "Bonn"}, True),
    "numbers round half away": (viewed(n=0.1234565), asked("number", is_=0.123457), True),
    "a float and its text are one": (viewed(n=0.1), asked("number", is_="0.1"), True),
    "too large is no number": (viewed(n=1e20), asked("number", above=0), False),
    "very small is nought": (viewed(n=1e-300), asked("number", is_=0), True),
    "an exponent in text is no number": (viewed(n="1e3"), asked("number", above=0), False),
    "a flag is no number": (viewed(n=True), asked("number", filled=True), False),
    "a leap day is a date": (viewed(n="2028-02-29"), asked("date", on="today"), True),
    "a day that is none is no date": (viewed(n="2027-02-29"), asked("date", filled=True), False),
    "a null is empty": (viewed(n=None), asked("text", empty=True), True),
    "a list is no text": (viewed(n=["a"]), asked("text", filled=True), False),
    "of one instant the lower id was first": (
        {"events": (_at(2, "track"), _at(3, "form.submitted"))},
        {"sequence": [{"event": "track"}, {"event": "form.submitted"}]},
        True,
    ),
    "and not the other way round": (
        {"events": (_at(5, "track"), _at(4, "form.submitted"))},
        {"sequence": [{"event": "track"}, {"event": "form.submitted"}]},
        False,
    ),
    "a sequence may take just its span": (
        {"events": (_at(2, "track", EARLIER), _at(3, "form.submitted"))},
        {"sequence": [{"event": "track"}, {"event": "form.submitted"}], "within": "1 day"},
        True,
    ),
    "an answer that ends now has ended": (
        {"answers": (ConsentAnswer(1, "news", "email", True, EARLIER, NOON),)},
        {"consent": "news", "channel": "email", "state": "given"},
        False,
    ),
    "of two answers at once the higher id counts": (
        {
            "answers": (
                ConsentAnswer(9, "news", "email", False, EARLIER),
                ConsentAnswer(8, "news", "email", True, EARLIER),
            )
        },
        {"consent": "news", "channel": "email", "state": "withdrawn"},
        True,
    ),
}


def _own_ids(person: Person) -> Person:
    """The same person with ids of events and answers that are nobody else's, in their order."""
    base = person.id * 100
    return replace(
        person,
        events=tuple(replace(each, id=base + each.id) for each in person.events),
        answers=tuple(replace(each, id=base + each.id) for each in person.answers),
    )


def _plain(data: object) -> object:
    """The JSON form: keys that are words of Python were written with a line."""
    if isinstance(data, list):
        return [_plain(each) for each in data]
    if isinstance(data, dict):
        return {key.rstrip("_"): _plain(value) for key, value in data.items()}
    return data


@pytest.mark.django_db
def test_known_traps_are_none_in_any_engine():
    databases.furnish()
    firm = Firm(1, deleted=False, values={"name": "Acme", "tags": ()})
    people = [
        Person(number, **{"traits": {}, **parts})
        for number, (parts, _, _) in enumerate(TRAPS.values(), 1)
    ]
    shifted = [_own_ids(person) for person in people]
    world = World(shifted, [firm], {})
    clock = Clock(NOON, UTC)
    for person, (name, (_, data, holds)) in zip(people, TRAPS.items(), strict=True):
        whole = {"contact": "city", "kind": "text", **data} if "city" in person.traits else data
        rule = segments.from_json(_plain(whole))
        assert matches(rule, person, NOON, UTC) is holds, name
        assert not world.differences(rule, clock), name
