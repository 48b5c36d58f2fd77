"""Settings > Channels in Chromium: a rule is made, tested and moved."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accord.people.models import Visitor
from accord.people.origins import channel_rules
from accord.platform.events import partitions
from accord.platform.models import Event
from accord.platform.queue import work
from accord.platform.trail import logbooks
from tests.browser.conftest import overflow
from tests.browser.looks import WIDTHS
from tests.browser.test_today import signed_in

__all__ = ["signed_in"]

PARTNERS = "first-partner.example, another-partner.example, the-third-and-longest-partner.example"
RULES = [
    {"part": "source", "how": "is", "text": "Acme News", "channel": "email"},
    {"part": "referrer", "how": "one_of", "text": PARTNERS, "channel": "partner"},
    {"part": "path", "how": "starts", "text": "/go/", "channel": "display"},
]


@pytest.mark.parametrize(("width", "theme"), WIDTHS)
def test_channels_read_well(signed_in, axe, shoot, width, theme):
    tab = signed_in(theme, width)
    made = [channel_rules.add(each, by=signed_in.olga) for each in RULES]
    pages = {
        "channels": "/settings/channels/",
        "channels-tested": "/settings/channels/?url=https://acme.example/go/radio&referrer=#test",
        "channel-rule": f"/settings/channels/{made[0].pk}/",
    }
    for name, path in pages.items():
        tab.goto(tab.base + path)
        for each in tab.locator("details.act > summary").all():
            each.click()
        shoot(tab, f"{name}-{width}-{theme}")
        axe(tab)
        assert not overflow(tab), name


def test_a_rule_is_made_tested_and_moved(signed_in):
    tab = signed_in()
    tab.goto(tab.base + "/settings/channels/")
    for text, channel in (("acme news", "E-mail"), ("acme", "Public relations")):
        tab.get_by_text("Add a rule", exact=True).click()
        tab.get_by_label("How", exact=True).select_option(label="starts with")
        tab.get_by_label("What", exact=True).fill(text)
        tab.get_by_label("Channel", exact=True).select_option(label=channel)
        tab.get_by_role("button", name="Add rule").click()
        expect(tab.get_by_role("link", name=f"starts with “{text}”")).to_be_visible()
    tab.get_by_label("Address of the page").fill("https://acme.example/?utm_source=acme+news")
    tab.get_by_role("button", name="Test", exact=True).click()
    expect(tab.get_by_role("status").filter(has_text="E-mail")).to_be_visible()
    tab.get_by_role("button", name="Move rule 2 up").click()
    expect(tab.locator("tbody tr").first).to_contain_text("Public relations")
    tab.get_by_label("Address of the page").fill("https://acme.example/?utm_source=acme+news")
    tab.get_by_role("button", name="Test", exact=True).click()
    expect(tab.get_by_role("status").filter(has_text="Public relations")).to_be_visible()


@pytest.fixture
def visits(transactional_db):
    """Visits by links nobody had a rule for, one with a very long address."""
    now = timezone.now()
    partitions.ensure({now.date()})
    seen = {"first_seen_at": now, "last_seen_at": now, "key_id": 1}
    visitor = Visitor.objects.create(by="device", name="v", **seen)
    for path in ("", "prices", "a-very-long-address-without-a-single-space" * 3):
        url = f"https://acme.example/{path}?utm_source=acme+news"
        told = {"url": url, "referrer": "https://first-partner.example/list"}
        Event.objects.create(
            name="page.viewed", happened_at=now, recorded_at=now, visitor_id=visitor.pk,
            channel="other", properties=told,
        )  # fmt: skip
    yield
    with logbooks.opened():
        Event.objects.all().delete()


@pytest.mark.parametrize(("width", "theme"), WIDTHS)
def test_the_past_is_looked_at_and_classed_anew(signed_in, visits, axe, shoot, width, theme):
    tab = signed_in(theme, width)
    channel_rules.add(RULES[0], by=signed_in.olga)

    def look_well(name):
        shoot(tab, f"channels-past-{name}-{width}-{theme}")
        axe(tab)
        assert not overflow(tab), name

    tab.goto(tab.base + "/settings/channels/")
    tab.get_by_role("link", name="Class the past anew").click()
    tab.get_by_role("button", name="Look what would change").click()
    expect(tab.get_by_text("Looking: 0 visited pages")).to_be_visible()
    look_well("looking")
    work.run_due()
    expect(tab.get_by_text("3 would change")).to_be_visible(timeout=120_000)
    look_well("seen")
    tab.get_by_role("button", name="Class 3 anew").click()
    expect(tab.get_by_text("Classing the past anew: 0 visited pages")).to_be_visible()
    work.run_due()
    expect(tab.get_by_text("3 visited pages changed")).to_be_visible(timeout=120_000)
    look_well("done")
    assert set(Event.objects.values_list("channel", flat=True)) == {"email"}
