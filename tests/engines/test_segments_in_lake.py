"""Rules asked of the lake, of what changed since it was shipped, and of PostgreSQL: the same.

Half of the people are shipped, then many change, and each rule is asked in one snapshot.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accord.engine import segments
from accord.engine.consent.terms import Channel
from accord.engine.errors import Refused
from accord.engine.segments import BadRule
from accord.engine.segments.sql import compile_rule
from accord.engine.segments.times import Clock
from accord.people import lake, lifecycle
from accord.people.consents import consent
from accord.people.identity import merging
from accord.people.models import (
    Company,
    ConsentRecord,
    Contact,
    Membership,
    Purpose,
    Segment,
)
from accord.people.segments import tables
from accord.platform.lake import checking, reading, shipping
from accord.platform.models import Event
from accord.platform.trail import logbooks
from accord.sales.models import Deal
from tests.engines import databases
from tests.engines.drawing import NOWS, ZONES, Draw
from tests.engines.rules import Rules


@pytest.fixture
def kept(transactional_db, tmp_path, settings):
    settings.LAKE = tmp_path / "lake"
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM platform_lakechange")
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE drawn_consent, drawn_list_member, drawn_segment_member")


def compare(seed: int, people: int, rules: int) -> int:
    """Draw, ship, change and compare; gives how often somebody matched."""
    draw = Draw(seed, databases.furnish())
    firms = draw.firms(20)
    by_values = {id(firm.values): firm.id for firm in firms}
    drawn = [draw.person(number * 37, firms) for number in range(1, people + 1)]
    employer = {p.id: by_values[id(p.company)] for p in drawn if p.company is not None}
    databases.load(drawn, firms, employer)
    _lists(drawn)
    _consents(draw, [person.id for person in drawn])
    _merge(draw)
    shipping.ship(timezone.now())
    _change(draw)
    questions, matched, asked = Rules(seed, drawn), 0, 0
    while asked < rules:
        rule = questions.rule()
        clock = Clock(draw.random.choice(NOWS), draw.random.choice(ZONES))
        with reading.reading() as reader:
            try:
                query = compile_rule(rule, tables.operational(), clock)
            except BadRule:
                continue  # asks for what the instance does not offer
            here = set(databases.answers(query))
            there = lake.selected(reader, rule, clock)
        assert here == there, (seed, asked, rule, clock, here ^ there)
        matched, asked = matched + len(here), asked + 1
        if asked == rules // 2:
            shipping.ship(timezone.now())
    return matched


def _lists(drawn):
    for number in (1, 2, 3):
        Segment.objects.create(id=number, name=f"List {number}", kind=Segment.Kind.STATIC)
    now = timezone.now()
    Membership.objects.bulk_create(
        Membership(segment_id=each, contact_id=person.id, since=now)
        for person in drawn
        for each in person.lists
    )


def _consents(draw: Draw, people: list[int]) -> None:
    """What they agreed to and took back, as the ledger has it."""
    for name in ("news", "offers"):
        Purpose.objects.update_or_create(name=name, defaults={"double": name == "news"})
    pick = draw.random
    for person in people:
        for _ in range(pick.choice([0, 1, 3])):
            stop = pick.random() < 0.3
            said = ConsentRecord.objects.create(
                contact_id=person,
                what=pick.choice(STOPS if stop else ["consent", "consent", *GIVEN]),
                purpose=pick.choice(["news", "offers", ""] if stop else ["news", "offers"]),
                channel=pick.choice(["email", "phone", ""] if stop else ["email", "phone"]),
                at=draw.moment(),
                recorded_at=draw.moment(),
                source=pick.choice(ConsentRecord.Source.values),
                opt_out_offered=pick.random() < 0.7,
            )
            if said.what == "consent" and pick.random() < 0.6:
                ConsentRecord.objects.create(
                    contact_id=person,
                    what="confirmed",
                    purpose=said.purpose,
                    channel=said.channel,
                    at=draw.moment(),
                    recorded_at=draw.moment(),
                    source="person",
                    confirms=said,
                )
            if not stop and pick.random() < 0.2:
                ConsentRecord.objects.create(
                    contact_id=person,
                    what="retracted",
                    purpose=said.purpose,
                    channel=said.channel,
                    at=draw.moment(),
                    recorded_at=draw.moment(),
                    source=said.source,
                    confirms=said,
                )


STOPS = ["withdrawn", "objected"]
GIVEN = ["soft_opt_in", "implied_purchase", "implied_inquiry", "published", "unknown"]


def _change(draw: Draw) -> None:
    """A third of everything is other than it was shipped."""
    pick = draw.random
    contacts = list(Contact.objects.order_by("pk"))
    _consents(draw, [each.pk for each in contacts[::4]])
    for contact in contacts[::3]:
        other = pick.choice(contacts)
        Contact.objects.filter(pk=contact.pk).update(
            city=other.city, stage=other.stage, custom=other.custom, tags=other.tags
        )
    with logbooks.opened():
        for event in Event.objects.order_by("pk")[::4]:
            Event.objects.filter(pk=event.pk).update(contact_id=pick.choice(contacts).pk)
        for event in Event.objects.order_by("pk")[::9]:
            event.delete()
    for event in Event.objects.order_by("pk")[::5]:
        Event.objects.create(
            name=event.name,
            happened_at=event.happened_at + timedelta(seconds=1),
            recorded_at=event.recorded_at,
            contact_id=pick.choice(contacts).pk,
            properties=event.properties,
        )
    Contact.objects.filter(pk__in=[each.pk for each in contacts[::7]]).update(
        deleted_at=timezone.now()
    )
    Contact.objects.filter(pk__in=[each.pk for each in contacts[::5]]).update(
        merged_into=None, deleted_at=None
    )
    _merge(draw)
    Company.objects.filter(pk__lt=5).update(country="FR", custom={})
    Deal.objects.filter(pk__in=list(Deal.objects.values_list("pk", flat=True))[::4]).update(
        name="Other", tags=["vip"]
    )
    Membership.objects.filter(
        pk__in=list(Membership.objects.values_list("pk", flat=True))[::3]
    ).delete()


def _merge(draw: Draw) -> None:
    """A quarter of those that are there are merged into others, some of them again."""
    there = list(Contact.objects.alive().order_by("pk").values_list("pk", flat=True))
    draw.random.shuffle(there)
    while len(there) > 60:
        Contact.objects.filter(pk=there.pop()).update(
            merged_into=draw.random.choice(there), deleted_at=draw.moment()
        )


def test_what_merged_records_said_and_were_is_read_from_the_lake(kept):
    databases.load([], [], {})
    for name in ("news", "offers"):
        Purpose.objects.update_or_create(name=name, defaults={"label": name})
    lifecycle.ensure()
    ana, ann = (Contact.objects.create(first_name=name) for name in ("Ana", "Ann"))
    consent.give(ana, consent.Given("news", Channel.EMAIL), by=None)
    consent.withdraw(ann, by=None)
    lifecycle.move(ann, to="mql", by=None)
    shipping.ship(timezone.now())
    asked = [
        {"consent": "news", "channel": "email", "state": "given"},
        {"consent": "news", "channel": "email", "state": "withdrawn"},
        {"lifecycle": "was", "stages": ["mql"]},
    ]

    def found():
        rules = [segments.from_json(each) for each in asked]
        return [lake.evaluate(rule, now=timezone.now()) for rule in rules]

    assert found() == [{ana.pk}, {ann.pk}, {ann.pk}]
    merge = merging.merge(ana, ann, choices={"stage": "kept"}, by=None)
    assert found() == [set(), {ana.pk}, {ana.pk}]
    shipping.ship(timezone.now())
    assert found() == [set(), {ana.pk}, {ana.pk}]
    merging.unmerge(merge, by=None)
    assert found() == [{ana.pk}, {ann.pk}, {ann.pk}]
    shipping.ship(timezone.now())
    assert found() == [{ana.pk}, {ann.pk}, {ann.pk}]
    assert checking.check(rows=True) == []


def test_lake_and_fresh_tail_agree_with_postgresql(kept):
    assert compare(seed=31, people=80, rules=60) > 300
    assert checking.check(rows=True) == []


@pytest.mark.long
@pytest.mark.parametrize("seed", range(400, 406))
def test_lake_and_fresh_tail_agree_in_the_long_run(kept, seed):
    assert compare(seed, people=400, rules=400) > 1_000


def test_what_cannot_be_asked_is_refused(kept):
    databases.load([], [], {})
    with pytest.raises(Refused):
        rule = segments.from_json({"contact": "nowhere", "kind": "text", "is": "x"})
        lake.evaluate(rule, now=timezone.now())
