"""Random lives of one person, beside an oracle that keeps a plain book of them as they happen."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from accord.engine.consent import gate, merging
from accord.engine.consent.terms import (
    Basis,
    Channel,
    Consent,
    Facts,
    Inquiry,
    Interest,
    Kind,
    Parent,
    Pause,
    Published,
    Purchase,
    Question,
    Restriction,
    SoftOptIn,
    Source,
    Stop,
    Unknown,
    Way,
)

PURPOSES = ("news", "offers")
CHANNELS = (Channel.EMAIL, Channel.SMS, Channel.POST)
PLACES = [(purpose, channel) for purpose in PURPOSES for channel in CHANNELS]
CONFIRMED = {"offers"}
COUNTRIES = ("DE", "GB", "CA", "US", "BR", "")
ADDRESSES = ("ana@acme.example", "ana@home.example")
BORN = (date(1990, 5, 1), date(2011, 2, 15), date(2012, 2, 29), date(2013, 6, 1))
SOURCES = (Source.PERSON, Source.STAFF, Source.IMPORT)
places = st.sampled_from(PLACES)
reaches = st.tuples(st.sampled_from(("", *PURPOSES)), st.sampled_from((None, *CHANNELS)))


class Book:
    """What an honest clerk would keep: a diary, and what follows from it for each place.

    shut: 0 open; 1 a colleague or the person opens it; 2 only the person; 3 nobody.
    """

    def __init__(self) -> None:
        self.country, self.work, self.restricted = "DE", False, False
        self.born: date | None = None
        self.children = False
        self.listed = False
        self.reached = ADDRESSES[0]
        self.diary: list[tuple] = []
        self.quiet_until: dict[Channel, datetime] = {}

    def stop(self, reach, how_shut) -> None:
        self.diary.append(("stop", reach, how_shut))

    def paper(self, place, number, signed, *paper) -> None:
        self.diary.append(("paper", place, number, signed, paper))

    def open(self, place, source, signed) -> None:
        strength = {Source.PERSON: 2, Source.STAFF: 1, Source.IMPORT: 0, "parent": 1}[source]
        self.diary.append(("open", place, strength, signed, source == "parent"))

    def young(self, at) -> bool:
        if self.born is None:
            return False
        birthday_is_to_come = (at.month, at.day) < (self.born.month, self.born.day)
        years = at.year - self.born.year - birthday_is_to_come
        return years < (13 if self.country in ("GB", "US") else 16)

    def allows(self, now) -> dict[tuple[str, Channel], set[int]]:
        """The numbers of the papers a message for each place could stand on now."""
        if self.restricted or (self.young(now) and not self.children):
            return {place: set() for place in PLACES}
        shut, papers = self._read(now)
        return {
            place: {n for n, paper in papers[place].items() if self._good(place, paper, now)}
            if not shut[place] and not self._quiet(place, now)
            else set()
            for place in PLACES
        }

    def _read(self, now):
        shut = dict.fromkeys(PLACES, 0)
        papers: dict[tuple[str, Channel], dict[int, tuple]] = {p: {} for p in PLACES}
        for what, where, *more in self.diary:
            if what == "stop":
                for place in (each for each in PLACES if _reached(each, where)):
                    shut[place] = max(shut[place], more[0])
                    papers[place].clear()
            elif what == "open":
                strength, signed, parent = more
                if self._speaks(now, signed, parent) and shut[where] <= strength:
                    shut[where] = 0
            elif self._speaks(now, more[1], more[2][0] == "parent", more[2][0] == "ours"):
                papers[where][more[0]] = more[2]
        return shut, papers

    def _speaks(self, now, signed, parent, ours=False) -> bool:
        """For the young their parents; later they themselves, if they were not young then."""
        if self.young(now):
            return parent
        return not parent and (ours or not self.young(signed))

    def _quiet(self, place, now) -> bool:
        return place[1] in self.quiet_until and now < self.quiet_until[place[1]]

    def _good(self, place, paper, now) -> bool:
        kind, *more = paper
        electronic = place[1] != Channel.POST
        if kind in ("yes", "parent"):
            return True
        if kind == "sale":
            return electronic and more[0] and self.country in ("DE", "GB")
        if kind == "until":
            return electronic and self.country == "CA" and now < more[0]
        if kind == "published":
            fits = self.country == "CA" and self.work and more == [self.reached, True]
            return electronic and fits
        assessed = self.country in more[1] and now < more[0] and not self.listed
        if place[1] == Channel.POST:
            return assessed and self.country in ("DE", "GB", "US")
        mail = place[1] == Channel.EMAIL
        return assessed and mail and self.work and self.country in ("GB", "US")


class Life(RuleBasedStateMachine):
    lived, instants, permitted, by_parents = 0, 0, 0, 0

    def __init__(self) -> None:
        super().__init__()
        Life.lived += 1
        self.now = datetime(2026, 1, 31, 12, tzinfo=UTC)
        self.facts = {"claims": [], "stops": [], "pauses": [], "restrictions": []}
        self.country, self.business, self.number = "DE", False, 0
        self.book = Book()
        self.waiting: dict[int, tuple] = {}
        self.listed_at: datetime | None = None

    def tick(self) -> int:
        """Nothing happens at the same instant as anything else; equal instants are tested apart."""
        self.now += timedelta(seconds=1)
        self.number += 1
        return self.number

    @rule(place=places, source=st.sampled_from(SOURCES))
    def agree(self, place, source) -> None:
        self.signs(place, source)

    def signs(self, place, source) -> None:
        number = self.tick()
        self.facts["claims"].append(Consent(number, *place, self.now, source))
        if place[0] in CONFIRMED:
            self.waiting[number] = (place, source, self.now)
        elif source != Source.CHILD:
            self.book.open(place, source, self.now)
            self.book.paper(place, number, self.now, "yes")

    @rule(data=st.data())
    def confirm(self, data) -> None:
        if not self.waiting:
            return
        number = data.draw(st.sampled_from(sorted(self.waiting)))
        place, source, asked = self.waiting.pop(number)
        self.tick()
        claims = self.facts["claims"]
        [index] = [i for i, claim in enumerate(claims) if claim.id == number]
        claims[index] = Consent(number, *place, asked, source, self.now)
        if source != Source.CHILD:
            self.book.open(place, source, asked)
            self.book.paper(place, number, asked, "yes")

    @rule(place=places, offered=st.booleans())
    def sell(self, place, offered) -> None:
        number = self.tick()
        self.facts["claims"].append(SoftOptIn(number, *place, self.now, offered))
        self.book.paper(place, number, self.now, "sale", offered)

    @rule(place=places)
    def buy(self, place) -> None:
        number = self.tick()
        self.facts["claims"].append(Purchase(number, *place, self.now))
        self.book.paper(place, number, self.now, "until", self.now + timedelta(hours=730 * 24))

    @rule(place=places)
    def ask(self, place) -> None:
        number = self.tick()
        self.facts["claims"].append(Inquiry(number, *place, self.now))
        self.book.paper(place, number, self.now, "until", _half_a_year_on(self.now))

    @rule(place=places, address=st.sampled_from(ADDRESSES), relevant=st.booleans())
    def publish(self, place, address, relevant) -> None:
        number = self.tick()
        self.facts["claims"].append(Published(number, *place, self.now, address, relevant))
        self.book.paper(place, number, self.now, "published", address, relevant)

    @rule(address=st.sampled_from(ADDRESSES))
    def change_address(self, address) -> None:
        self.book.reached = address

    @rule(place=places, days=st.integers(1, 900), where=st.sets(st.sampled_from(COUNTRIES[:5])))
    def assess(self, place, days, where) -> None:
        number, until = self.tick(), self.now + timedelta(days=days)
        self.facts["claims"].append(Interest(number, *place, self.now, until, frozenset(where)))
        self.book.paper(place, number, self.now, "ours", until, where)

    @rule(place=places)
    def bring_from_a_list(self, place) -> None:
        self.facts["claims"].append(Unknown(self.tick(), *place, self.now))

    @rule()
    def come_from_a_list_of_unknown_origin_or_find_it_out(self) -> None:
        self.tick()
        self.book.listed = not self.book.listed
        self.listed_at = self.now if self.book.listed else None

    @rule(reach=reaches, way=st.sampled_from(list(Way)))
    def stop(self, reach, way) -> None:
        number = self.tick()
        self.facts["stops"].append(Stop(number, way, self.now, *reach))
        self.book.stop(reach, 1 if way == Way.WITHDRAWN else 3 if way == Way.BOUNCED else 2)
        self.waiting = {n: w for n, w in self.waiting.items() if not _reached(w[0], reach)}

    @rule(channel=st.sampled_from((None, *CHANNELS)), days=st.integers(1, 400))
    def pause(self, channel, days) -> None:
        number, until = self.tick(), self.now + timedelta(days=days)
        self.facts["pauses"].append(Pause(number, self.now, until, channel))
        for each in CHANNELS if channel is None else (channel,):
            self.book.quiet_until[each] = max(until, self.book.quiet_until.get(each, until))

    @rule()
    def restrict_or_lift(self) -> None:
        number, rows = self.tick(), self.facts["restrictions"]
        if self.book.restricted:
            rows[-1] = Restriction(rows[-1].id, rows[-1].at, self.now)
        else:
            rows.append(Restriction(number, self.now))
        self.book.restricted = not self.book.restricted

    @rule(country=st.sampled_from(COUNTRIES), business=st.booleans())
    def move(self, country, business) -> None:
        self.country = self.book.country = country
        self.business = self.book.work = business

    @rule(days=st.sampled_from([1, 30, 181, 184, 365, 730]))
    def wait(self, days) -> None:
        self.now += timedelta(days=days)

    def known(self) -> Facts:
        rows = {name: tuple(each) for name, each in self.facts.items()}
        more = {"born_on": self.book.born, "children": self.book.children}
        more |= {"unknown_since": self.listed_at, "address": self.book.reached}
        return Facts(country=self.country, business=self.business, **more, **rows)

    @invariant()
    def gate_and_clerk_agree(self) -> None:
        facts = self.known()
        Life.instants += 1
        allowed = self.book.allows(self.now)
        for purpose, channel in PLACES:
            double = purpose in CONFIRMED
            asked = Question(purpose, channel, Kind.MARKETING, double)
            decision = gate.decide(facts, asked, self.now)
            lawful = allowed[purpose, channel]
            assert bool(decision) == bool(lawful), (decision.words, lawful)
            assert not decision or decision.basis_id in lawful
            Life.permitted += bool(decision)
            Life.by_parents += decision.basis == Basis.PARENT

    @invariant()
    def merging_with_somebody_who_said_nothing_permits_nothing_new(self) -> None:
        silent = Facts(country=self.country, children=self.book.children)
        merged = merging.merge(silent, self.known(), double=CONFIRMED, now=self.now)
        allowed = self.book.allows(self.now)
        for place in PLACES:
            asked = Question(*place, Kind.MARKETING, place[0] in CONFIRMED)
            if gate.decide(merged, asked, self.now):
                assert allowed[place]


class Young(Life):
    """Somebody whose date of birth is known, most often a child who may grow up."""

    @initialize(born=st.sampled_from(BORN))
    def be_born(self, born) -> None:
        self.book.born, self.book.children = born, True

    @rule(place=places)
    def agree_as_a_child(self, place) -> None:
        self.signs(place, Source.CHILD)

    @rule(place=places)
    def have_a_parent_agree(self, place) -> None:
        number = self.tick()
        self.facts["claims"].append(Parent(number, *place, self.now))
        self.book.open(place, "parent", self.now)
        self.book.paper(place, number, self.now, "parent")

    @rule(children=st.booleans())
    def reach_children_or_not(self, children) -> None:
        self.book.children = children


def _reached(place, reach) -> bool:
    return reach[0] in ("", place[0]) and reach[1] in (None, place[1])


def _half_a_year_on(at: datetime) -> datetime:
    """The day before the first of the month after, counted forward, where the day is missing."""
    month, year = (at.month + 6, at.year) if at.month <= 6 else (at.month - 6, at.year + 1)
    for day in range(at.day, 27, -1):
        try:
            return at.replace(year=year, month=month, day=day)
        except ValueError:
            continue
    return at.replace(year=year, month=month)


def _run(life: type[Life], lives: int, steps: int) -> None:
    Life.lived = Life.instants = Life.permitted = Life.by_parents = 0
    run_state_machine_as_test(
        life,
        settings=settings(
            max_examples=lives,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

    assert Life.lived >= lives


def test_no_marketing_without_a_basis_valid_now():
    _run(Life, 60, 25)
    assert Life.permitted > Life.lived  # it is not by never permitting anything


def test_no_marketing_to_a_child_without_a_parent():
    _run(Young, 200, 25)
    assert Life.by_parents  # it is not by never permitting anything


@pytest.mark.long
def test_no_marketing_without_a_basis_valid_now_in_ten_thousand_lives():
    lives = int(os.environ.get("ACCORD_LIVES", "10000"))
    _run(Life, lives, 50)
    assert Life.permitted > Life.lived
    _run(Young, lives, 50)
    assert Life.by_parents
