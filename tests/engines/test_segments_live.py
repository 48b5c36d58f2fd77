"""Live membership is that of a full evaluation at the same instant, whatever was written how.

People and rules are drawn; then rows change at random (by verbs and by plain SQL), and the clock
goes on, often to the very instant at which somebody turns.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import Min
from django.utils import timezone

from accord.engine import segments
from accord.engine.consent.terms import Channel
from accord.engine.segments.sql import compile_sql
from accord.people import contacts
from accord.people.consents import consent, restrictions
from accord.people.identity import merging
from accord.people.models import (
    Affiliation,
    Company,
    Contact,
    LifecycleChange,
    MembershipTurn,
    Merge,
    Purpose,
    Segment,
)
from accord.people.segments import checking, live, members, tables
from accord.platform.events import partitions
from accord.platform.models import Event, User
from accord.platform.trail import logbooks
from accord.sales import deals
from accord.sales.models import Deal, DealContact
from tests.engines import databases, drawing
from tests.engines.rules import Rules

pytestmark = pytest.mark.django_db

START = datetime(2028, 2, 27, 12, tzinfo=UTC)
LISTS, ASKED = (1, 2), (3, 4)


class Life:
    """An instance with people and segments, in which something happens with every step."""

    def __init__(self, seed: int, people: int, rules: int) -> None:
        self.pick, self.now = random.Random(seed), START
        self.draw = drawing.Draw(seed, databases.furnish())
        firms = self.draw.firms(8)
        by_values = {id(firm.values): firm.id for firm in firms}
        self.people = [self.draw.person(number, firms) for number in range(1, people + 1)]
        for name in drawing.PURPOSES:
            Purpose.objects.get_or_create(pk=name, defaults={"label": name})
        self._segments(seed, rules)
        employer = {p.id: by_values[id(p.company)] for p in self.people if p.company is not None}
        databases.load(self.people, firms, employer)
        self.ids, self.firms = [p.id for p in self.people], [firm.id for firm in firms]

    def _segments(self, seed: int, count: int) -> None:
        for id in LISTS:
            Segment.objects.create(pk=id, name=f"List {id}", kind="static")
        drawn = Rules(seed, self.people)
        plain = {"event": "page.viewed", "when": {"within_last": "36 hours"}}
        rules = {3: plain, 4: {"any": [{"segment": 3}, {"list": 1}]}}
        for id in range(10, 10 + count):
            rules[id] = self._apart(segments.to_json(drawn.rule()))
        for id, rule in rules.items():
            name = f"Segment {id}"
            Segment.objects.create(pk=id, name=name, kind="dynamic", rule=rule, stale_at=self.now)

    def _apart(self, rule):
        """The drawn rule, asking for lists as lists and for segments as segments."""
        if isinstance(rule, list):
            return [self._apart(each) for each in rule]
        if not isinstance(rule, dict):
            return rule
        found = {key: self._apart(value) for key, value in rule.items()}
        for key, ids in (("list", LISTS), ("segment", ASKED)):
            if isinstance(found.get(key), int):
                found[key] = self.pick.choice(ids)
        return found

    def step(self) -> str:
        """Do something; gives what it was."""
        acts = [
            self.time_goes_by, self.time_goes_by, self.somebody_turns, self.event, self.event,
            self.event_later, self.event_of_another, self.fields, self.stage, self.company,
            self.employment, self.deal, self.agrees, self.stops, self.listed, self.unlisted,
            self.deleted, self.rule, self.team, self.restricted, self.let_go,
            self.merges, self.unmerges,
        ]  # fmt: skip
        act = self.pick.choice(acts)
        act()
        return act.__name__

    def time_goes_by(self) -> None:
        self.now += self.pick.choice([*drawing.SPANS, timedelta(seconds=1), drawing.TICK])

    def somebody_turns(self) -> None:
        first = MembershipTurn.objects.filter(due_at__gt=self.now).aggregate(at=Min("due_at"))["at"]
        self.now = first or self.now

    def event(self) -> None:
        self._event(self.now - self.pick.choice([timedelta(0), *drawing.SPANS]))

    def event_later(self) -> None:
        self._event(self.now + self.pick.choice(drawing.SPANS))

    def event_of_another(self) -> None:
        """What an unknown visitor did turns out to be somebody's, or another's."""
        theirs = Event.objects.filter(name__in=drawing.EVENTS)
        found = self.pick.choice(list(theirs.values_list("pk", flat=True)))
        with logbooks.opened():
            Event.objects.filter(pk=found).update(contact_id=self._one())

    def fields(self) -> None:
        other = self.pick.choice(self.people)
        values = databases._columns(Contact, other.traits)
        for unique in ("email", "external_id"):
            values.pop(unique, None)
        Contact.objects.filter(pk=self._one()).update(**values)

    def stage(self) -> None:
        stage, at = self.pick.choice(drawing.STAGES), self.now - self.pick.choice(drawing.SPANS)
        contact = self._one()
        before = Contact.objects.get(pk=contact).stage
        Contact.objects.filter(pk=contact).update(stage=stage, stage_since=at)
        LifecycleChange.objects.create(
            contact_id=contact, stage=stage, previous=before, at=at, recorded_at=at
        )

    def company(self) -> None:
        number = self.pick.choice([None, 0, 5, 100])
        Company.objects.filter(pk=self.pick.choice(self.firms)).update(
            employees=number, deleted_at=self.pick.choice([None, None, self.now])
        )

    def employment(self) -> None:
        contact, firm = self._one(), self.pick.choice(self.firms)
        Affiliation.objects.filter(contact_id=contact).delete()
        if self.pick.random() < 0.7:
            Affiliation.objects.create(contact_id=contact, company_id=firm, is_primary=True)

    def deal(self) -> None:
        found = Deal.objects.order_by("pk")
        one = self.pick.choice(list(found)) if found else None
        match self.pick.randrange(4):
            case 0:
                made = deals.create(values={"name": "New"}, by=None)
                DealContact.objects.create(deal=made, contact_id=self._one())
            case 1 if one:
                close = self.now.date() + timedelta(self.pick.choice([-1, 0, 7]))
                Deal.objects.filter(pk=one.pk).update(close_on=close, amount=5, currency="EUR")
            case 2 if one:
                DealContact.objects.get_or_create(deal=one, contact_id=self._one())
            case _ if one:
                gone = None if one.deleted_at else self.now
                Deal.objects.filter(pk=one.pk).update(deleted_at=gone)

    def agrees(self) -> None:
        what = self.pick.choice([consent.What.CONSENT, consent.What.PURCHASE, consent.What.INQUIRY])
        past = timezone.now() - timedelta(days=self.pick.choice([0, 100, 270, 272]))
        given = consent.Given(self._purpose(), self._channel(), what, at=past)
        consent.give(self._contact(), given, by=None)

    def stops(self) -> None:
        reach = consent.Reach(self.pick.choice(["", self._purpose()]), self._channel())
        self.pick.choice([consent.withdraw, consent.object_to])(self._contact(), reach, by=None)

    def listed(self) -> None:
        members.add(self._list(), people=[self._one(), self._one()], by=None)

    def unlisted(self) -> None:
        members.remove(self._list(), people=self.ids[: len(self.ids) // 2], by=None)

    def deleted(self) -> None:
        contact = self._contact()
        if contact.merged_into_id:
            return
        (contacts.restore if contact.deleted_at else contacts.delete)(contact, by=None)

    def merges(self) -> None:
        there = list(Contact.objects.alive().order_by("pk"))
        if len(there) > len(self.ids) * 2 // 3:
            one, other = self.pick.sample(there, 2)
            merging.merge(one, other, choices={}, by=None)

    def unmerges(self) -> None:
        standing = Merge.objects.filter(undone_at=None, kept__deleted_at=None).order_by("pk")
        if standing:
            merging.unmerge(self.pick.choice(list(standing)), by=None)

    def rule(self) -> None:
        """A segment's rule changes for that of another."""
        one, other = self.pick.sample(list(Segment.objects.filter(pk__gte=10)), 2)
        MembershipTurn.objects.filter(segment=one).delete()
        Segment.objects.filter(pk=one.pk).update(rule=other.rule, stale_at=self.now)

    def team(self) -> None:
        user = self.pick.choice(list(User.objects.all()))
        other = self.pick.choice(list(User.objects.all()))
        User.objects.filter(pk=user.pk).update(team=other.team)

    def restricted(self) -> None:
        consent.restrict(self._contact(), by=None)

    def let_go(self) -> None:
        for each in Contact.objects.filter(pk__in=restrictions.held()):
            consent.unrestrict(each, by=None)

    def _event(self, at: datetime) -> None:
        partitions.ensure([at.date()])
        properties = {
            name: self.pick.choice(drawing.PROPERTIES)
            for name in self.pick.sample(drawing.PROPERTY_NAMES, 2)
        }
        Event.objects.create(
            name=self.pick.choice(drawing.EVENTS), happened_at=at, recorded_at=at,
            contact_id=self.pick.choice([self._one(), self._one(), None]), properties=properties,
        )  # fmt: skip

    def _one(self) -> int:
        return self.pick.choice(self.ids)

    def _contact(self) -> Contact:
        return Contact.objects.get(pk=self._one())

    def _list(self) -> Segment:
        return Segment.objects.get(pk=self.pick.choice(LISTS))

    def _purpose(self) -> str:
        return self.pick.choice(drawing.PURPOSES)

    def _channel(self) -> Channel:
        return self.pick.choice([Channel.EMAIL, Channel.PHONE])


