"""Hostile values in every field, mark and header that the collect server and the intake read.

The fields are those of collected.py: one that is read and not there fails here. What is sent is
refused with a sentence, or kept; what is kept becomes an event, a count, an answer to the banner,
or a failed event that says why.
"""

import ast
from base64 import b64encode
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from urllib.parse import quote

import orjson
import pytest
from django.db.models import Sum

import accord
from accord.channels.intake import events, failures, taking
from accord.channels.models import FailedEvent, PageCount, Receipt
from accord.people.consents import banner
from accord.people.consents.banner import Words
from accord.people.models import BannerAnswer
from accord.platform.models import Event
from accord.web.collect import reading
from accord.web.collect.pace import Pace
from accord.web.collect.tests.conftest import Client, key, running, server_key
from tests.attacks import collected
from tests.attacks.payloads import HOSTILE, SCRIPT

__all__ = ["key", "running", "server_key"]

FOLDERS = ("engine/capture", "channels/intake", "web/collect")
OURS = {"day", "viewed", "people", "Value"}  # read of rows of our own, or of a type
TEXTS = (
    "", " ", "\0", "a\0b", "\u2028\u202e\ufeff", "x" * 1_000, "x" * 33_000, "\U0001f600" * 300,
    "ana@acme.example", "a@" * 9_000, "ANA@\0acme.example", "http://[", "javascript:alert(1)", "//",
    "https://acme.example/?" + "a=1&" * 500, "https://" + "a." * 900, "https://acme.example:99999999",
    "https://ac%00me.example/%00?utm_source=%00", "\ufe13//\u2100",
    "yesterday", "0000-00-00", "2026-02-30", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00",
    "1900-01-01", "2026-11-25T12:00:00+99:99", "2026-W48-3",
    "\u0662\u0660\u0662\u0666-11-25", "20261125",
    *HOSTILE,
)  # fmt: skip
PLAIN = (
    "null", "true", "false", "0", "-0", "-1", "0.1", "1e308", "-1e308", "1e999", "NaN", "Infinity",
    "9223372036854775807", "9223372036854775808", "-9223372036854775809", "18446744073709551616",
    "9" * 5_000, "2147483648", "1700000000000", "[]", "{}", "[[]]", "[null]",
    "[0, \"a\", {}]", '{"": {}}',
    '{"$ne": ""}', '{"__proto__": {"gpc": true}}', '{"a": 1, "a": {}}',
    '"\\ud800"', '"\\udfff\\ud800"',
    "[" * 8 + "]" * 8, "[" * 300 + "]" * 300, "[" * 1_100 + "]" * 1_100,
    '{"a":' * 300 + "1" + "}" * 300,
    "[" + "1," * 400 + "1]", "{" + ",".join(f'"n{n}": 1' for n in range(300)) + "}",
    '{"' + "n" * 200 + '": 1}', '{"a\\u0000": "\\u0000"}', '"', "", "{",
)  # fmt: skip
VALUES = (*(each.encode() for each in PLAIN), b'"\xff\xfe"', b'"\xed\xa0\x80"', *map(orjson.dumps, (
    text.encode("utf-8", "surrogatepass").decode("utf-8", "ignore") for text in TEXTS
)))  # fmt: skip


@pytest.fixture
def shown(db):
    """Words of the banner, the first there are."""
    words = {name: name for name in ("title", "body", "accept", "reject", "save")}
    return banner.word(Words(**words, visits="a", visits_text="b"), language="en", by=None)


@pytest.fixture
def server(running, key, server_key, shown):
    """A client of a server that slows nobody down."""
    port, started, _ = running(proxies=["127.0.0.1"])
    started.by_browser = Pace(10**9, 10**9)
    return lambda: Client(port)


@pytest.fixture
def sending(shown):
    """Who sends, by a write key."""
    at = datetime.now(UTC).isoformat()
    return lambda by="server-key": collected.Client(by, at, shown.pk, shown.digest)


class Sender:
    """Sends on one connection as long as it lasts; notes what was answered."""

    def __init__(self, connect):
        self.connect, self.client = connect, connect()
        self.answered = []

    def post(self, said, path="/v1/batch", **headers):
        answer = self.ask(b"POST " + path.encode("latin-1"), said, **headers)
        self.answered.append((answer, said[:80]))
        return answer

    def ask(self, line, said, **headers):
        given = {"Content_Length": str(len(said)), "User_Agent": collected.CHROME} | headers
        head = b"".join(
            f"{name.replace('_', '-')}: {value}\r\n".encode("latin-1", "replace")
            for name, value in given.items()
        )
        self.client.send(line + b" HTTP/1.1\r\n" + head + b"\r\n" + said)
        status, answer, body = self.client.answer()
        assert status < 500 and answer["x-content-type-options"] == "nosniff", (
            line,
            given,
            said[:200],
        )
        assert answer["content-type"] == "application/json" and orjson.loads(body), said[:200]
        if answer.get("connection") == "close":
            self.client.close()
            self.client = self.connect()
        return status


def taken_in():
    while taking.take(datetime.now(UTC)):
        pass


def became():
    """What everything that was kept became: events, counts, answers, failed events."""
    named = Event.objects.filter(name__in={*events.NAMES.values(), events.FORM})
    viewed = PageCount.objects.aggregate(all=Sum("views"))["all"] or 0
    return named.count() + viewed + BannerAnswer.objects.count() + FailedEvent.objects.count()


@pytest.fixture
def is_clean(caplog, statements):
    """Nothing failed but with a reason, no value is part of a statement, no error is logged."""

    def check():
        assert not Receipt.objects.exists()
        assert not FailedEvent.objects.filter(reason=taking.GAVE_UP).exists()
        assert not FailedEvent.objects.exclude(reason__endswith=".").exists()
        assert [each for each in caplog.records if each.levelname == "ERROR"] == []
        assert statements == []

    return check


