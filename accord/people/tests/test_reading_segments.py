from datetime import timedelta

import psycopg
import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accord.engine.consent.terms import Channel
from accord.engine.segments import from_json
from accord.people import affiliations, companies, contacts
from accord.people.consents import consent, purposes
from accord.people.identity import merging
from accord.people.models import Contact
from accord.people.segments import excluding, live, looking, members, reading, saving
from accord.platform.events import log

pytestmark = pytest.mark.django_db

BONN = {"contact": "city", "kind": "text", "is": "Bonn"}


@pytest.fixture
def people(mia):
    """Ten people, the even ones in Bonn."""
    return [
        contacts.create(
            values={
                "first_name": f"P{n}",
                "email": f"p{n}@acme.example",
                "city": "" if n % 2 else "Bonn",
            },
            by=mia,
        )
        for n in range(10)
    ]


@pytest.fixture
def bonn(people, mia):
    made = saving.create(name="Bonn", rule=BONN, by=mia)
    live.settle(timezone.now())
    return made


def test_few_are_counted_and_many_estimated(people, monkeypatch):
    now = timezone.now()
    assert reading.estimate(from_json(BONN), now) == reading.Count(5, exact=True)
    contacts.delete(people[0], by=None)
    assert reading.estimate(from_json(BONN), now) == reading.Count(4, exact=True)
    monkeypatch.setattr(reading, "DRAWN", 2)
    about = reading.estimate(from_json({"not": BONN}), now)
    assert not about.exact and 0 <= about.people <= 10


def test_nobody_is_estimated_where_nobody_is():
    assert reading.estimate(from_json(BONN), timezone.now()) == reading.Count(0, exact=True)


def test_a_sample_finds_the_few_a_reader_may_see_of_very_many(people):
    made = Contact.objects.bulk_create([Contact(city="Bonn") for _ in range(1_300)])
    few = made[650:652]
    seen = Contact.objects.filter(pk__in=[each.pk for each in few])
    assert reading.sample(from_json(BONN), timezone.now(), seen=seen) == few


def test_a_sample_shows_only_whom_the_reader_may_see(people, mia):
    seen = Contact.objects.visible_to(mia).exclude(first_name="P2")
    found = reading.sample(from_json(BONN), timezone.now(), seen=seen)
    assert [each.first_name for each in found] == ["P0", "P4", "P6", "P8"]


def test_every_line_is_ticked_or_crossed_for_a_person(people, bonn, mia):
    rule = from_json({"all": [BONN, {"event": "page.viewed"}, {"segment": bonn.pk}]})
    said = reading.explain(people[0], rule, timezone.now())
    assert (said.holds, said.seen) == (False, "2 of 3 hold")
    assert [line.holds for line in said.lines] == [True, False, True]
    log.record("page.viewed", log.About(contact=people[0].pk))
    assert reading.explain(people[0], rule, timezone.now()).holds
    contacts.delete(people[0], by=mia)
    assert reading.explain(people[0], rule, timezone.now()) is None


def test_segments_share_members(people, bonn, mia):
    fair = saving.create(name="Fair", by=mia)
    members.add(fair, people=[each.pk for each in people[:3]], by=mia)
    seen = Contact.objects.visible_to(mia)
    assert reading.overlap(bonn, fair, seen=seen) == reading.Overlap(3, 2, 1)
    few = seen.exclude(first_name__in=["P1", "P2", "P4"])
    assert reading.overlap(bonn, fair, seen=few) == reading.Overlap(2, 1, 0)
    contacts.delete(people[0], by=mia)
    live.settle(timezone.now())
    assert reading.overlap(bonn, fair, seen=seen) == reading.Overlap(3, 1, 1)


def test_where_it_is_used_is_told_by_everybody_who_offers(bonn, mia, monkeypatch):
    both = saving.create(name="Both", rule={"segment": bonn.pk}, by=mia)
    monkeypatch.setattr(reading, "_users", [])
    reading.offer_use(lambda segment: [reading.Use("campaign", f"Mail to {segment}", 3)])
    assert reading.where_used(bonn) == [
        reading.Use("campaign", "Mail to Bonn", 3),
        reading.Use("segment", "Both", both.pk),
    ]


