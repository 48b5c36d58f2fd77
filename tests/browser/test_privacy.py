"""Pages say what concerns people: backups that hold them, what ends, who is left out."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accord.engine.consent.terms import Channel
from accord.people import contacts
from accord.people.consents import consent, purposes
from accord.people.privacy import erasing
from accord.people.segments import members, saving
from accord.platform.queue import work
from accord.platform.transfer import imports, mapping
from tests.browser.conftest import overflow
from tests.browser.looks import WIDTHS
from tests.browser.test_today import signed_in

__all__ = ["signed_in"]
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
    consent.restrict(ana, reason="Asked", by=None)
    all_of_us = saving.create(name="All of us", rule={"not": {"deal": "open"}}, by=olga)
    members.evaluate(all_of_us, timezone.now())
    return {
        "contact-privacy": f"/contacts/{ana.pk}/privacy/",
        "settings-consent": "/settings/consent/",
        "contact": f"/contacts/{cleo.pk}/#related",
        "segment-reach": f"/segments/{all_of_us.pk}/reach/?purpose=news",
        "import-check": f"/imports/{_tried(olga)}/check/",
    }


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
