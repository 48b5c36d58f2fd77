"""A colleague writes down where somebody in Canada published their address, and takes it back."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accord.engine.consent.terms import Channel
from accord.marketing.forms.tests.conftest import data
from accord.people import companies, contacts
from accord.people.consents import consent, purposes
from tests.browser.conftest import overflow
from tests.browser.looks import WIDTHS
from tests.browser.test_today import signed_in

__all__ = ["data", "signed_in"]


@pytest.mark.parametrize(("width", "theme"), WIDTHS)
def test_a_published_address_becomes_a_basis_until_it_is_taken_back(
    signed_in, data, axe, shoot, width, theme
):
    tab = signed_in(theme, width)
    purposes.add(label="News", by=None)
    acme = companies.create(values={"name": "Acme"}, by=None)
    values = {"email": "ana@acme.example", "country": "CA", "company": acme.pk}
    ana = contacts.create(values=values, by=None)
    tab.goto(f"{tab.base}/contacts/{ana.pk}/consent/")
    tab.locator("summary", has_text="They published their address").click()
    act = tab.locator("details.act[open]")
    act.get_by_label("Where they published it").fill("acme.example/team")
    act.get_by_label("Why it matters to their work").fill("She buys what we sell")
    act.get_by_label("Nothing there says").check()
    axe(tab)
    assert overflow(tab) <= 0
    shoot(tab, f"published-form-{width}-{theme}")
    act.get_by_role("button", name="Write down").click()
    expect(tab.get_by_text("Implied consent by a published address").first).to_be_visible()
    assert overflow(tab) <= 0
    shoot(tab, f"published-written-{width}-{theme}")
    assert may_send(ana)

    tab.locator("summary", has_text="Never said").click()
    tab.get_by_role("textbox", name="Why", exact=True).first.fill("Meant for somebody else")
    axe(tab)
    shoot(tab, f"published-mistake-{width}-{theme}")
    tab.get_by_role("button", name="Take it back").click()
    expect(tab.get_by_text("Taken back, counts for nothing")).to_be_visible()
    assert overflow(tab) <= 0
    shoot(tab, f"published-taken-back-{width}-{theme}")
    assert not may_send(ana)


def may_send(person):
    return consent.may_send(person, consent.question("news", Channel.EMAIL), timezone.now())
