"""Who does something while segments wait for one another to be done is judged by it."""

import threading

import pytest
from django.db import connection, transaction

from accord.people.segments import live, members, saving, turning
from accord.people.tests.test_live_segments import inside, work_off
from accord.platform.events import log
from tests import instance

pytestmark = pytest.mark.django_db(transaction=True)

EVER = {"event": "page.viewed"}  # no time of its own: nobody is asked again later
WAITS = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


def of_notes(segment):
    live.follow()


def of_everybody(segment):
    members.evaluate(segment)


def _ask(asks, segment):
    asks(segment)
    connection.close()


def _waited_for():
    with connection.cursor() as cursor:
        cursor.execute(WAITS)
        return cursor.fetchone()[0]


@pytest.mark.parametrize(
    ("asks", "most", "meanwhile"),
    [
        (of_notes, live.MOST, False),
        (of_notes, -1, False),  # as of very many notes
        (of_everybody, live.MOST, True),
    ],
)
def test_what_happens_while_the_lock_is_waited_for_counts(
    ana, mia, monkeypatch, asks, most, meanwhile
):
    seen = saving.create(name="Seen", rule=EVER, by=mia)
    work_off()
    monkeypatch.setattr(live, "MOST", most)
    asking = threading.Thread(target=_ask, args=(asks, seen))
    with transaction.atomic():
        turning.hold_memberships()
        asking.start()
        instance.wait(_waited_for, every=0.02)
        log.record("page.viewed", log.About(contact=ana.pk), by=None)
        if meanwhile:
            assert live.batch()
    asking.join(60)
    monkeypatch.undo()
    work_off()
    assert inside(seen) == {"Ana"}
