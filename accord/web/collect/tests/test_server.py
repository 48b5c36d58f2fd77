"""What is kept is durable before it is acknowledged; what cannot be kept is said, clearly."""

import base64
import contextlib
import gzip
import random
import socket
import zlib

import orjson
import pytest
from django.db import connection

from accord.channels.models import Receipt, WriteKey
from accord.web.collect import reading
from accord.web.collect.tests.conftest import Client
from tests import instance as instances

BASIC = "Basic " + base64.b64encode(b"server-key:").decode()
EVENT = {"event": "Order Completed", "userId": "u-1", "messageId": "m-1"}


def test_an_event_is_a_row_before_it_is_acknowledged(client, receipts, server_key):
    status, headers, said = client.post("/v1/track", EVENT, Authorization=BASIC, User_Agent="sdk/1")
    assert (status, said) == (202, {"success": True})
    assert headers["content-type"] == "application/json"
    [kept] = receipts()
    assert orjson.loads(bytes(kept.body)) == EVENT
    assert (kept.key, kept.kind, kept.events, kept.agent) == (server_key, "track", 1, "sdk/1")
    assert kept.address == "127.0.0.0"
    assert not kept.opted_out


@pytest.mark.parametrize("kind", reading.KINDS)
def test_every_call_of_the_segment_api_is_taken(client, receipts, kind):
    body = {"batch": [EVENT, EVENT]} if kind == "batch" else EVENT
    assert client.post(f"/v1/{kind}", body | {"writeKey": "browser-key"})[0] == 202
    [kept] = receipts()
    assert (kept.kind, kept.events) == (kind, 2 if kind == "batch" else 1)


def test_a_browsers_wish_not_to_be_sold_is_kept(client, receipts):
    body = EVENT | {"writeKey": "browser-key"}
    client.post("/v1/t", body, Sec_GPC="1", Origin="https://acme.example")
    [kept] = receipts()
    assert (kept.opted_out, kept.origin, kept.kind) == (True, "https://acme.example", "track")


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
def test_packed_bodies_are_kept_unpacked(client, receipts, pack):
    packed = pack(orjson.dumps(EVENT))
    answer = client.post("/v1/track", packed, Authorization=BASIC, Content_Encoding="gzip")
    assert answer[0] == 202
    assert orjson.loads(bytes(receipts()[0].body)) == EVENT


@pytest.mark.parametrize(
    ("call", "status", "sentence"),
    [
        (("/v1/track", EVENT, {}), 401, "write key is unknown"),
        (("/v1/track", EVENT | {"writeKey": 7}, {}), 401, "write key is unknown"),
        (("/v1/track", EVENT, {"Authorization": "Basic !"}), 401, "write key is unknown"),
        (("/v1/track", b"{", {"Authorization": BASIC}), 400, "not a JSON object"),
        (("/v1/track", b"[]", {"Authorization": BASIC}), 400, "not a JSON object"),
        (("/v1/track", b"\xff\xfe", {"Authorization": BASIC}), 400, "not a JSON object"),
        (("/v1/batch", {"batch": []}, {"Authorization": BASIC}), 400, "1 to 2,500"),
        (("/v1/batch", {"batch": [1] * 2_501}, {"Authorization": BASIC}), 400, "1 to 2,500"),
        (("/v1/track", b"no", {"Content-Encoding": "gzip"}), 400, "cannot be unpacked"),
        (("/v1/track", EVENT, {"Content-Encoding": "br"}), 415, "gzip"),
        (("/v1/else", EVENT, {"Authorization": BASIC}), 404, "nothing at this address"),
        (("/", EVENT, {"Authorization": BASIC}), 404, "nothing at this address"),
    ],
    ids=str,
)
def test_what_cannot_be_kept_is_refused_with_a_sentence(client, receipts, call, status, sentence):
    path, body, headers = call
    found, _, said = client.post(path, body, **headers)
    assert (found, said["success"]) == (status, False)
    assert sentence in said["message"]
    assert receipts() == []


def test_a_gzip_bomb_is_not_unpacked(client, receipts):
    bomb = gzip.compress(b" " * 300_000_000)
    status, _, said = client.post("/v1/track", bomb, Authorization=BASIC, Content_Encoding="gzip")
    assert (status, said["code"]) == (413, "too_large")
    assert receipts() == []


