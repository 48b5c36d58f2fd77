"""Segment's public clients, from their call to the event log.

The Python client runs here; what the Node client sent to a server on 127.0.0.1 was written down
once (`analytics-node-3.1.0.json`: heads and bodies as they came, the port left out).
"""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from segment.analytics.client import Client

from accord.channels.intake import taking
from accord.people.models import Visitor
from accord.platform.models import Event
from accord.web.collect.tests.conftest import Client as Connection
from accord.web.collect.tests.conftest import running, server_key

__all__ = ["running", "server_key"]


def test_what_segments_client_sends_is_in_the_log(running, server_key, ana):
    port, _, _ = running()
    errors = []
    segment = Client(
        server_key.key,
        host=f"http://127.0.0.1:{port}",
        on_error=lambda error, batch: errors.append(error),
    )
    segment.identify("u-1", {"email": "ana@acme.example", "plan": "pro"})
    segment.track("u-1", "Order Completed", {"revenue": 39.95})
    segment.page("u-1", "Docs", "Install", {"url": "https://acme.example/docs/"})
    segment.group("u-1", "acme", {"name": "Acme"})
    segment.shutdown()
    assert errors == []
    while taking.take(datetime.now(UTC)):
        pass
    seen = Event.objects.filter(visitor_id__isnull=False).order_by("happened_at", "id")
    assert {each.name for each in seen} == {
        "visitor.identified", "track", "page.viewed", "visitor.grouped",
    }  # fmt: skip
    assert {(each.contact_id, each.actor) for each in seen} == {(ana.pk, "unknown")}
    assert seen.get(name="track").properties["revenue"] == 39.95
    assert Visitor.objects.get().name == "u-1"


def test_what_segments_node_client_sends_is_in_the_log(running, server_key, ana):
    port, _, _ = running()
    connection = Connection(port)
    recorded = json.loads(Path(__file__).with_name("analytics-node-3.1.0.json").read_text())
    answers = [connection.ask((each["head"] + each["body"]).encode()) for each in recorded]
    connection.close()
    assert [status for status, _, _ in answers] == [202, 202]
    now = datetime.now(UTC)
    while taking.take(now):
        pass
    seen = Event.objects.filter(visitor_id__isnull=False)
    assert sorted(each.name for each in seen) == [
        "page.viewed", "screen.viewed", "track", "track",
        "visitor.grouped", "visitor.identified", "visitor.renamed",
    ]  # fmt: skip
    assert {each.properties.get("event") for each in seen.filter(name="track")} == {
        "Order Completed", "Gr\u00fc\u00dfe \U0001f600",
    }  # fmt: skip
    hers = Visitor.objects.filter(pk__in=seen.filter(contact_id=ana.pk).values("visitor_id"))
    assert [each.name for each in hers] == ["u-1"]
    assert all(abs(each.happened_at - now) < timedelta(minutes=5) for each in seen)
