"""Who changes people at the same time waits in one order, and so never for each other."""

import threading
import time
from datetime import UTC, date, datetime

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accord.engine.consent.terms import Channel
from accord.people import contacts, visitors
from accord.people.consents import consent, preference_centre, purposes
from accord.people.consents.consent import Given
from accord.people.identity import following, merging
from accord.people.models import Contact, MembershipTurn, Restriction
from accord.people.privacy import erasing
from accord.people.segments import members, saving, turning
from accord.people.tests.test_devices import NOON
from accord.people.visitors import Claim, Seen
from accord.platform.events import partitions
from accord.platform.models import Event
from accord.platform.queue import leases, work

pytestmark = pytest.mark.django_db(transaction=True)
WAITING = """
SELECT count(*) FROM pg_locks JOIN pg_database ON oid = database
WHERE NOT granted AND datname = current_database()
"""


@pytest.fixture
def other():
    """Somebody else at the same database."""
    given = connection.get_connection_params()
    with psycopg.connect(**given, autocommit=True) as found:
        yield found


def waits(other):
    until = time.monotonic() + 120
    while not other.execute(WAITING).fetchone()[0]:
        assert time.monotonic() < until
        time.sleep(0.02)


def test_whoever_waits_for_identity_holds_no_visitor_yet(ana, other):
    partitions.ensure([NOON.date()])
    [visitor] = visitors.meet([Seen("device", "v", NOON, 1)]).values()

    def arrive():
        try:
            with transaction.atomic():
                met = visitors.meet([Seen("device", "v", NOON, 1)])
                claim = Claim(visitor.pk, NOON, 1, "m", emails=("ana@acme.example",))
                visitors.recognise([claim], met.values())
        finally:
            connection.close()

    arriving = threading.Thread(target=arrive)
    with transaction.atomic():
        following.alone()
        arriving.start()
        waits(other)
        held = "SELECT FROM people_visitor WHERE id = %s FOR UPDATE NOWAIT"
        other.execute(held, [visitor.pk])
    arriving.join(120)
    visitor.refresh_from_db()
    assert visitor.contact_id == ana.pk


@pytest.mark.parametrize("act", ["merged", "erased", "agreed", "stopped", "restored"])
def test_rows_may_still_point_to_a_person_who_is(act, ana, other, settings, tmp_path):
    settings.DATA = tmp_path
    bo = Contact.objects.create(first_name="Bo")
    with transaction.atomic():
        if act == "merged":
            merging.merge(ana, bo, choices={}, by=None)
        elif act == "erased":
            erasing.begin(ana, by=None)
        elif act == "agreed":
            news = purposes.add(label="News", by=None)
            row = consent.give(ana, Given(news.pk, Channel.EMAIL), by=None)
            consent.confirm(row, by=None)
            consent.retract(row, by=None)
        elif act == "stopped":
            preference_centre.stop_all(ana, proof=consent.NO_PROOF)
        else:
            contacts.delete(ana, by=None)
            contacts.restore(ana, by=None)
        pointing = "SELECT FROM people_contact WHERE id = %s FOR KEY SHARE NOWAIT"
        other.execute(pointing, [ana.pk])


def test_whoever_is_restricted_waits_for_what_is_being_taken_in(ana, other):
    def restrict():
        try:
            consent.restrict(ana, by=None)
        finally:
            connection.close()

    restricting = threading.Thread(target=restrict)
    with transaction.atomic():
        following.alone()
        restricting.start()
        waits(other)
        taken = timezone.now()
        pointing = "SELECT FROM people_contact WHERE id = %s FOR KEY SHARE NOWAIT"
        other.execute(pointing, [ana.pk])
    restricting.join(120)
    assert Restriction.objects.get(contact=ana).at > taken


@pytest.mark.parametrize("act", ["evaluate", "erase"])
def test_a_long_step_leaves_the_row_of_its_job_to_whoever_extends_it(
    act, ana, mia, other, settings, tmp_path
):
    settings.DATA = tmp_path
    bonn = saving.create(name="Bonn", rule={"contact": "city", "kind": "text", "is": "B"}, by=mia)
    made = erasing.begin(ana, by=None)
    work.discover()
    [lease] = leases.claim({erasing.JOB}, limit=1)

    def step():
        token = work._lease.set(lease)
        try:
            if act == "erase":
                erasing.run(made.pk)
            else:
                members.evaluate_alone(bonn, timezone.now())
        finally:
            work._lease.reset(token)
            connection.close()

    stepping = threading.Thread(target=step)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            turning.hold_memberships()
            cursor.execute("LOCK TABLE people_mergeitem IN SHARE MODE")
            stepping.start()
            waits(other)
            held = "SELECT FROM platform_job WHERE id = %s FOR UPDATE NOWAIT"
            other.execute(held, [lease.id])
    finally:
        stepping.join(120)
    assert not stepping.is_alive()


def test_a_new_month_waits_for_nobody_who_reads_events(db, other):
    far = date(2093, 5, 17)
    other.execute("BEGIN")
    other.execute("SELECT count(*) FROM platform_event").fetchone()
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '20s'")
            partitions.ensure([far])
    finally:
        other.execute("ROLLBACK")
    assert "2093-05" in partitions.months()
    at = datetime(2093, 5, 31, 23, 59, 59, tzinfo=UTC)
    made = Event.objects.create(name="page.viewed", happened_at=at, recorded_at=at)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Event.objects.filter(pk=made.pk).update(name="track")
    with pytest.raises(DatabaseError, match="append-only"), connection.cursor() as cursor:
        cursor.execute("UPDATE platform_event_2093_05 SET name = 'track'")


def test_whoever_changes_a_rule_waits_for_who_evaluates_the_old_one(ana, mia, other):
    """The turns of the old rule are there when those of the segment are taken away."""
    rule = {"event": "page.viewed", "when": {"within_last": "30 days"}}
    seen = saving.create(name="Seen", rule=rule, by=mia)

    def change():
        try:
            saving.change(seen, rule={**rule, "when": {"within_last": "2 days"}}, by=mia)
        finally:
            connection.close()

    changing = threading.Thread(target=change)
    with transaction.atomic():
        turning.hold_memberships()
        changing.start()
        waits(other)
        MembershipTurn.objects.create(segment=seen, contact=ana, due_at=timezone.now())
    changing.join(120)
    assert not MembershipTurn.objects.exists()