def test_a_body_that_is_too_large_is_refused_at_its_head_and_while_it_comes(running, key):
    port, _, _ = running()
    announced = Client(port)
    head = b"POST /v1/track HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n"
    assert announced.ask(head)[0] == 413
    streamed = Client(port)
    streamed.send(b"POST /v1/track HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
    for _ in range(9):
        streamed.send(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")
    assert streamed.answer()[0] == 413
    assert streamed.answer() is None  # and closed


def test_a_key_that_is_revoked_no_longer_counts(running, key, receipts):
    port, server, _ = running()
    client = Client(port)
    body = EVENT | {"writeKey": key.key}
    assert client.post("/v1/track", body)[0] == 202
    WriteKey.objects.update(revoked_at="2026-01-01T00:00Z")
    instances.wait(lambda: key.key not in server.keys.known, every=0.02)
    assert client.post("/v1/track", body)[0] == 401
    assert len(receipts()) == 1


def test_who_sends_too_fast_waits_and_others_do_not(running, key, server_key, receipts):
    port, _, _ = running(rate=100)
    client = Client(port)
    many = {"batch": [EVENT] * 500}
    assert client.post("/v1/batch", many, Authorization=BASIC)[0] == 202
    status, headers, said = client.post("/v1/batch", many, Authorization=BASIC)
    assert (status, said["code"]) == (429, "rate")
    assert 1 <= int(headers["retry-after"]) <= 6
    assert client.post("/v1/track", EVENT | {"writeKey": key.key})[0] == 202
    assert len(receipts()) == 2


def test_answers_come_in_the_order_of_the_requests(client):
    good = orjson.dumps(EVENT | {"writeKey": "browser-key"})
    post = b"POST /v1/track HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(good) + good
    client.send(post + b"GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n" + post)
    assert [client.answer()[0] for _ in range(3)] == [202, 404, 202]


def test_a_page_of_another_site_may_send(client):
    ask = b"OPTIONS /v1/track HTTP/1.1\r\nHost: x\r\nOrigin: https://acme.example\r\n\r\n"
    status, headers, _ = client.ask(ask)
    assert status == 204
    assert headers["access-control-allow-origin"] == "*"
    assert "content-type" in headers["access-control-allow-headers"]


def test_what_was_begun_is_kept_when_the_server_is_told_to_end(running, server_key, receipts):
    port, _, end = running()
    client = Client(port)
    for number in range(50):
        body = orjson.dumps(EVENT | {"messageId": str(number), "writeKey": "server-key"})
        client.send(b"POST /v1/track HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    first = client.answer()
    end()
    answered = [first]
    while (answer := client.answer()) is not None:
        answered.append(answer)
    kept = [status for status, _, _ in answered if status == 202]
    assert len(kept) == Receipt.objects.count()
    assert kept


def test_nothing_is_acknowledged_while_the_database_is_away(running):
    port, _, _ = running(url="postgresql://nobody@127.0.0.1:9/none?connect_timeout=1")
    client = Client(port)
    status, headers, _ = client.post("/v1/track", EVENT, Authorization=BASIC)
    assert (status, headers["retry-after"]) == (503, "5")
    # No words of the banner are not the words "none": a browser would keep them.
    for path in (b"/health", b"/banner.json"):
        assert client.ask(b"GET %s HTTP/1.1\r\nHost: x\r\n\r\n" % path)[0] == 503


def test_a_connection_that_was_lost_is_made_again(running, server_key, receipts):
    port, server, _ = running()
    client = Client(port)
    assert client.post("/v1/track", EVENT, Authorization=BASIC)[0] == 202
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(%s)",
            [server.journal.connection.info.backend_pid],
        )
    statuses = [client.post("/v1/track", EVENT, Authorization=BASIC)[0] for _ in range(2)]
    assert statuses == [503, 202]
    assert len(receipts()) == 2


def test_who_ends_their_side_is_answered_and_let_go(client, receipts):
    data = orjson.dumps(EVENT)
    head = f"POST /v1/track HTTP/1.1\r\nHost: x\r\nAuthorization: {BASIC}\r\n"
    client.send(f"{head}Content-Length: {len(data)}\r\n\r\n".encode() + data)
    client.socket.shutdown(socket.SHUT_WR)
    assert client.answer()[0] == 202 and client.answer() is None
    assert len(receipts()) == 1


def test_who_never_reads_the_answers_fills_no_memory_and_loses_none(running, key):
    port, server, _ = running()
    client = Client(port)
    client.socket.settimeout(1)
    asked = b"GET /t.js HTTP/1.1\r\nHost: x\r\n\r\n" * 200
    sent = 0
    with contextlib.suppress(TimeoutError):
        for _ in range(1_000):
            client.send(asked)
            sent += 200
    waiting = [each.transport.get_write_buffer_size() for each in server.living]
    assert sent < 200_000 and max(waiting) < 1_000_000
    client.socket.settimeout(20)
    assert [client.answer()[0] for _ in range(sent)] == [200] * sent
    client.close()


def test_who_also_speaks_another_protocol_is_answered_in_this_one(client, receipts):
    data = orjson.dumps(EVENT)
    head = f"POST /v1/track HTTP/1.1\r\nHost: x\r\nAuthorization: {BASIC}\r\n"
    head += "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"
    whole = f"{head}Content-Length: {len(data)}\r\n\r\n".encode() + data
    health = b"GET /health HTTP/1.1\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n"
    client.send(whole + health + whole[:-9])
    assert [client.answer()[0] for _ in range(2)] == [202, 200]
    client.send(whole[-9:] + whole)
    assert [client.answer()[0] for _ in range(2)] == [202, 202]
    assert client.ask(b"GET /v1/track HTTP/1.1\r\n\r\n")[0] == 405
    assert client.ask(b"CONNECT acme.example:443 HTTP/1.1\r\n\r\n")[0] == 400
    assert client.answer() is None and len(receipts()) == 3


@pytest.mark.parametrize(
    "asked", ["close, Upgrade", "Upgrade,Close", "Upgrade, HTTP2-Settings, close"]
)
def test_who_offers_another_protocol_and_wants_an_end_gets_it(client, asked):
    head = f"GET /health HTTP/1.1\r\nUpgrade: h2c\r\nConnection: {asked}\r\n\r\n"
    status, headers, _ = client.ask(head.encode())
    assert (status, headers["connection"]) == (200, "close")
    assert client.answer() is None


def test_hostile_bytes_crash_nothing(running, server_key):
    port, _, _ = running()
    rng = random.Random(7)
    good = orjson.dumps(EVENT)
    post = b"POST /v1/track HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(good) + good
    for _ in range(150):
        hostile = bytearray(post * rng.randrange(1, 3))
        for _ in range(rng.randrange(1, 40)):
            hostile[rng.randrange(len(hostile))] = rng.randrange(256)
        if rng.random() < 0.3:
            hostile = bytearray(rng.randbytes(rng.randrange(1, 4_000)))
        client = Client(port)
        client.send(bytes(hostile))
        client.close()
    assert Client(port).post("/v1/track", EVENT, Authorization=BASIC)[0] == 202
