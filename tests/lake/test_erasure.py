"""After an erasure no file of the lake, old or new, holds anything of the person."""

from datetime import timedelta

import duckdb
import pytest
from django.db import connection
from django.utils import timezone

from accord.people.models import Contact
from accord.people.privacy import erasing as privacy
from accord.platform.lake import checking, erasing, shipping, snapshots, tables
from accord.platform.models import Event, Job, LakeFile
from accord.platform.queue import leases, work
from accord.platform.trail import logbooks
from tests.lake.changes import BEGIN

CANARY = "Kanarienvogel"


def hits(lake):
    """How many rows of all Parquet files in the folder name the canary."""
    sql = "SELECT count(*) FROM read_parquet(?) AS r WHERE r::VARCHAR ILIKE ?"
    with duckdb.connect() as database:
        return sum(
            database.execute(sql, [str(path), f"%{CANARY}%"]).fetchone()[0]
            for path in lake.rglob("*")
            if path.is_file()
        )


@pytest.fixture
def canary(changes):
    """Somebody with events in two months, known and as a visitor, shipped in several files."""
    changes.make(30)
    found = Contact.objects.create(first_name=CANARY, email=f"{CANARY}@acme.example".lower())
    for days in (1, 40):
        at = BEGIN + timedelta(days=days)
        Event.objects.create(
            name="page.viewed",
            happened_at=at,
            recorded_at=at,
            contact_id=found.pk,
            properties={"q": CANARY},
        )
        Event.objects.create(
            name="page.viewed",
            happened_at=at,
            recorded_at=at,
            visitor_id=99,
            properties={"q": CANARY},
        )
        shipping.ship(timezone.now())
    shipping.rebuild()  # what counted before is still there
    return found


def test_nothing_is_left_of_an_erased_person(canary, lake):
    assert hits(lake) >= 9
    before = {path.name for path in lake.rglob("*.parquet")}
    with logbooks.opened():
        Event.objects.filter(contact_id=canary.pk).delete()
        Event.objects.filter(visitor_id=99).update(properties={}, visitor_id=None)
    Contact.objects.filter(pk=canary.pk).update(first_name="", email="")
    assert erasing.erase(contacts=[canary.pk], visitors=[99]) == 3
    assert hits(lake) == 0
    assert [each.seen for each in checking.check(rows=True)] == []
    left = {path.name for path in lake.rglob("*.parquet")}
    assert left & before, "files that did not hold the person stay as they are"
    shipping.ship(timezone.now())
    shipping.compact()
    assert hits(lake) == 0 and [each.seen for each in checking.check(rows=True)] == []


def test_what_the_database_keeps_the_lake_keeps(canary, lake):
    """Called too early, or for somebody who stays, it loses nothing."""
    erasing.erase(contacts=[canary.pk], visitors=[99])
    assert hits(lake) == 0, "it is read from the database until it is shipped again"
    assert [each.seen for each in checking.check(rows=True)] == []


def test_a_second_time_there_is_nothing_to_do(canary):
    with logbooks.opened():
        Contact.objects.filter(pk=canary.pk).delete()
    assert erasing.erase(contacts=[canary.pk]) > 0
    assert erasing.erase(contacts=[canary.pk]) == 0


def test_a_damaged_file_and_other_columns_do_not_stop_it(canary, lake):
    file = lake / LakeFile.objects.get(table="people_contact", retired_at=None).name
    file.write_bytes(b"?" * file.stat().st_size)
    Contact.objects.filter(pk=canary.pk).update(first_name="", email="")
    with logbooks.opened():
        Event.objects.filter(properties__q=CANARY).delete()
    erasing.erase(contacts=[canary.pk], visitors=[99])
    assert [each.seen for each in checking.check(rows=True)] == []
    assert LakeFile.objects.filter(table="people_contact").count() == 1
    assert not file.exists()


def test_only_one_writes_the_lake(lake):
    import psycopg

    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [snapshots._LOCK])
        for act in (lambda: shipping.ship(timezone.now()), shipping.compact, shipping.rebuild):
            with pytest.raises(snapshots.Busy, match="Try again"):
                act()
        other.execute("SELECT pg_advisory_unlock(%s)", [snapshots._LOCK])
    shipping.rebuild([tables.names()[0]])


def test_an_erasure_comes_back_to_a_lake_somebody_writes(canary, lake, settings, tmp_path):
    """Its job waits for nobody: it is done later, and holds no thread of the worker."""
    import psycopg

    settings.DATA = tmp_path
    with logbooks.opened():
        Event.objects.filter(visitor_id=99).delete()
    made, began = privacy.begin(canary, by=None), timezone.now()
    work.discover()
    [lease] = leases.claim({privacy.JOB}, limit=1)
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [snapshots._LOCK])
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '60s'")
            try:
                work.run(lease)
            finally:
                cursor.execute("RESET lock_timeout")
    made.refresh_from_db()
    assert made.state == "running" and "lake" not in made.done
    assert Job.objects.get(name=privacy.JOB).due_at >= began + privacy.LATER
    assert hits(lake) > 0
    privacy.run(made.pk)
    made.refresh_from_db()
    assert made.state == "done" and hits(lake) == 0