def test_every_field_that_is_read_is_attacked():
    found = set()
    for folder in FOLDERS:
        for path in (Path(accord.__file__).parent / folder).glob("*.py"):
            found |= set(names_read(ast.parse(path.read_text())))
    assert found - OURS <= collected.names()
    assert collected.names() - found <= {*collected.OF_THE_PAGE, *collected.MARKS}


def names_read(tree):
    """Names read by `x.get("name")` and `x["name"]`."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr="get"), args=[name, *_]):
                yield from literals(name)
            case ast.Subscript(slice=name, ctx=ast.Load()):
                yield from literals(name)


def literals(node):
    match node:
        case ast.Constant(value=str(name)):
            yield name
        case ast.IfExp(body=one, orelse=other):
            yield from (*literals(one), *literals(other))


BY = ("browser-key", "server-key")
SOME, ALL = 5, 1  # each field is sent every fifth value, the next field beginning with the next


@pytest.mark.parametrize(
    ("by", "each"),
    [*((by, SOME) for by in BY), *(pytest.param(by, ALL, marks=pytest.mark.long) for by in BY)],
)
def test_no_field_harms(server, sending, by, each, is_clean):
    sender = Sender(server)
    for first, (kind, field) in enumerate(collected.EVERY):
        for n, value in enumerate((b"true", *VALUES[first % each :: each])):
            number = first * 1_000 + n
            sender.post(collected.request(kind, field, value, number, sending(by)))
    assert {status for status, _ in sender.answered} == {202, 400, 401}
    kept = Receipt.objects.aggregate(all=Sum("events"))["all"]
    taken_in()
    is_clean()
    assert became() == kept
    assert BannerAnswer.objects.exists() and PageCount.objects.exists()


def test_what_failed_is_shown_as_text(server, sending, olga, client):
    sender = Sender(server)
    for number, (kind, field) in enumerate(collected.EVERY):
        value = orjson.dumps({SCRIPT: SCRIPT})
        sender.post(collected.request(kind, field, value, number, sending()))
    taken_in()
    client.force_login(olga)
    page = client.get("/settings/tracking/failed/").content.decode()
    assert "&lt;script" in page and SCRIPT not in page


def test_what_failed_fails_again_for_the_same_reason(server, sending, is_clean, olga):
    sender = Sender(server)
    for number, (kind, field) in enumerate(collected.EVERY):
        value = VALUES[number % len(VALUES)]
        sender.post(collected.request(kind, field, value, number, sending()))
    taken_in()
    before = sorted(FailedEvent.objects.values_list("reason", "said"))
    assert before
    for each in FailedEvent.objects.all():
        failures.replay(each, by=olga)
    taken_in()
    is_clean()
    assert sorted(FailedEvent.objects.values_list("reason", "said")) == before


def test_no_field_of_a_single_message_harms(server, sending, is_clean):
    sender = Sender(server)
    for number, (kind, field) in enumerate(collected.EVERY):
        if kind not in reading.KINDS or kind == "batch":
            continue
        for value in VALUES[number % SOME :: SOME]:
            whole = collected.request(kind, field, value, number, sending())
            one = whole.partition(b'"batch":[')[2][:-2]
            sender.post(b'{"writeKey":"server-key",' + one[1:], f"/v1/{kind}")
    assert {status for status, _ in sender.answered} == {202, 400}
    taken_in()
    is_clean()


def test_no_mark_of_an_address_harms(server, sending, is_clean):
    sender = Sender(server)
    hostile = [quote(each, safe="", errors="ignore") for each in (*TEXTS, *PLAIN)]
    for number, (mark, value) in enumerate((m, v) for m in collected.MARKS for v in hostile):
        url = orjson.dumps(f"https://acme.example/?{mark}={value}")
        by = sending("browser-key")
        sender.post(collected.request("page", "properties/url", url, number, by))
    taken_in()
    is_clean()
    assert Event.objects.filter(name="page.viewed").count() > 1_000


def test_no_header_harms(server, sending, is_clean):
    sender = Sender(server)
    numbers = count(1)

    def post(path="/v1/batch", **headers):
        said = collected.request("page", "name", b'"A"', next(numbers), sending())
        sender.post(said, path, **headers)

    headers = dict.fromkeys(set(collected.HEADERS) - {"content-length"}, (*TEXTS, *PLAIN))
    headers["authorization"] = (*headers["authorization"], *keys_by_header())
    for name, values in headers.items():
        for value in values:
            if len(value) < 16_000 and not set(value) & set("\r\n"):
                post(**{name: value})
    for kind in (*TEXTS, *PLAIN):
        post("/v1/" + quote(kind[:5_000], safe="", errors="ignore"))
    kept = Receipt.objects.aggregate(all=Sum("events"))["all"]
    assert kept == [status for status, _ in sender.answered].count(202) > 500
    taken_in()
    is_clean()
    assert Event.objects.filter(name="page.viewed").count() == became() == kept


def keys_by_header():
    """Hostile values where a write key belongs, as either scheme writes it."""
    for text in (*TEXTS, *PLAIN):
        packed = b64encode(text.encode("utf-8", "replace")).decode()
        yield from (f"Basic {text}", f"Basic {packed}", f"Bearer {text}", f"bEARER\t{text}")
        yield f"Basic {b64encode(b'server-key:' + text.encode('utf-8', 'replace')).decode()}"
    yield from ("Basic", "Basic ", "Bearer", "Basic " + b64encode(b"\xff\xfe:").decode())
