"""Today, tasks, search, campaigns and the system's page with the demo company, in Chromium."""

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from accord.demo import loading
from accord.engine.simulator import Size
from accord.marketing.models import Campaign
from accord.people import contacts
from accord.platform.models import User
from accord.sales.agenda import tasks
from tests.browser.conftest import overflow
from tests.browser.looks import WIDTHS


@pytest.fixture
def signed_in(transactional_db, live_server, page, settings):
    """`signed_in(theme, width)` opens Accord as Olga, who owns it and also sells and markets."""
    olga = User.objects.create_user(email="olga@accord.example", name="Olga", roles=["owner"])
    client = Client()
    client.force_login(olga)
    key = client.cookies[settings.SESSION_COOKIE_NAME].value

    def open_page(theme="light", width=1440):
        tab = page(theme, width)
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": key, "url": live_server.url}
        tab.context.add_cookies([cookie])
        tab.base = live_server.url
        return tab

    open_page.olga = olga
    return open_page


@pytest.mark.parametrize(("width", "theme"), WIDTHS)
def test_pages_are_alive_and_fit(signed_in, axe, shoot, width, theme):
    loading.load(7, Size.SMALL, now=timezone.now())
    ben = contacts.create(values={"first_name": "Ana", "last_name": "Alvarez"}, by=None)
    for days in (-2, 0):
        due = timezone.now() + timezone.timedelta(days=days)
        tasks.add(title="Call about the offer", due_at=due, contact=ben, by=signed_in.olga)
    campaign = Campaign.objects.order_by("-starts_on").first()
    tab = signed_in(theme, width)
    pages = {
        "today": "/",
        "tasks": "/tasks/",
        "search": "/search/?q=solar",
        "campaigns": "/campaigns/",
        "campaign": f"/campaigns/{campaign.pk}/",
        "campaign-new": "/campaigns/new/",
        "system": "/settings/system/",
        "products": "/settings/products/",
    }
    for name, path in pages.items():
        tab.goto(tab.base + path)
        shoot(tab, f"{name}-{width}-{theme}")
        axe(tab)
        assert overflow(tab) <= 0, name


def test_a_task_is_ticked_and_taken_back_by_keys(signed_in):
    tasks.add(title="Call Ana", due_at=timezone.now(), by=signed_in.olga)
    tab = signed_in()
    tab.goto(tab.base + "/")
    tab.locator("#main").focus()
    tab.keyboard.press("j")
    tab.keyboard.press("x")
    tick = tab.locator(".tick")
    expect(tick).to_have_attribute("aria-pressed", "true")
    expect(tab.locator(".toast")).to_contain_text("Done: Call Ana")
    tab.keyboard.press("Control+z")
    expect(tick).to_have_attribute("aria-pressed", "false")


def test_a_task_is_put_off_and_deleted_with_undo(signed_in):
    tasks.add(title="Call Ana", due_at=timezone.now(), by=signed_in.olga)
    tab = signed_in()
    tab.goto(tab.base + "/tasks/")
    tab.get_by_role("button", name="Change: Call Ana").click()
    tab.get_by_role("button", name="Tomorrow").last.click()
    expect(tab.locator("#tasks")).to_contain_text("tomorrow")
    tab.get_by_role("button", name="Change: Call Ana").click()
    tab.get_by_role("button", name="Delete").click()
    expect(tab.locator("#tasks")).not_to_contain_text("Call Ana")
    tab.get_by_role("button", name="Undo").last.click()
    expect(tab.locator("#tasks")).to_contain_text("Call Ana")


def test_the_palette_opens_a_record_though_a_letter_is_wrong(signed_in):
    ana = contacts.create(values={"first_name": "Ana", "last_name": "Alvarez"}, by=None)
    tab = signed_in()
    tab.goto(tab.base + "/tasks/")
    tab.keyboard.press("Control+k")
    tab.keyboard.type("alvares")
    expect(tab.locator("#palette-found [role=option]")).to_have_count(1)  # no longer for "al"
    expect(tab.locator("#palette-found [aria-selected=true]")).to_contain_text("Ana Alvarez")
    tab.keyboard.press("Enter")
    tab.wait_for_url(f"**/contacts/{ana.pk}/")
    tab.keyboard.press("Control+k")
    expect(tab.locator("#palette-found")).to_contain_text("Ana Alvarez")