def test_sizes_go_on_over_days_without_a_change(people, bonn, mia):
    now = timezone.now()
    contacts.change(people[1], values={"city": "Bonn"}, by=mia)
    live.settle(now + timedelta(days=3))
    contacts.change(people[0], values={"city": "Cologne"}, by=mia)
    contacts.change(people[2], values={"city": "Cologne"}, by=mia)
    live.settle(now + timedelta(days=4))
    first = timezone.localtime(now).date()
    days = reading.sizes(bonn, since=first, today=first + timedelta(4))
    assert [(day.size, day.entered, day.left) for day in days] == [
        (5, 5, 0), (5, 0, 0), (5, 0, 0), (6, 1, 0), (4, 0, 2),
    ]  # fmt: skip


def test_many_at_once_are_decided_as_one_by_one(people, bonn, mia, monkeypatch):
    purposes.add(label="News", by=None)
    question = consent.question("news", Channel.EMAIL)
    consent.give(people[0], consent.Given("news", Channel.EMAIL), by=None)
    consent.give(people[1], consent.Given("news", Channel.EMAIL), by=None)
    consent.withdraw(people[1], by=None)
    consent.restrict(people[2], by=None)
    now = timezone.now()
    consent.pause(people[3], until=now + timedelta(days=2), by=None)
    for id, said in excluding.decide(people, question, timezone.now()).items():
        one = Contact.objects.get(pk=id)
        assert said.decision == consent.may_send(one, question, timezone.now())
    monkeypatch.setattr(excluding, "MOST", 2)
    told = excluding.excluded(bonn, question, timezone.now())
    assert told.size == 5 and not told.exact and len(told.rows) <= 2


def test_nobody_is_reached_for_a_purpose_that_is_not_used_any_more(people, bonn):
    news = purposes.add(label="News", by=None)
    question = consent.question("news", Channel.EMAIL)
    consent.give(people[0], consent.Given("news", Channel.EMAIL), by=None)
    purposes.archive(news, by=None)
    told = excluding.excluded(bonn, question, timezone.now())
    assert told.reached == 0
    assert {each.reason for each in told.rows} == {consent.NOT_USED}


def test_what_takes_too_long_is_not_told(monkeypatch):
    """Whatever language the database speaks, and by the database itself."""
    seen, now = Contact.objects.all(), timezone.now()

    def slow(rule, now):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(60)")

    def german(rule, now):
        words = "storniere Anfrage wegen Zeitüberschreitung der Anfrage"
        raise OperationalError(words) from psycopg.errors.QueryCanceled(words)

    monkeypatch.setattr(looking, "LONGEST", 0.05)
    for count in (slow, german):
        monkeypatch.setattr(members, "count", count)
        assert looking.counted(from_json(BONN), now, seen=seen) is None


def test_everybody_is_asked_with_room_to_group_them():
    """With 4 MB, or by two processes and spilling, grouping a million people took minutes."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '4MB'")
        looking.counted(from_json(BONN), timezone.now(), seen=Contact.objects.all())
        cursor.execute("SHOW work_mem")
        assert cursor.fetchone() == ("64MB",)
        cursor.execute("SHOW max_parallel_workers_per_gather")
        assert cursor.fetchone() == ("0",)


def test_merged_people_cost_no_query_each(people, mia):
    purposes.add(label="News", by=None)
    question = consent.question("news", Channel.EMAIL)
    acme = companies.create(values={"name": "Acme"}, by=None)
    asked = []
    for kept, gone in zip(people[:5], people[5:], strict=True):
        affiliations.add(gone, acme, by=None)
        consent.give(gone, consent.Given("news", Channel.EMAIL), by=None)
        merging.merge(kept, gone, choices={}, by=mia)
        asked.append(Contact.objects.get(pk=kept.pk))
    now = timezone.now()
    with CaptureQueriesContext(connection) as few:
        excluding.decide(asked[:1], question, now)
    with CaptureQueriesContext(connection) as many:
        found = excluding.decide(asked, question, now)
    assert len(many) == len(few) <= 16
    assert all(found[each.pk].decision == consent.may_send(each, question, now) for each in asked)
    assert all(said.decision for said in found.values())
