"""Two contacts that are one: proposed, merged field by field, looked at and taken apart."""

from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.test import Client

from accord.people import contacts
from accord.people.models import Merge
from accord.platform.events import partitions
from accord.platform.running import startup
from accord.sales import deals
from accord.sales.agenda import activities
from tests.browser.conftest import PHONE, overflow
from tests.browser.looks import LOOKS

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def house(olga):
    for function in startup._ready:
        function()
    partitions.ensure({datetime.now(UTC).date()})
    return olga


@pytest.fixture
def enter(house, page, live_server):
    """`enter(theme, width)` opens a page on which Olga is signed in."""
    client = Client()
    client.force_login(house)

    def open_page(theme="light", width=1440):
        opened = page(theme, width)
        value = client.cookies[settings.SESSION_COOKIE_NAME].value
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}
        opened.context.add_cookies([cookie])
        return opened

    return open_page


@pytest.fixture
def two(house):
    """Ana twice: the second has more to say."""
    first = {"first_name": "Ana", "last_name": "Berg", "email": "ana.berg@acme.example",
             "phone": "+49 431 123456", "title": "Buyer", "tags": ["energy"]}  # fmt: skip
    second = {"first_name": "Anna", "last_name": "Berg", "email": "anna.berg@acme.example",
              "phone": "+49 431 123456", "title": "Head of purchasing", "city": "Kiel",
              "tags": ["vip", "fair 2026"], "external_id": "crm-77", "source": "Fair"}  # fmt: skip
    ana, anna = (contacts.create(values=each, by=house) for each in (first, second))
    deals.create(values={"name": "Grid for Kiel", "contacts": [anna]}, by=house)
    activities.log(kind="call", body="Wants an offer by Friday.", contact=anna, by=house)
    return ana, anna


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_two_who_look_alike_become_one_and_two_again(enter, live_server, two, axe, shoot, look):
    (theme, width), (ana, anna) = look, two
    page = enter(theme, width)
    page.goto(f"{live_server.url}/contacts/{ana.pk}/")
    if width < PHONE:
        page.get_by_role("link", name="Related").click()
    page.locator("#alike").wait_for()
    page.locator("#alike").scroll_into_view_if_needed()
    shoot(page, f"alike-{theme}-{width}")
    page.get_by_role("link", name="Merge with Anna Berg").click()
    axe(page)
    shoot(page, f"merge-{theme}-{width}")
    assert overflow(page) == 0
    page.get_by_role("radio", name="Head of purchasing").check()
    page.get_by_role("button", name="Merge the two").click()
    page.wait_for_url(f"**/contacts/{ana.pk}/")
    if width < PHONE:
        page.get_by_role("link", name="Related").click()
    page.get_by_role("link", name="Merged with Anna Berg").last.wait_for()
    axe(page)
    shoot(page, f"merged-record-{theme}-{width}")
    merge = Merge.objects.get()
    page.goto(f"{live_server.url}/contacts/merges/{merge.pk}/")
    axe(page)
    shoot(page, f"merged-{theme}-{width}")
    assert overflow(page) == 0
    page.get_by_role("button", name="Undo the merge").click()
    page.get_by_text("is a contact of its own again").first.wait_for()
    shoot(page, f"undone-{theme}-{width}")
    axe(page)
    anna.refresh_from_db()
    assert anna.deleted_at is None and anna.email == "anna.berg@acme.example"
