"""Segments follow life by the worker's own jobs, and a difference is told."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accord.people import companies, contacts
from accord.people.fields import custom_fields
from accord.people.models import ChangedPerson, Membership, MembershipTurn, Segment
from accord.people.segments import checking, live, members, saving, tables
from accord.platform import doctor
from accord.platform.events import log
from accord.platform.lake import shipping
from accord.platform.models import Event
from accord.platform.queue import work

pytestmark = pytest.mark.django_db

BONN = {"contact": "city", "kind": "text", "is": "Bonn"}
SEEN = {"event": "page.viewed", "when": {"within_last": "2 days"}}


def work_off():
    """What the worker would do now."""
    work.discover()
    while live.waits():
        work.tick()
        work.run_due()


def inside(segment):
    return set(members.people(segment).values_list("first_name", flat=True))


def told(contact):
    found = Event.objects.filter(contact_id=contact.pk, name__startswith="segment.")
    return list(found.order_by("pk").values_list("name", flat=True))


def test_who_changes_enters_and_leaves_at_once(ana, mia):
    bonn = saving.create(name="Bonn", rule=BONN, by=mia)
    work_off()
    assert inside(bonn) == set()
    contacts.change(ana, values={"city": "Bonn"}, by=mia)
    work_off()
    assert inside(bonn) == {"Ana"}
    contacts.change(ana, values={"title": "Buyer"}, by=mia)
    work_off()
    contacts.delete(ana, by=mia)
    work_off()
    assert inside(bonn) == set() and told(ana) == ["segment.entered", "segment.left"]
    assert not ChangedPerson.objects.exists()


def test_nobody_is_noted_where_no_segment_has_a_rule(ana, mia):
    fair = saving.create(name="Fair", by=mia)
    members.add(fair, people=[ana.pk], by=mia)
    contacts.change(ana, values={"city": "Bonn"}, by=mia)
    assert not ChangedPerson.objects.exists() and not live.waits()


def test_time_lets_people_out_at_its_instant(ana, mia):
    seen = saving.create(name="Seen", rule=SEEN, by=mia)
    now = timezone.now()
    log.record("page.viewed", log.About(contact=ana.pk), at=now - timedelta(days=1))
    live.settle(now)
    turn = MembershipTurn.objects.get(segment=seen)
    assert turn.due_at == now + timedelta(days=1) and inside(seen) == {"Ana"}
    live.settle(turn.due_at - timedelta(microseconds=1))
    assert inside(seen) == {"Ana"}
    live.settle(turn.due_at)
    assert inside(seen) == set() and not MembershipTurn.objects.exists()


def test_who_asks_for_a_segment_follows_it(ana, mia):
    bonn = saving.create(name="Bonn", rule=BONN, by=mia)
    both = saving.create(name="Both", rule={"not": {"segment": bonn.pk}}, by=mia)
    third = saving.create(name="Third", rule={"not": {"segment": both.pk}}, by=mia)
    work_off()
    assert inside(both) == {"Ana"} and inside(third) == set()
    contacts.change(ana, values={"city": "Bonn"}, by=mia)
    assert live.batch(timezone.now())
    assert inside(bonn) == {"Ana"} and inside(both) == set() and inside(third) == {"Ana"}


def test_of_very_many_changes_everybody_is_evaluated(ana, mia, monkeypatch):
    bonn = saving.create(name="Bonn", rule=BONN, by=mia)
    seen = saving.create(name="Seen", rule=SEEN, by=mia)
    work_off()
    monkeypatch.setattr(live, "MOST", 2)
    contacts.change(ana, values={"city": "Bonn"}, by=mia)
    now = timezone.now()
    for _ in range(3):
        log.record("page.viewed", log.About(contact=ana.pk), at=now)
    work_off()
    assert inside(bonn) == inside(seen) == {"Ana"}
    assert MembershipTurn.objects.get(segment=seen).due_at == now + timedelta(days=2)


def test_a_rule_that_asks_for_what_is_gone_stops_only_itself(ana, mia):
    bonn = saving.create(name="Bonn", rule=BONN, by=mia)
    gone = saving.create(name="Gone", rule=BONN, by=mia)
    work_off()
    shoe = {"contact": "shoe", "kind": "text", "is": "42"}
    Segment.objects.filter(pk=gone.pk).update(rule=shoe, stale_at=timezone.now())
    contacts.change(ana, values={"city": "Bonn"}, by=mia)
    work_off()
    assert inside(bonn) == {"Ana"} and inside(gone) == set()
    assert [each.segment for each in checking.check_at(timezone.now())] == [bonn]


def test_who_waits_longest_has_a_turn_while_more_come_than_a_batch_takes(mia):
    bonn = saving.create(name="Bonn", rule=BONN, by=mia)
    work_off()
    people = [contacts.create(values={"first_name": "P"}, by=mia) for _ in range(12)]
    ChangedPerson.objects.all().delete()
    for each in people:
        contacts.change(each, values={"city": "Bonn"}, by=mia)
    live.batch(timezone.now(), limit=4)
    there = set(bonn.memberships.values_list("contact", flat=True))
    assert people[0].pk in there, "the first who waits"
    assert {each.pk for each in people[-2:]} <= there, "and those who came last"
    assert ChangedPerson.objects.exists()


def test_rules_are_kept_until_one_changes_or_there_is_more_to_ask_for(mia, olga):
    bonn = saving.create(name="Bonn", rule=BONN, by=mia)
    rules = live.in_use(tables.operational())
    assert live.in_use(tables.operational()) is rules
    saving.change(bonn, rule=BONN | {"is": "Kiel"}, by=mia)
    changed = live.in_use(tables.operational())
    assert changed.by_id[bonn.pk] != rules.by_id[bonn.pk]
    custom_fields.add("contact", label="Shoe", kind="text", by=olga)
    assert live.in_use(tables.operational()) is not changed


@pytest.mark.django_db(transaction=True)
def test_the_worker_is_told_only_of_changes_that_concern_somebody(ana, mia):
    import psycopg

    empty = companies.create(values={"name": "Nobody Ltd"}, by=mia)
    saving.create(name="Bonn", rule=BONN, by=mia)
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as worker:
        worker.execute(f"LISTEN {work.CHANNEL}")
        with connection.cursor() as cursor:
            cursor.execute("UPDATE people_company SET city = 'Kiel' WHERE id = %s", [empty.pk])
            cursor.execute("UPDATE people_contact SET city = 'Kiel' WHERE id = 0")
            cursor.execute("UPDATE sales_deal SET version = version WHERE id = 0")
            cursor.execute(f"NOTIFY {work.CHANNEL}, 'nothing'")
            cursor.execute("UPDATE people_contact SET city = 'Kiel' WHERE id = %s", [ana.pk])
            cursor.execute(f"NOTIFY {work.CHANNEL}, 'end'")
        told = [each.payload for each in worker.notifies(timeout=120, stop_after=3)]
    assert told == ["nothing", "", "end"]


@pytest.mark.django_db(transaction=True)
def test_a_difference_is_found_told_and_put_right(ana, mia, olga, client, settings, tmp_path):
    settings.LAKE = tmp_path / "lake"
    bonn = saving.create(name="Bonn", rule=BONN, by=mia)
    work_off()
    contacts.change(ana, values={"city": "Bonn"}, by=mia)
    assert [each.differed for each in checking.check()] == [0], "she waits"
    work_off()
    Membership.objects.all().delete()
    shipping.rebuild()
    for check in (checking.check, checking.check_lake):
        [found] = check()
        assert (found.missing, found.too_many) == (1, 0)
    checking.nightly(timezone.now())
    finding = checking.finding()
    assert not finding.well and "Bonn (1)" in finding.seen
    assert any(each.name == "segments" and not each.well for each in doctor.examine_database())
    for person, sees in ((olga, True), (mia, False)):
        client.force_login(person)
        assert ("Segment Bonn was wrong" in client.get("/notices/").text) is sees
    work_off()
    assert inside(bonn) == {"Ana"}
    checking.nightly(timezone.now())
    assert checking.finding().well


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("lake", [False, True])
def test_who_enters_just_before_a_check_reads_is_no_difference(
    ana, mia, settings, tmp_path, monkeypatch, lake
):
    settings.LAKE = tmp_path / "lake"
    if not lake:
        monkeypatch.setattr(checking, "_lakes", [])
    looked = saving.create(name="Looked", rule=SEEN, by=mia)
    work_off()
    began = timezone.now()
    log.record("page.viewed", log.About(contact=ana.pk), by=None)
    work_off()
    assert inside(looked) == {"Ana"}
    shipping.rebuild()
    checking.nightly(began)
    assert checking.finding().well


@pytest.mark.django_db(transaction=True)
def test_the_first_segment_waits_for_whoever_saw_none(ana, mia):
    """A change that began before the first segment was made is not overlooked."""
    import threading

    changed, made = threading.Event(), threading.Event()

    def slowly():
        with transaction.atomic():
            contacts.change(ana, values={"city": "Bonn"}, by=mia)
            changed.set()
            made.wait(60)
        connection.close()

    other = threading.Thread(target=slowly)
    other.start()
    assert changed.wait(60)
    bonn = saving.create(name="Bonn", rule=BONN, by=mia)
    live.settle(timezone.now())
    bonn.refresh_from_db()
    assert inside(bonn) == set() and bonn.stale_at is not None
    made.set()
    other.join(60)
    live.settle(timezone.now() + members.WAIT)
    bonn.refresh_from_db()
    assert inside(bonn) == {"Ana"} and bonn.stale_at is None
