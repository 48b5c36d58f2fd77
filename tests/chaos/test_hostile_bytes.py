"""The real collect server under bytes nobody means well with: it answers on, and stays small."""

from __future__ import annotations

import base64
import gzip
import json
import random
import socket
from pathlib import Path

from tests import instance as instances
from tests.chaos.test_collect import BASIC, is_up

CALLS = ("track", "identify", "page", "screen", "group", "alias", "batch")
PACKED = ("", "gzip", "deflate", "br", "x" * 300)
KEYS = (BASIC, "Basic !!!", "Bearer the-key", "Basic " + base64.b64encode(b"\0:\xff").decode())
GOOD = json.dumps({"event": "Seen", "anonymousId": "v"}).encode()
GROWS = 16  # MB at most, from a tenth of the campaign to its end


def garbage(chance: random.Random) -> bytes:
    """No HTTP at all."""
    return chance.randbytes(chance.randrange(1, 8_000))


def body(chance: random.Random) -> bytes:
    """A right head, and random bytes where JSON is expected, packed or not."""
    data = chance.randbytes(chance.randrange(1, 8_000))
    packed = chance.choice(PACKED)
    if packed == "gzip" and chance.random() < 0.5:
        data = gzip.compress(data, 1)
    return _post(chance, data, packed)


def mutated(chance: random.Random) -> bytes:
    """Several requests in a row, with bytes changed anywhere."""
    data = bytearray(_post(chance, GOOD * 40, "") * chance.randrange(1, 4))
    for _ in range(chance.randrange(1, 40)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    return bytes(data)


def cut(chance: random.Random) -> bytes:
    """Less than was promised, or more."""
    data = _post(chance, json.dumps({"batch": [{"type": "track"}] * 60}).encode(), "")
    return data[: chance.randrange(1, len(data))] + chance.randbytes(chance.randrange(3_000))


def nested(chance: random.Random) -> bytes:
    """Brackets without end, keys and numbers of any size."""
    opening = chance.choice([b"[", b'{"a":', b'{"batch":[', b'"', b"9", b"-1e"])
    return _post(chance, opening * chance.randrange(1, 4_000), "")


def heads(chance: random.Random) -> bytes:
    """Header names and values of random bytes, many of them, or very long ones."""
    lines = [chance.randbytes(chance.randrange(1, 200)) for _ in range(chance.randrange(1, 60))]
    return b"POST /v1/track HTTP/1.1\r\nHost: x\r\n" + b"\r\n".join(lines) + b"\r\n\r\n" + GOOD


KINDS = (garbage, body, mutated, cut, nested, heads)


def _post(chance: random.Random, data: bytes, packed: str) -> bytes:
    head = (
        f"POST /v1/{chance.choice(CALLS)} HTTP/1.1\r\nHost: x\r\n"
        f"Authorization: {chance.choice(KEYS)}\r\nContent-Length: {len(data)}\r\n"
    )
    head += f"Content-Encoding: {packed}\r\n" if packed else ""
    return head.encode() + b"\r\n" + data


def say(port: int, data: bytes) -> bytes:
    """Send these bytes and end; answers what came back."""
    heard = b""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as talking:
        try:
            talking.sendall(data)
            talking.shutdown(socket.SHUT_WR)
            while more := talking.recv(65_536):
                heard += more
        except (ConnectionResetError, BrokenPipeError):
            pass  # it had heard enough
    return heard


def held(pid: int) -> float:
    """The memory of a process, in MB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return sum(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


def campaign(instance, *, size: int) -> None:
    chance, sent, acknowledged, early = random.Random(size), 0, 0, 0.0
    port = instances.free_port()
    server = instance.start("collect", "--collect-port", str(port))
    instances.wait(lambda: is_up(port), every=0.05)
    while sent < size:
        data = chance.choice(KINDS)(chance)
        heard = say(port, data)
        assert b"HTTP/1.1 5" not in heard and b"Traceback" not in heard, data[:200]
        acknowledged += heard.count(b"HTTP/1.1 202")
        sent += len(data)
        early = early or (held(server.pid) if sent > size / 10 else 0.0)
    late = held(server.pid)
    print(f"{sent:,} bytes; memory {early:.1f} MB early, {late:.1f} MB at the end")
    assert server.poll() is None and late - early < GROWS
    right = f"POST /v1/track HTTP/1.1\r\nHost: x\r\nAuthorization: {BASIC}\r\n"
    heard = say(port, f"{right}Content-Length: {len(GOOD)}\r\n\r\n".encode() + GOOD)
    assert heard.startswith(b"HTTP/1.1 202")
    assert instance.ask("SELECT count(*) FROM channels_receipt") == [(acknowledged + 1,)]


def test_ten_million_hostile_bytes_neither_crash_the_server_nor_feed_it(collecting):
    campaign(collecting, size=10_000_000)
