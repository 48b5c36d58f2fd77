from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, connection, transaction

from accord.platform.events import log, names, partitions
from accord.platform.models import AuditEntry, Event
from accord.platform.trail import audit, logbooks

pytestmark = pytest.mark.django_db


@pytest.fixture
def known():
    if "test.happened" not in names.ALL:
        names.declare("test.happened", "It happened", team="sales")


def test_an_event_of_any_month_finds_its_part(known):
    at = datetime(1999, 12, 31, 23, 30, tzinfo=UTC)
    log.record("test.happened", log.About(contact=1), at=at, what="x")
    event = Event.objects.get(contact_id=1)
    assert (event.happened_at, event.team, event.properties) == (at, "sales", {"what": "x"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM platform_event_1999_12")
        assert cursor.fetchone() == (1,)


def test_parts_are_made_once():
    partitions.ensure([date(2031, 5, 5)])
    partitions.forget()
    partitions.ensure([date(2031, 5, 6)])


def test_a_name_nobody_declared_is_refused():
    with pytest.raises(KeyError):
        log.record("no.such.event", log.About())


LOGBOOKS = [
    "platform_auditentry",
    "platform_fieldchange",
    "platform_event",
    "platform_event_2026_03",
    "people_lifecyclechange",
    "people_consentrecord",
    "sales_stagechange",
]


@pytest.mark.parametrize("table", LOGBOOKS)
@pytest.mark.parametrize("change", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}"])
def test_a_logbook_refuses_to_be_rewritten(known, table, change):
    log.record("test.happened", log.About(contact=1), at=datetime(2026, 3, 5, tzinfo=UTC))
    with connection.cursor() as cursor:
        cursor.execute("SET accord.emptying = 'off'")
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            cursor.execute(change.format(table))
        cursor.execute("SET accord.emptying = 'on'")
    assert Event.objects.filter(contact_id=1).count() == 1


def test_erasure_and_undo_may_open_the_logbooks(known):
    audit.record("something", by=None)
    log.record("test.happened", log.About(contact=1))
    with logbooks.opened():
        AuditEntry.objects.all().delete()
        Event.objects.filter(contact_id=1).update(contact_id=2)
    assert not AuditEntry.objects.exists()
    assert Event.objects.get(contact_id=2)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Event.objects.filter(contact_id=2).delete()
