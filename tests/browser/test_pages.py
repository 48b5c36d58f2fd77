"""Lists, records, reports and settings with the demo company: axe, nothing lost sideways."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accord.demo import loading
from accord.engine.simulator import Size
from accord.people.models import Contact
from accord.platform.models import Team
from accord.sales.models import Deal, DealContact
from tests.browser.conftest import overflow
from tests.browser.looks import WIDTHS
from tests.browser.test_today import signed_in

__all__ = ["signed_in"]
pytestmark = pytest.mark.long  # some minutes; every page in four looks


TALLER = "() => document.documentElement.scrollHeight - innerHeight"


@pytest.fixture
def buyer(transactional_db):
    """Somebody on a deal of the demo company, who has a long timeline."""
    loading.load(7, Size.SMALL, now=timezone.now())
    return DealContact.objects.order_by("pk").first()


@pytest.mark.parametrize(("width", "theme"), WIDTHS)
def test_every_page_reads_well(signed_in, buyer, axe, shoot, width, theme):
    tab = signed_in(theme, width)
    company = buyer.deal.company_id
    pages = {
        "contacts": "/contacts/?f=stage%3Ais%3Alead",
        "contacts-nothing": "/contacts/?q=zzzz&f=stage%3Ais%3Alead",
        "contact-details": f"/contacts/{buyer.contact_id}/#details",
        "contact-value": f"/contacts/{buyer.contact_id}/fields/title/",
        "contact-related": f"/contacts/{buyer.contact_id}/#related",
        "contact-history": f"/contacts/{buyer.contact_id}/history/",
        "contact": f"/contacts/{buyer.contact_id}/",
        "contact-new": "/contacts/new/",
        "filter": "/contacts/filter/",
        "companies": "/companies/?density=compact&widths=domain:120",
        "company": f"/companies/{company}/",
        "deals": "/deals/?as=board",
        "deals-table": "/deals/?as=table&f=outcome:empty",
        "deal-won": f"/deals/{Deal.objects.filter(outcome='won').latest('closed_at').pk}/",
        "tasks-all": "/tasks/?whose=all",
        "notices": "/notices/",
        "search": "/search/?q=solar",
        "search-nothing": "/search/?q=zzzz",
        "reports": "/reports/",
        "funnel": "/reports/funnel/",
        "winloss": "/reports/winloss/",
        "revenue": "/reports/revenue/?by=month",
        "velocity": "/reports/velocity/",
        "attribution": "/reports/attribution/",
        "rows": "/reports/funnel/rows/?by=source&key=direct&measure=won",
        "fields": "/settings/fields/",
        "lifecycle": "/settings/lifecycle/",
        "pipelines": "/settings/pipelines/",
        "reasons": "/settings/reasons/",
        "currencies": "/settings/currencies/",
        "products": "/settings/products/",
        "profile": "/settings/profile/",
        "security": "/settings/security/",
        "house": "/settings/company/",
        "members": "/settings/members/",
        "member": f"/settings/members/{signed_in.olga.pk}/",
        "member-new": "/settings/members/new/",
        "teams": "/settings/teams/",
        "team": f"/settings/teams/{Team.objects.earliest('pk').pk}/",
        "roles": "/settings/roles/",
        "pipeline": f"/settings/pipelines/{buyer.deal.pipeline_id}/",
        "tracking": "/settings/tracking/",
        "failed-events": "/settings/tracking/failed/",
        "deleted": "/settings/deleted/",
        "audit": "/settings/audit/",
        "system": "/settings/system/",
    }
    for name, path in pages.items():
        assert tab.goto(tab.base + path).status == 200, path
        shoot(tab, f"{name}-{width}-{theme}")
        axe(tab)
        assert overflow(tab) == 0, path
        assert tab.evaluate(TALLER) <= 0, f"{path} scrolls away under its own head"


@pytest.mark.parametrize(("width", "theme"), WIDTHS)
def test_what_opens_on_a_list_reads_well(signed_in, buyer, axe, shoot, width, theme):
    tab = signed_in(theme, width)
    tab.goto(f"{tab.base}/contacts/?f=stage%3Ais%3Alead&columns=owner,city&sort=name,-acquired_at")
    for name, button in {"columns": "Columns", "order": "Order"}.items():
        tab.get_by_role("button", name=button).first.click()
        shoot(tab, f"menu-{name}-{width}-{theme}")
        axe(tab)
        tab.keyboard.press("Escape")
    for name, link in {"filter": "Filter", "view": "Save view"}.items():
        tab.get_by_role("link", name=link, exact=True).click()
        expect(tab.locator("#dialog dialog")).to_be_visible()
        shoot(tab, f"dialog-{name}-{width}-{theme}")
        axe(tab)
        tab.keyboard.press("Escape")
    tab.locator("[data-select-all]").check()
    expect(tab.get_by_role("button", name="in this view")).to_be_visible()
    shoot(tab, f"bulk-{width}-{theme}")
    axe(tab)
    tab.locator("[data-bulk]").get_by_role("button", name="Owner").click()
    expect(tab.locator("#dialog dialog")).to_be_visible()
    shoot(tab, f"dialog-bulk-{width}-{theme}")
    axe(tab)
    tab.keyboard.press("Escape")
    tab.goto(f"{tab.base}/contacts/nothing/")
    shoot(tab, f"404-{width}-{theme}")
    axe(tab)
    tab.complaints[:] = [text for text in tab.complaints if "404" not in text]


def test_a_value_is_edited_in_the_table_by_keys(signed_in, buyer):
    tab = signed_in()
    contact = Contact.objects.get(pk=buyer.contact_id)
    tab.goto(f"{tab.base}/contacts/?q={contact.email}&columns=title%2Ccity")
    cell = tab.locator(f'[data-edit="/contacts/{contact.pk}/fields/title/"]')
    cell.dblclick()
    tab.locator("[data-editor] input[name=value]").fill("Head of Buying")
    tab.keyboard.press("Enter")
    expect(cell).to_have_text("Head of Buying")
    contact.refresh_from_db()
    assert contact.title == "Head of Buying"


def test_many_are_changed_at_once_and_taken_back(signed_in, buyer):
    tab = signed_in()
    tab.goto(f"{tab.base}/contacts/?f=stage%3Ais%3Alead&columns=owner")
    before = set(Contact.objects.filter(stage="lead").values_list("pk", "owner"))
    for row in range(3):
        tab.locator("[data-select]").nth(row).check()
    tab.get_by_role("button", name="Owner").click()
    tab.get_by_label("New value").select_option(label="Olga")
    tab.get_by_role("button", name="Change", exact=True).click()
    expect(tab.get_by_text("3 contacts changed.")).to_be_visible()
    assert Contact.objects.filter(owner=signed_in.olga).count() == 3
    tab.get_by_role("button", name="Undo").click()
    expect(tab.get_by_text("Undone.")).to_be_visible()
    assert set(Contact.objects.filter(stage="lead").values_list("pk", "owner")) == before
