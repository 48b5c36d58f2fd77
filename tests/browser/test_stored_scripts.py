"""What strangers may send is shown to colleagues as text, on every page there is."""

import re
import time
from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.test import Client as Browser

from accord.channels.intake import taking
from accord.marketing.forms import forms, submissions
from accord.marketing.forms.tests.conftest import asking
from accord.marketing.models import Proposal, Submission
from accord.people import contacts
from accord.people.models import Contact
from accord.web.collect.tests.conftest import Client, key, running
from tests.attacks.payloads import ALL, MARK
from tests.authorization import matrix
from tests.authorization.house import House

__all__ = ["key", "running"]

RAN = f"""() => [
  document.title === '{MARK}' && 'title', '{MARK}' in window && 'window',
  document.querySelector('[data-{MARK}]') && 'tree',
  document.querySelector('a[href^="javascript:" i]') && 'link',
].filter(Boolean)"""
LONGEST_NAME = 120
SHOWING = (
    "/", "/contacts/", "/contacts/{contact}/", "/reports/funnel/", "/settings/tracking/failed/",
    "/forms/{form}/submissions/", "/forms/{form}/submissions/?verdict=spam",
)  # fmt: skip
SEEN = (*SHOWING, "/contacts/{contact}/history/", "/settings/audit/")


@pytest.fixture
def attacked(transactional_db, running, key):
    """A company to which strangers have sent the payloads; some of them with Ana's address."""

    def attack(payloads):
        house = House()
        ana = house.record("contact", "owner", "own")
        contacts.add_address(ana, kind="email", value="ana@acme.example", by=None)
        port, _, _ = running()
        client = Client(port)
        for index, payload in enumerate(payloads):
            send(client, index, payload)
        client.close()
        fill_in(house.record("form", "owner", "own"), payloads, owner=house.actors["owner"])
        while taking.take(datetime.now(UTC)):
            pass
        return house

    return attack


def send(client, index, payload):
    """Post it, as often as the server asks to wait."""
    header = re.sub(r"[^\x20-\x7e]", "", payload)
    status = 0
    while status != 202:
        status, said, _ = client.post(
            "/v1/batch",
            {"writeKey": "browser-key", "batch": list(messages(index, payload))},
            User_Agent=f"Mozilla/5.0 Chrome/142.0 {header}",
            Origin="https://acme.example",
        )
        assert status in (202, 429)
        time.sleep(float(said.get("retry-after", 0)))


def messages(index, payload):
    """The payload in all that a page, its address and its form may say; one cannot be taken."""
    visitor = {"anonymousId": f"v-{index % 9}"}
    address = f"https://acme.example/{payload}?utm_source={payload}&utm_campaign={payload}"
    yield visitor | {
        "type": "page", "name": payload, "messageId": f"p-{index}",
        "properties": {"url": address, "title": payload, "referrer": payload, payload: payload},
        "context": {"page": {"url": address, "referrer": f"https://{payload}/"}, "locale": payload},
    }  # fmt: skip
    yield visitor | {"type": "track", "event": payload, "messageId": f"t-{index}",
                     "properties": {"form": payload, "page": payload}}  # fmt: skip
    email = "ana@acme.example" if index % 2 else f"{index}{payload}@acme.example"
    traits = {"email": email, "name": payload, "company": {"name": payload}}
    yield visitor | {"type": "identify", "messageId": f"i-{index}", "traits": traits}
    yield {"type": payload, "messageId": payload, "anonymousId": visitor["anonymousId"]}


def fill_in(form, payloads, *, owner):
    """The payload as each answer to a form, and in all that comes along with one."""
    forms.write(form, asking("first_name", "last_name", "company", "message"), by=None)
    forms.publish(form, by=None)
    for index, payload in enumerate(payloads):
        email = "ana@acme.example" if index % 2 else f"{index}@acme.example"
        name = payload if len(payload) <= LONGEST_NAME else "Ana"
        said = dict.fromkeys(("first_name", "last_name", "company"), name) | {"message": payload}
        beside = {"_page": f"https://acme.example/?utm_source={payload}", "_referrer": payload}
        answer = Browser().post(
            f"/f/{form.slug}/",
            said | beside | {"email": email, "_visitor": f"v-{index % 9}"},
            REMOTE_ADDR=f"192.0.{index}.1",
            HTTP_USER_AGENT=f"Mozilla/5.0 Chrome/142.0 {payload}",
        )
        assert answer.status_code == 303
    let_through(form, owner)


def let_through(form, owner):
    """What has markup is spam; the owner of the form believes two of three."""
    sent = Submission.objects.filter(form=form).order_by("pk")
    for index, submission in enumerate(sent):
        if index % 3 and submission.verdict == Submission.Verdict.SPAM:
            submissions.release(submission, by=owner)
        submissions.settle(submission.pk)
    assert sent.filter(verdict="spam").exists()
    assert Contact.objects.filter(last_name__contains=MARK).exists()
    assert Proposal.objects.filter(submission__form=form, value__icontains=MARK).exists()


def crawl(house, tab, base, rows):
    """Where anything ran, by address and what showed it, and which pages show a payload."""
    asked = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("dialog", lambda dialog: (asked.append("evil.example dialog"), dialog.dismiss()))
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": house.keys["owner"], "url": base}
    tab.context.add_cookies([cookie])
    found, shown = [], set()
    for row in rows:
        address = house.address(row)
        answer = tab.request.get(base + address, max_redirects=0)
        if (
            not answer.headers.get("content-type", "").startswith("text/html")
            or answer.status >= 300
        ):
            continue
        tab.goto(base + address)
        if MARK in tab.content():
            shown.add(row.address)
        found += [f"{address}: {each}" for each in tab.evaluate(RAN)]
        if gone := [each for each in asked if "evil.example" in each]:
            found.append(f"{address}: asked for {gone}")
        asked.clear()
    # A part of a page, looked at by itself, has no icon.
    tab.complaints[:] = [text for text in tab.complaints if "404" not in text]
    return found, shown


def pages():
    rows = (row for row in matrix.read() if row.method == "GET" and "sign-out" not in row.address)
    return list({row.address: row for row in rows}.values())


def test_a_stranger_runs_nothing_on_the_pages_that_show_what_they_sent(attacked, page, live_server):
    house = attacked(ALL[:: len(ALL) // 14])
    seen = [each for each in pages() if each.address in SEEN]
    found, shown = crawl(house, page(), live_server.url, seen)
    assert found == []
    assert set(SHOWING) <= shown


@pytest.mark.long
def test_a_stranger_runs_nothing_on_any_page(attacked, page, live_server):
    assert len(ALL) >= 200
    house = attacked(ALL)
    found, shown = crawl(house, page(), live_server.url, pages())
    assert found == []
    assert set(SHOWING) <= shown
