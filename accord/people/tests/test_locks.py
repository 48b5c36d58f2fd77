"""Who changes people at the same time waits in one order, and so never for each other."""

import threading
import time

import psycopg
import pytest
from django.db import connection, transaction

from accord.people import visitors
from accord.people.identity import following, merging
from accord.people.models import Contact
from accord.people.privacy import erasing
from accord.people.tests.test_devices import NOON
from accord.people.visitors import Claim, Seen
from accord.platform.events import partitions

pytestmark = pytest.mark.django_db(transaction=True)
WAITING = """
SELECT count(*) FROM pg_locks JOIN pg_database ON oid = database
WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()
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


@pytest.mark.parametrize("act", ["merged", "erased"])
def test_rows_may_still_point_to_a_person_who_is(act, ana, other, settings, tmp_path):
    settings.DATA = tmp_path
    bo = Contact.objects.create(first_name="Bo")
    with transaction.atomic():
        if act == "merged":
            merging.merge(ana, bo, choices={}, by=None)
        else:
            erasing.begin(ana, by=None)
        pointing = "SELECT FROM people_contact WHERE id = %s FOR KEY SHARE NOWAIT"
        other.execute(pointing, [ana.pk])
