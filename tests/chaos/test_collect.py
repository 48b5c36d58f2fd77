"""The real collect server, killed while clients send: what it acknowledged is there."""

import base64
import http.client
import json
import os
import random
import signal
import socket
import threading
import time

import pytest

from tests import instance as instances

BASIC = "Basic " + base64.b64encode(b"the-key:").decode()


class Sender(threading.Thread):
    """Sends numbered events, and keeps the numbers that were acknowledged."""

    def __init__(self, port, numbers):
        super().__init__()
        self.port, self.numbers = port, numbers
        self.kept, self.ending = [], threading.Event()

    def run(self):
        connection = None
        while not self.ending.is_set():
            number = next(self.numbers)
            body = json.dumps({"event": "Seen", "messageId": str(number), "anonymousId": "v"})
            headers = {"Authorization": BASIC, "Content-Type": "application/json"}
            try:
                connection = connection or http.client.HTTPConnection(
                    "127.0.0.1", self.port, timeout=10
                )
                connection.request("POST", "/v1/track", body, headers)
                answer = connection.getresponse()
                answer.read()
                if answer.status == 202:
                    self.kept.append(number)
            except (OSError, http.client.HTTPException):
                connection = None
                time.sleep(0.02)


def is_up(port):
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as asking:
            asking.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
            return asking.recv(12) == b"HTTP/1.1 200"
    except OSError:
        return False


def campaign(collecting, *, kills):
    port = instances.free_port()
    rng = random.Random(kills)
    numbers = iter(range(1, 10_000_000))
    senders = [Sender(port, numbers) for _ in range(6)]
    for sender in senders:
        sender.start()
    try:
        for _ in range(kills):
            server = collecting.start("collect", "--collect-port", str(port))
            instances.wait(lambda: is_up(port), every=0.05)
            time.sleep(rng.uniform(0.05, 0.6))
            os.kill(server.pid, signal.SIGKILL)
            server.wait(10)
    finally:
        for sender in senders:
            sender.ending.set()
        for sender in senders:
            sender.join(20)
    acknowledged = {number for sender in senders for number in sender.kept}
    rows = collecting.ask(
        "SELECT (convert_from(body, 'UTF8')::jsonb->>'messageId')::int FROM channels_receipt"
    )
    kept = [number for (number,) in rows]
    assert len(acknowledged) > kills
    assert acknowledged <= set(kept)
    assert len(kept) == len(set(kept))


def test_what_was_acknowledged_survives_a_killed_server(collecting):
    campaign(collecting, kills=4)


@pytest.mark.long
def test_what_was_acknowledged_survives_fifty_killed_servers(collecting):
    campaign(collecting, kills=50)


def test_it_ends_politely_and_keeps_what_it_began(collecting):
    port = instances.free_port()
    server = collecting.start("collect", "--collect-port", str(port))
    instances.wait(lambda: is_up(port), every=0.05)
    sender = Sender(port, iter(range(1, 1_000_000)))
    sender.start()
    instances.wait(lambda: len(sender.kept) > 20, every=0.02)
    server.terminate()
    assert server.wait(20) == 0
    sender.ending.set()
    sender.join(20)
    assert collecting.ask("SELECT count(*) FROM channels_receipt") == [(len(sender.kept),)]