def differences(now: datetime) -> dict[int, set[int]]:
    """Who is a member and should not be, or should be and is not, by the SQL of each rule.

    Rules let nobody in or out who is restricted.
    """
    found, frozen = {}, restrictions.held()
    for segment in Segment.objects.dynamic():
        rule = segments.from_json(segment.rule)
        query = compile_sql(rule, tables.operational(), now, timezone.get_default_timezone())
        meant = set(databases.answers(query))
        are = set(segment.memberships.values_list("contact", flat=True))
        if apart := (meant ^ are) - frozen:
            found[segment.pk] = apart
    return found


def live_through(seed: int, *, people: int, rules: int, steps: int) -> int:
    """Gives how many entered and left."""
    life, told = Life(seed, people, rules), []
    for step in range(steps):
        live.settle(life.now)
        apart = differences(life.now)
        assert not apart, (seed, told[-3:], life.now, apart, _rules(apart))
        if step % 10 == 9:
            assert not any(each.differed for each in checking.check_at(life.now))
        told.append(life.step())
    for segment in Segment.objects.dynamic():
        named = {"properties__segment": segment.pk}
        entered = Event.objects.filter(name="segment.entered", **named).count()
        left = Event.objects.filter(name="segment.left", **named).count()
        assert entered - left == segment.memberships.count() == segment.size
    return Event.objects.filter(name__in=["segment.entered", "segment.left"]).count()


def _rules(apart) -> list[object]:
    return [Segment.objects.get(pk=id).rule for id in apart]


def test_live_is_what_a_full_evaluation_finds():
    assert live_through(seed=1, people=20, rules=15, steps=40) > 80


@pytest.mark.long
def test_live_is_what_a_full_evaluation_finds_in_the_long_run():
    assert live_through(seed=7, people=60, rules=80, steps=600) > 5_000


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 120))
def test_other_lives_too(seed):
    assert live_through(seed=seed, people=25, rules=40, steps=100) > 100
