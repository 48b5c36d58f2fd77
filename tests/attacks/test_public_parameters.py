"""Hostile values in every parameter of every page that strangers may open, with right links.

The pages and what they read are those of places.py: a page or a parameter that is not there fails
here. docs/attacks.md says which test holds them against which attack.
"""

import email
import re
from email.policy import SMTP

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.db import transaction
from django.http import QueryDict
from django.test import Client
from django.urls import resolve, reverse
from django.utils import timezone

from accord.channels import letters
from accord.channels.models import Message
from accord.engine.forms.terms import Kind
from accord.marketing.forms import forms
from accord.web.public import guesses
from tests.attacks.payloads import CANARY, HOSTILE, SCRIPT
from tests.attacks.places import FORM, HEADERS, PLACES
from tests.authorization import matrix

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_pace")]
MEGABYTE = 1_000_000
HUGE = ("a@" * (MEGABYTE // 2), "<" * MEGABYTE, "1" * MEGABYTE, "\u202e\U0001f3f4" * 200_000)
NOTHING_THERE = ("brand-logo",)  # no logo was uploaded
FORGERY = "csrfmiddlewaretoken"
BODIES = (
    (b"a=b", "multipart/form-data"),
    (b"--x\r\nContent-Disposition: form-data; name=email\r\n", "multipart/form-data; boundary=x"),
    (b'--x\r\nContent-Disposition: form-data; name="email"; filename="../../a.php"\r\n\r\n<?php'
     b"\r\n--x--\r\n", "multipart/form-data; boundary=x"),
    (b"email=\xff\xfe", "application/x-www-form-urlencoded"),
    (b"email=+AGE-", "application/x-www-form-urlencoded; charset=no-such-charset"),
    (b'{"email": {"$ne": ""}}', "application/json"),
    (b"&" .join(b"a%d=b" % each for each in range(6_000)), "application/x-www-form-urlencoded"),
    (b"email=" + b"a" * 3 * MEGABYTE, "application/x-www-form-urlencoded"),
)  # fmt: skip


@pytest.fixture
def no_pace(monkeypatch, settings):
    """Nobody is slowed down: what is behind the pace is looked at."""
    settings.ACCOUNT_RATE_LIMITS = False
    monkeypatch.setattr(guesses.A_NETWORK, "take", lambda *_: 0.0)
    monkeypatch.setattr("accord.web.privacy.public.PACE.take", lambda *_: 0.0)
    monkeypatch.setattr("axes.handlers.proxy.AxesProxyHandler.is_allowed", lambda *_, **__: True)


@pytest.fixture
def doors(tokens, news, newsletter, ben):
    return Doors(tokens, newsletter.form.slug, news, ben)


class Doors:
    """Opens a place, and takes back whatever that wrote."""

    def __init__(self, tokens, slug, news, ben):
        self.tokens, self.slug, self.ben = tokens, slug, ben
        self.boxes = {"box": f"consent:{news.pk}:email", "box_of_centre": f"{news.pk}:email"}

    def given(self, place):
        """What people send to it."""
        return tuple(
            (name.format_map(self.boxes), value.format_map(self.boxes))
            for name, value in place.given
        )

    def open(self, place, pairs=None, *, body=None, kind="", **headers):
        """The answer, and the letters that were written meanwhile."""
        query, said = place.body(self.given(place) if pairs is None else pairs)
        before = set(Message.objects.values_list("pk", flat=True))
        with transaction.atomic():
            client, address = self.way(place)
            answer = client.generic(
                place.method, address + (f"?{query}" if query else ""),
                said.encode() if body is None else body,
                content_type=kind or "application/x-www-form-urlencoded", headers=headers,
            )  # fmt: skip
            answer.written = list(Message.objects.exclude(pk__in=before))
            transaction.set_rollback(True)
        return answer

    def way(self, place):
        """A browser that stands before it, and the address."""
        client = Client(raise_request_exception=False)
        if place.name in self.tokens:
            return client, reverse(place.name, args=[self.tokens[place.name]])
        if place.name.startswith("form-"):
            return client, reverse(place.name, args=[self.slug])
        if place.name == "brand-logo":
            return client, reverse(place.name, args=["no-such-logo.png"])
        if place.name == "account_reset_password_from_key":
            return client, self.new_password(client)
        return client, reverse(place.name)

    def new_password(self, client):
        """The page that the link of a mail leads to; the link itself is kept in the session."""
        parts = [user_pk_to_url_str(self.ben), default_token_generator.make_token(self.ben)]
        link = reverse("account_reset_password_from_key", args=parts)
        return client.get(link)["Location"]


def harm(answer):
    """What an answer, and the letters it caused, do that they may not."""
    said = b"".join(answer) if answer.streaming else answer.content
    found = [f"status {answer.status_code}"] if answer.status_code >= 500 else []
    if SCRIPT.encode() in said:
        found.append("markup as it was sent")
    if answer.headers["X-Content-Type-Options"] != "nosniff":
        found.append("sniffing")
    return found + [each for message in answer.written for each in forged(message)]


def forged(message):
    """What a letter says that we did not."""
    at = timezone.now()
    raw = letters.compose(message, sender="Acme <a@acme.example>", at=at).content
    read = email.message_from_bytes(raw, policy=SMTP)
    if read["Bcc"] or b"\r\n.\r\n" in raw or re.search(rb"(?<!\r)\n|\r(?!\n)", raw):
        yield f"forged letter: {raw[:500]!r}"


def usual(doors, place):
    return doors.open(place).status_code


def test_every_page_for_strangers_is_attacked():
    open_to_all = {
        (resolve(row.address).url_name, row.method) for row in matrix.read() if not row.verdicts
    }
    assert {(place.name, place.method) for place in PLACES} == open_to_all


def test_a_question_of_each_kind_is_attacked(newsletter):
    asked = {each.kind: each.name for each in forms.definition(newsletter).questions}
    assert set(asked) == set(Kind)
    assert set(asked.values()) <= {name for name, _ in FORM}


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_every_parameter_that_is_read_is_attacked(place, doors, monkeypatch):
    asked = set()
    for how in ("__getitem__", "getlist", "__contains__"):
        monkeypatch.setattr(QueryDict, how, noting(getattr(QueryDict, how), asked))
    given = doors.given(place)
    doors.open(place)
    for left_out, _ in given:
        doors.open(place, tuple(pair for pair in given if pair[0] != left_out))
    also = {"lang"} if place.method == "POST" else set()  # of the address, as of every page
    assert asked - {FORGERY} - also <= {name for name, _ in given}


def noting(real, asked):
    def read(self, name, *rest):
        asked.add(name)
        return real(self, name, *rest)

    return read


def attacked(doors, place, values):
    """What harms, when each parameter has each of these values, and comes twice."""
    given = doors.given(place)
    for name, _ in given:
        for value in values(name):
            pairs = tuple((each, value if each == name else old) for each, old in given)
            yield from ((name, value[:60], each) for each in harm(doors.open(place, pairs)))
        twice = (*given, (name, CANARY), (f"{name}[]", CANARY))
        yield from ((name, "twice", each) for each in harm(doors.open(place, twice)))


def a_few(name):
    """Two values for a parameter, others for another."""
    first = sum(name.encode())
    return HOSTILE[first % len(HOSTILE)], HUGE[first % len(HUGE)]


def in_the_log(caplog):
    """What strangers wrote into our log: a line break, or what they sent. A host is told."""
    for each in caplog.records:
        said = each.getMessage()
        if "\n" in said or "\r" in said or (CANARY in said and "Host" not in each.name):
            yield said


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_no_parameter_harms(place, doors, statements, caplog):
    before = usual(doors, place)
    assert before < 400 or before == 422 or place.name in NOTHING_THERE, "this is what people send"
    assert list(attacked(doors, place, a_few)) == []
    assert (statements, list(in_the_log(caplog))) == ([], [])
    assert usual(doors, place) == before, "it bricked the page"


@pytest.mark.long
@pytest.mark.parametrize("place", PLACES, ids=str)
def test_no_value_at_all_harms(place, doors, statements, caplog):
    assert list(attacked(doors, place, lambda _: (*HOSTILE, *HUGE))) == []
    assert (statements, list(in_the_log(caplog))) == ([], [])


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_no_headers_harm(place, doors, statements, caplog):
    for value in HOSTILE:
        sent = sendable(value)
        given = dict.fromkeys(HEADERS, sent) | {"Host": "testserver"}
        assert harm(doors.open(place, **given)) == [], sent[:60]
    assert (statements, list(in_the_log(caplog))) == ([], [])


@pytest.mark.long
@pytest.mark.parametrize("place", PLACES, ids=str)
def test_no_single_header_harms(place, doors, statements, caplog):
    for name in HEADERS:
        for value in HOSTILE:
            assert harm(doors.open(place, **{name: sendable(value)})) == [], (name, value[:60])
    assert (statements, list(in_the_log(caplog))) == ([], [])


def sendable(value):
    """What of it a web server lets through in a header."""
    return re.sub(r"[^\x20-\x7e\xa0-\xff]", "", value)


@pytest.mark.parametrize("place", [each for each in PLACES if each.method == "POST"], ids=str)
@pytest.mark.parametrize("body", BODIES, ids=lambda body: body[1][:40])
def test_no_body_harms(place, body, doors):
    said, kind = body
    assert harm(doors.open(place, body=said, kind=kind)) == []
