"""A form that asks Ana for what a company wants to know, published, and a way to fill it in."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from accord.engine.consent.terms import Channel
from accord.engine.forms import proof
from accord.engine.forms.terms import Consent
from accord.marketing.forms import forms, questions, submissions, tickets
from accord.marketing.forms.submissions import Post
from accord.people import lifecycle
from accord.people.consents import purposes

CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0 Safari/537.36"
BESIDE = ("page", "referrer", "network", "visitor", "agent", "trap")
WORDS = "Send me news by e-mail. I can stop it at any time."


@pytest.fixture(autouse=True)
def data(settings, tmp_path):
    settings.DATA = tmp_path


@pytest.fixture
def news(db):
    """A purpose whose consent counts at once."""
    made = purposes.add(label="News", by=None)
    purposes.word(made, language="en", text=WORDS, by=None)
    return made


@pytest.fixture
def offers(db):
    """A purpose whose consent has to be confirmed by mail."""
    made = purposes.add(label="Offers", double=True, by=None)
    purposes.word(made, language="en", text="Send me offers by e-mail.", by=None)
    return made


def box(purpose, **more):
    return Consent(purpose.pk, Channel.EMAIL, 0, 1, "", "", **more)


def asking(*names, boxes=(), **more):
    """A draft with these questions after the e-mail address."""
    known = questions.catalogue()
    email = replace(known["email"], required=True)
    asked = tuple(known[name] for name in names)
    empty = forms.Definition("Ask us", questions=(email, *asked), consents=tuple(boxes))
    return replace(empty, **more)


@pytest.fixture
def publish(mia):
    """`publish("first_name", boxes=[...])` is a version people see."""

    def made(*names, boxes=(), name="Ask us", **more):
        lifecycle.ensure()
        form = forms.create(name=name, by=mia)
        forms.write(form, asking(*names, boxes=boxes, **more), by=mia)
        return forms.publish(form, by=mia)

    return made


def filled(version, *, proven=True, **answers):
    """A post as a browser sends it, half a minute after the page was opened."""
    now = timezone.now()
    opened = now - timedelta(seconds=30)
    ticket = tickets.make(version.form, now=opened) if proven else ""
    beside = {name: answers.pop(name) for name in BESIDE if name in answers}
    given = {
        name.replace("__", ":"): [text] if isinstance(text, str) else text
        for name, text in ({"email": "ana@acme.example"} | answers).items()
    }
    number = proof.solve(ticket) if proven else ""
    return Post(given, **{"agent": CHROME, "ticket": ticket, "number": number} | beside)


@pytest.fixture
def send():
    """`send(version, email=..., ...)` keeps what was sent and does what follows from it."""

    def sent(version, **answers):
        received = submissions.receive(version, filled(version, **answers), now=timezone.now())
        if received.submission:
            submissions.settle(received.submission.pk)
            received.submission.refresh_from_db()
        return received.submission

    return sent
