"""Pages say what concerns people: backups that hold them, what ends, who is left out."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accord.channels.models import Message
from accord.engine.consent.terms import Channel
from accord.marketing.forms import submissions
from accord.marketing.forms.submissions import Post
from accord.marketing.forms.tests.conftest import box, data, news, publish
from accord.people import contacts
from accord.people.consents import consent, preference_links, purposes
from accord.people.privacy import erasing, requests
from accord.people.segments import members, saving
from accord.platform.queue import work
from accord.platform.transfer import imports, mapping
from tests.browser.conftest import overflow
from tests.browser.looks import WIDTHS
from tests.browser.test_today import signed_in

__all__ = ["data", "news", "publish", "signed_in"]
COLUMNS = {"into": "contacts", "columns": {"Mail": "email", "City": "city"}, "match": ["email"]}


@pytest.fixture
def told(signed_in, settings, tmp_path):
    """The pages on which something is said; answers their addresses by name."""
    settings.DATA = tmp_path
    olga = signed_in.olga
    (tmp_path / "backups").mkdir()
    ana = contacts.create(values={"first_name": "Ana", "email": "ana@acme.example"}, by=olga)
    cleo = contacts.create(
        values={"first_name": "Cleo", "email": "cleo@acme.example", "country": "CA"}, by=olga
    )
    for name in ("scheduled-1", "accord-1"):
        (tmp_path / "backups" / f"{name}.backup").touch()
    purposes.add(label="News", by=None)
    bought = timezone.now() - timedelta(days=720)
    given = consent.Given("news", Channel.EMAIL, consent.What.PURCHASE, at=bought)
    consent.give(cleo, given, by=None)
    requests.receive("access", ana, asked_by="By mail", by=olga)
    all_of_us = saving.create(name="All of us", rule={"not": {"deal": "open"}}, by=olga)
    members.evaluate(all_of_us)
    consent.restrict(ana, reason="Asked", by=None)
    return {
        "contact-privacy": f"/contacts/{ana.pk}/privacy/",
        "contact-erasure": f"/contacts/{ana.pk}/privacy/",
        "request-of-the-erased": f"/settings/privacy/{_asked_before()}/",
        "settings-consent": "/settings/consent/",
        "contact": f"/contacts/{cleo.pk}/#related",
        "segment-reach": f"/segments/{all_of_us.pk}/reach/?purpose=news",
        "import-check": f"/imports/{_tried(olga)}/check/",
    }


def _asked_before():
    """The number of a request that was open when its person was erased."""
    gone = contacts.create(values={"email": "asked@acme.example"}, by=None)
    asked = requests.receive("access", gone, asked_by="By mail", by=None)
    requests.identify(asked, "Called the number on the record", by=None)
    erasing.run_all(erasing.begin(gone, by=None))
    return asked.pk


def _tried(olga):
    """The number of an import, tried and not run, that would bring back somebody erased."""
    gone = contacts.create(values={"email": "gone@acme.example"}, by=None)
    erasing.run_all(erasing.begin(gone, by=None))
    file = io.BytesIO(b"Mail,City\ngone@acme.example,Bonn\n")
    job = imports.begin(file, name="list.csv", into="contacts", by=olga)
    imports.set_mapping(job, mapping.from_json(COLUMNS), by=olga)
    imports.rehearse(job, by=olga)
    work.run_due()
    return job.pk


SAID = {
    "contact-privacy": "Those made on schedule (1) are dropped one by one",
    "contact-erasure": "1 request of this person is open; tell them first.",
    "request-of-the-erased": "The person was erased, and their address with them",
    "settings-consent": "Consent that ends soon",
    "contact": "Implied consent by purchase, until",
    "segment-reach": "Restricted",
    "import-check": "Somebody with this address was erased on",
}


@pytest.mark.parametrize(("width", "theme"), WIDTHS)
def test_it_is_said_on_the_page(signed_in, told, axe, shoot, width, theme):
    tab = signed_in(theme, width)
    for name, path in told.items():
        assert tab.goto(tab.base + path).status == 200, path
        expect(tab.get_by_text(SAID[name]).first).to_be_visible()
        tab.get_by_text(SAID[name]).first.scroll_into_view_if_needed()
        shoot(tab, f"said-{name}-{width}")
        axe(tab)
        assert overflow(tab) <= 0, path


@pytest.mark.parametrize(("width", "theme"), WIDTHS)
def test_the_preference_link_is_copied_and_opens(signed_in, settings, axe, shoot, width, theme):
    tab = signed_in(theme, width)
    settings.BASE_URL = tab.base
    ana = contacts.create(values={"email": "ana@acme.example"}, by=signed_in.olga)
    tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab.goto(f"{tab.base}/contacts/{ana.pk}/consent/")
    tab.get_by_role("button", name="Copy their preference link").click()
    expect(tab.get_by_role("button", name="Copied")).to_be_visible()
    copied = tab.evaluate("navigator.clipboard.readText()")
    assert copied == preference_links.address(ana)
    assert overflow(tab) <= 0
    axe(tab)
    shoot(tab, f"consent-link-{width}-{theme}")
    tab.goto(copied)
    expect(tab.locator("main")).to_contain_text("a…@acme.example")


@pytest.fixture
def asked(publish, news, live_server, settings):
    """The address a mail asks to confirm a form at."""
    settings.BASE_URL = live_server.url
    version = publish(boxes=[box(news)], confirm=True)
    post = Post({"email": ["ana@acme.example"], "consent:news:email": ["on"]})
    submissions.settle(submissions.receive(version, post, now=timezone.now()).submission.pk)
    letter = Message.objects.get(key__startswith="form-confirmation")
    return re.search(r"http://\S+/confirm/\S+", letter.text)[0]


@pytest.mark.parametrize(("width", "theme"), WIDTHS)
def test_who_confirmed_a_form_opens_their_preferences(asked, page, axe, shoot, width, theme):
    tab = page(theme, width)
    tab.goto(asked)
    tab.get_by_role("button", name="Yes, it was me").click()
    link = tab.get_by_role("link", name="Choose what we may send you")
    expect(link).to_be_visible()
    assert overflow(tab) <= 0
    axe(tab)
    shoot(tab, f"form-confirmed-{width}-{theme}")
    link.click()
    expect(tab.locator("main")).to_contain_text("a…@acme.example")
