"""Segment's public Python client, as it comes, against a running server."""

import orjson
from segment.analytics.client import Client as SegmentClient


def test_segments_python_client_works_unchanged(running, server_key, receipts):
    port, _, _ = running()
    errors = []
    segment = SegmentClient(
        server_key.key,
        host=f"http://127.0.0.1:{port}",
        on_error=lambda error, batch: errors.append(error),
        gzip=True,
        upload_size=3,
    )
    segment.identify("u-1", {"email": "ana@acme.example", "plan": "pro"})
    segment.track("u-1", "Order Completed", {"revenue": 39.95, "currency": "EUR"})
    segment.page("u-1", "Docs", "Install", {"url": "https://acme.example/docs/"})
    segment.screen("u-1", "App", "Home")
    segment.group("u-1", "acme", {"name": "Acme"})
    segment.alias("v-1", "u-1")
    segment.shutdown()
    assert errors == []
    sent = [each for kept in receipts() for each in orjson.loads(bytes(kept.body))["batch"]]
    assert [each["type"] for each in sent] == [
        "identify", "track", "page", "screen", "group", "alias",
    ]  # fmt: skip
    assert {kept.kind for kept in receipts()} == {"batch"}
    assert all(each["messageId"] and each["timestamp"] for each in sent)
    assert receipts()[0].agent.startswith("analytics-python/")


def test_a_wrong_key_reaches_the_clients_error_handler(running, server_key, receipts):
    port, _, _ = running()
    errors = []
    segment = SegmentClient(
        "no such key",
        host=f"http://127.0.0.1:{port}",
        on_error=lambda error, batch: errors.append(error),
        max_retries=0,
    )
    segment.track("u-1", "Order Completed")
    segment.shutdown()
    [error] = errors
    assert (error.status, error.code) == (401, "write_key")
    assert receipts() == []
