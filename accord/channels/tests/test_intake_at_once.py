"""Intake and others who write events at once, where all meet a month that has no part yet."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier, local

import orjson
import pytest
from django.db import connection, transaction

from accord.channels.intake import taking
from accord.channels.models import FailedEvent, Receipt, WriteKey
from accord.platform.events import log, names, partitions
from accord.platform.models import Event

pytestmark = pytest.mark.django_db(transaction=True)

NOON = datetime(2041, 3, 15, 12, tzinfo=UTC)  # a year nobody wrote events of
SAID = 40


@pytest.fixture(autouse=True)
def parts():
    """Those that are left are dropped again."""
    partitions.forget()
    yield
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relname ~ '^platform_event_2041_..$'")
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP TABLE {name}")
    partitions.forget()


@pytest.fixture
def together(monkeypatch):
    """Nobody makes a part before all know that it is missing."""
    gate, waited, make = Barrier(3, timeout=20), local(), partitions._make

    def make_together(name, month):
        if not hasattr(waited, "once"):
            waited.once = True
            gate.wait()
        make(name, month)

    monkeypatch.setattr(partitions, "_make", make_together)
    return gate


def receive():
    key = WriteKey.objects.create(key="shop", name="Shop", kind="server")
    said = [
        {"type": "page", "anonymousId": f"v-{n % 5}", "messageId": f"m-{n}",
         "timestamp": f"2041-03-{1 + n % 14:02}T12:00:00Z"}
        for n in range(SAID)
    ]  # fmt: skip
    Receipt.objects.create(
        received_at=NOON, key=key, kind="batch", events=SAID, address="192.0.2.0",
        agent="Mozilla/5.0 Chrome/142.0", body=orjson.dumps({"batch": said}),
    )  # fmt: skip


@transaction.atomic
def happen(*months):
    for month in months:
        at = datetime(2041, month, 10, tzinfo=UTC)
        log.record("test.happened", log.About(contact=1), at=at, what="x")


def on_its_own_connection(act):
    try:
        return act()
    finally:
        connection.close()


def test_all_who_meet_a_new_month_at_once_write_into_one_part(together):
    if "test.happened" not in names.ALL:
        names.declare("test.happened", "It happened", team="sales")
    receive()
    acts = (lambda: taking.take(NOON), lambda: happen(3, 4, 2), lambda: happen(2, 4, 3))
    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(on_its_own_connection, acts)) == [1, None, None]
    assert Event.objects.filter(name="page.viewed").count() == SAID
    assert Event.objects.filter(name="test.happened").count() == 6
    assert not FailedEvent.objects.exists() and not Receipt.objects.exists()
    made = [each for each in partitions.months() if each.startswith("2041")]
    assert made == ["2041-02", "2041-03", "2041-04"]
