"""An error of ours is told in the log, without what was sent, and leaves nobody waiting."""

import asyncio
import socket

import psycopg
import pytest

from accord.web.collect import keys
from accord.web.collect.server import Server
from accord.web.collect.tests.conftest import Client, database_url

SAID = b'{"event": "Ana", "writeKey": "browser-key"}'
POST = b"POST /v1/track HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(SAID) + SAID


def told(caplog):
    return [(each.getMessage(), each.exc_info[0]) for each in caplog.records if each.exc_info]


def test_a_request_that_is_not_foreseen_is_told_in_the_log(running, key, caplog):
    port, server, _ = running()
    server.by_key = None
    client = Client(port)
    assert client.ask(POST)[0] == 503
    assert told(caplog) == [("a request could not be answered", AttributeError)]
    assert client.ask(b"GET /health HTTP/1.1\r\n\r\n")[0] == 200


@pytest.mark.parametrize("broken", ["journal", "keys"])
def test_the_server_ends_when_a_part_of_it_does(key, caplog, monkeypatch, broken):
    server = Server(database_url(), rate=100)

    def break_it():
        if broken == "keys":
            monkeypatch.setattr(keys, "_BANNER", 7)
        else:
            server.journal.connection = "none"

    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        was_told = asyncio.run(ends(server, listening, break_it, answered=broken == "keys"))
    assert not was_told
    [(said, kind)] = told(caplog)
    assert said == "the collect server ends by an error" and not issubclass(kind, psycopg.Error)


async def ends(server, listening, break_it, *, answered):
    serving = asyncio.create_task(server.serve(listening, asyncio.Event()))
    async with asyncio.timeout(20):
        while not server.keys.read:
            await asyncio.sleep(0.02)
        break_it()
        reader, writer = await asyncio.open_connection(*listening.getsockname())
        writer.write(POST)
        assert (await reader.readline()).startswith(b"HTTP/1.1 %d" % (202 if answered else 503))
        writer.close()
        return await serving
