"""A collect server on a free port, on the tests' database, and a client that speaks bytes."""

import asyncio
import socket
import threading

import orjson
import pytest
from django.db import connection

from accord.channels.models import Receipt, WriteKey
from accord.web.collect.server import Server
from tests import instance as instances


class Client:
    """One connection. `ask` sends bytes and reads one answer: status, headers, body."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self.file = self.socket.makefile("rb")

    def send(self, data):
        self.socket.sendall(data)

    def answer(self):
        first = self.file.readline()
        if not first:
            return None
        headers = {}
        while (line := self.file.readline().strip()) != b"":
            name, _, value = line.decode().partition(": ")
            headers[name] = value
        body = self.file.read(int(headers.get("content-length", 0)))
        return int(first.split()[1]), headers, body

    def ask(self, data):
        self.send(data)
        return self.answer()

    def post(self, path, body, **headers):
        """Post JSON (or bytes as they are) and answer status, headers and what was said."""
        data = body if isinstance(body, bytes) else orjson.dumps(body)
        head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(data)}\r\n"
        for name, value in headers.items():
            head += f"{name.replace('_', '-')}: {value}\r\n"
        status, given, said = self.ask(head.encode() + b"\r\n" + data)
        return status, given, orjson.loads(said) if said else None

    def close(self):
        self.file.close()
        self.socket.close()


def database_url():
    connection.ensure_connection()
    info = connection.connection.info
    return f"postgresql://{info.user}@/{info.dbname}?host={info.host}"


@pytest.fixture
def key(transactional_db):
    return WriteKey.objects.create(key="browser-key", name="acme.example", kind="browser")


@pytest.fixture
def server_key(transactional_db):
    return WriteKey.objects.create(key="server-key", name="Shop", kind="server")


@pytest.fixture
def running(transactional_db):
    """Starts servers; each answers its port, the server and how to end it."""
    ended = []

    def start(rate=100_000, url="", **more):
        server = Server(url or database_url(), rate=rate, **more)
        listening = socket.socket()
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        port = listening.getsockname()[1]
        loop = asyncio.new_event_loop()
        told = asyncio.Event()

        async def serve():
            await server.serve(listening, told)

        thread = threading.Thread(target=loop.run_until_complete, args=[serve()])
        thread.start()

        def end():
            if thread.is_alive():
                loop.call_soon_threadsafe(told.set)
                thread.join(30)
            assert not thread.is_alive()

        ended.append(end)
        if not url:
            instances.wait(lambda: server.keys.read, every=0.02)
        return port, server, end

    yield start
    for end in ended:
        end()


@pytest.fixture
def client(running, key, server_key):
    port, _, _ = running()
    made = Client(port)
    yield made
    made.close()


@pytest.fixture
def receipts():
    return lambda: list(Receipt.objects.order_by("pk"))
