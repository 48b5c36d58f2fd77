"""Rules drawn at random over the people of `drawing`: every line, every test, groups in groups."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal

from accord.engine.segments.language import (
    Action,
    All,
    AnyOf,
    Bucket,
    Consent,
    Did,
    HasDeal,
    InList,
    InSegment,
    Milestone,
    Not,
    Noun,
    Outcome,
    Rule,
    Sequence,
    StageChanged,
    State,
    Times,
    Trait,
    WasStage,
    Where,
    Which,
)
from accord.engine.segments.person import Person
from accord.engine.segments.terms import (
    CODES,
    KEYS,
    SETS,
    TESTS,
    TEXTS,
    After,
    Ago,
    Anniversary,
    Answer,
    Before,
    Between,
    Coming,
    Compare,
    Contains,
    Day,
    EachOf,
    Empty,
    EndsWith,
    Filled,
    Kind,
    Lacks,
    NoneOf,
    OneOf,
    Op,
    Past,
    Range,
    StartsWith,
    Test,
    Unit,
    When,
)
from tests.engines import drawing

CUSTOM = {
    "c_text": Kind.TEXT,
    "c_number": Kind.NUMBER,
    "c_money": Kind.MONEY,
    "c_date": Kind.DATE,
    "c_choice": Kind.CHOICE,
    "c_choices": Kind.CHOICES,
    "c_boolean": Kind.BOOLEAN,
    "c_url": Kind.URL,
    "c_person": Kind.PERSON,
}
CONTACT = {
    "first_name": Kind.TEXT,
    "city": Kind.TEXT,
    "email": Kind.EMAIL,
    "phone": Kind.PHONE,
    "country": Kind.CHOICE,
    "source": Kind.TEXT,
    "stage": Kind.STAGE,
    "stage_since": Kind.DATETIME,
    "acquired_at": Kind.DATETIME,
    "owner": Kind.PERSON,
    "team": Kind.CHOICE,
    "tags": Kind.TAGS,
    **CUSTOM,
}
COMPANY = {
    "id": Kind.COMPANY,
    "name": Kind.TEXT,
    "country": Kind.CHOICE,
    "employees": Kind.NUMBER,
    "annual_revenue": Kind.MONEY,
    "parent": Kind.COMPANY,
    "owner": Kind.PERSON,
    "tags": Kind.TAGS,
    **CUSTOM,
}
DEAL = {
    "name": Kind.TEXT,
    "stage": Kind.STAGE,
    "pipeline": Kind.CHOICE,
    "amount": Kind.MONEY,
    "close_on": Kind.DATE,
    "opened_at": Kind.DATETIME,
    "owner": Kind.PERSON,
    "tags": Kind.TAGS,
    "outcome": Kind.CHOICE,
    **CUSTOM,
}
PROPERTY_KINDS = [Kind.TEXT, Kind.NUMBER, Kind.BOOLEAN, Kind.DATE]


class Rules:
    """Draws rules from a seed. people: their values are what rules mostly ask for."""

    def __init__(self, seed: int, people: list[Person]) -> None:
        self.random = random.Random(seed)
        self.people = people

    def rule(self, depth: int = 3) -> Rule:
        pick = self.random
        if depth and pick.random() < 0.55:
            parts = tuple(self.rule(depth - 1) for _ in range(pick.choice([0, 1, 2, 2, 3])))
            return pick.choice([All(parts), AnyOf(parts), Not(self.rule(depth - 1))])
        return self.leaf()

    def leaf(self) -> Rule:
        pick = self.random
        draw = pick.choice(
            [self.trait] * 4
            + [self.did] * 3
            + [self.milestone, self.sequence, self.story, self.deal, self.consent, self.member]
        )
        return draw()

    def trait(self) -> Trait:
        noun = self.random.choice(list(Noun))
        fields = CONTACT if noun is Noun.CONTACT else COMPANY
        name = self.random.choice(list(fields))
        values = [
            (p.traits if noun is Noun.CONTACT else p.company or {}).get(name) for p in self.people
        ]
        return Trait(noun, name, fields[name], self.test(fields[name], values))

    def did(self) -> Did:
        pick = self.random
        least, most = pick.choice(
            [(1, None), (2, None), (0, 0), (0, 1), (1, 1), (2, 3), (0, None), (3, None)]
        )
        event = pick.choice(drawing.EVENTS)
        return Did(event, Times(least, most), self.when(), self.where())

    def milestone(self) -> Milestone:
        pick = self.random
        which, event = pick.choice(list(Which)), pick.choice(drawing.EVENTS)
        return Milestone(which, event, self.when(), self.where())

    def sequence(self) -> Sequence:
        pick = self.random
        first, then = (Action(pick.choice(drawing.EVENTS), self.where()) for _ in range(2))
        return Sequence(first, then, pick.choice([None, *drawing.SPANS]), self.when())

    def story(self) -> WasStage | StageChanged:
        pick = self.random
        stages = tuple(pick.sample(drawing.STAGES, pick.choice([1, 2])))
        if pick.random() < 0.4:
            return WasStage(stages)
        previous = tuple(pick.sample(drawing.STAGES, pick.choice([0, 0, 1])))
        return StageChanged(pick.choice([(), stages]), previous, self.when())

    def deal(self) -> HasDeal:
        pick = self.random
        names = pick.sample(list(DEAL), pick.choice([0, 1, 1, 2]))
        deals = [deal for person in self.people for deal in person.deals]
        return HasDeal(
            pick.choice(list(Outcome)),
            tuple(
                Where(name, DEAL[name], self.test(DEAL[name], [d.fields.get(name) for d in deals]))
                for name in names
            ),
        )

    def consent(self) -> Consent:
        pick = self.random
        return Consent(
            pick.choice(drawing.PURPOSES), pick.choice(["email", "phone"]), pick.choice(list(State))
        )

    def member(self) -> InList | InSegment | Bucket:
        pick = self.random
        if pick.random() < 0.5:
            return pick.choice([InList, InSegment])(pick.choice([1, 2, 3, 4]))
        first, below = sorted(pick.choices([0, 1, 500, 3333, 5000, 9999, 10_000], k=2))
        return Bucket(pick.choice(["a", "holdout ü"]), first, below)

    def where(self) -> tuple[Where, ...]:
        pick = self.random
        found = []
        for _ in range(pick.choice([0, 0, 1, 2])):
            name = pick.choice(drawing.PROPERTY_NAMES)
            kind = Kind.TEXT if name == "channel" else pick.choice(PROPERTY_KINDS)
            values = [p for p in drawing.PROPERTIES if isinstance(p, str) or kind is not Kind.TEXT]
            found.append(Where(name, kind, self.test(kind, [*values, "organic", "email"])))
        return tuple(found)

    def when(self) -> When | None:
        pick = self.random
        match pick.randrange(5):
            case 0:
                return None
            case 1 | 2:
                return Past(pick.choice(drawing.SPANS))
            case _:
                return self._days(pick.choice([Before, After, Between]))

    def test(self, kind: Kind, values: list[object]) -> Test:
        test = self.random.choice(TESTS[kind])
        if test in (OneOf, NoneOf, EachOf):
            return test(self._listed(kind, values))
        if test in (Contains, Lacks, StartsWith, EndsWith):
            return test(self._part(test, values))
        if test in (Compare, Range):
            return self._bounded(test, kind)
        if test is Answer:
            return Answer(self.random.random() < 0.5)
        if test in (Empty, Filled):
            return test()
        return self._timed(test, kind)

    def _timed(self, test: type[Test], kind: Kind) -> Test:
        if test is Anniversary:
            return Anniversary(self.random.choice([1, 2, 7, 31, 365, 366]))
        if test in (Past, Coming):
            spans = [s for s in drawing.SPANS if kind is not Kind.DATE or not s % timedelta(days=1)]
            return test(self.random.choice(spans))
        return self._days(test)

    def _days(self, test: type[Before] | type[After] | type[Between]) -> Test:
        if test is not Between:
            return test(self._day())
        first, last = self._day(), self._day()
        both = isinstance(first, date) and isinstance(last, date)
        return Between(min(first, last), max(first, last)) if both else Between(first, last)

    def _day(self) -> Day:
        pick = self.random
        if pick.random() < 0.4:
            return pick.choice(drawing.DAYS)
        count = pick.choice([0, 1, 7, 30, -1, -7, 1, 2])
        return Ago(count, pick.choice(list(Unit))) if count else Ago(0)

    def _listed(self, kind: Kind, values: list[object]) -> tuple:
        pick = self.random
        known = [v for v in values if v not in (None, "", ())]
        if kind in SETS:
            pool = drawing.TAGS if kind is Kind.TAGS else drawing.CHOICES
        elif kind in KEYS:
            pool = [v for v in known if isinstance(v, int)] or [1]
        elif kind is Kind.NUMBER:
            pool = drawing.NUMBERS
        elif kind in CODES:
            pool = [*(v for v in known if isinstance(v, str)), "99999999999", "none"]
        else:
            assert kind in TEXTS
            pool = [pick.choice([v, v.upper(), v.lower()]) for v in known if isinstance(v, str)]
            pool = [text for text in pool + drawing.TEXTS if text.strip()]
        return tuple(pick.choices(pool, k=pick.choice([1, 1, 2, 3])))

    def _part(self, test: type[Test], values: list[object]) -> str:
        pick = self.random
        text = pick.choice([v for v in values if isinstance(v, str) and v] or drawing.TEXTS)
        size = pick.choice([1, 2, len(text)])
        start = 0 if test is StartsWith else pick.randrange(len(text))
        part = text[-size:] if test is EndsWith else text[start : start + size]
        return pick.choice([part, part.upper(), part.lower()]) if part.strip() else "x"

    def _bounded(self, test: type[Compare] | type[Range], kind: Kind) -> Test:
        pick = self.random
        currency = pick.choice(["", *drawing.CURRENCIES]) if kind is Kind.MONEY else ""
        if test is Range:
            low, high = sorted(pick.choices([*drawing.NUMBERS, Decimal(1000)], k=2))
            return Range(low, high, currency)
        return Compare(pick.choice(list(Op)), pick.choice(drawing.NUMBERS), currency)
