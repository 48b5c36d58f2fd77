"""A company says that it may reach children, and a colleague writes down what a parent said."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accord.engine.consent.terms import Channel
from accord.marketing.forms.tests.conftest import data
from accord.people import contacts
from accord.people.consents import consent, purposes
from tests.browser.conftest import overflow
from tests.browser.looks import WIDTHS
from tests.browser.test_today import signed_in

__all__ = ["data", "signed_in"]


@pytest.mark.parametrize(("width", "theme"), WIDTHS)
def test_a_parents_consent_from_the_switch_to_the_basis(signed_in, data, axe, shoot, width, theme):
    tab = signed_in(theme, width)
    purposes.add(label="News", by=None)
    born_on = timezone.localdate() - timedelta(days=3650)
    ana = contacts.create(values={"email": "ana@acme.example", "born_on": born_on}, by=None)
    tab.goto(f"{tab.base}/settings/consent/countries/")
    tab.get_by_label("We may reach children").check()
    assert overflow(tab) <= 0
    shoot(tab, f"children-countries-{width}-{theme}")
    axe(tab)
    tab.get_by_role("button", name="Save").click()
    expect(tab.get_by_label("We may reach children")).to_be_checked()
    tab.goto(f"{tab.base}/contacts/{ana.pk}/consent/")
    expect(tab.get_by_text("A child by the date of birth")).to_be_visible()
    tab.locator("summary", has_text="A parent agreed").click()
    act = tab.locator("details.act[open]")
    act.get_by_label("Parent", exact=True).fill("Her mother, Eva")
    act.get_by_label("How you checked it").fill("Called back, Mia")
    axe(tab)
    assert overflow(tab) <= 0
    shoot(tab, f"children-parent-{width}-{theme}")
    act.get_by_role("button", name="Write down").click()
    expect(tab.get_by_text("Consent of a parent").first).to_be_visible()
    assert overflow(tab) <= 0
    shoot(tab, f"children-written-{width}-{theme}")
    assert consent.may_send(ana, consent.question("news", Channel.EMAIL), timezone.now())
