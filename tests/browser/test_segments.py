"""Segments in Chromium: one is built by mouse and keys, counted as it grows, kept and tested."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accord.demo import loading
from accord.engine.simulator import Size
from accord.people.consents import consent
from accord.people.models import Contact, Segment
from accord.people.segments import members, saving
from tests import instance as instances
from tests.browser.conftest import overflow
from tests.browser.looks import WIDTHS
from tests.browser.test_today import signed_in

__all__ = ["signed_in"]
LEADS = {"contact": "stage", "kind": "stage", "is": ["lead", "mql"]}
READ = {
    "event": "page.viewed",
    "times": {"at_least": 2},
    "when": {"within_last": "365 days"},
    "where": [{"property": "url", "kind": "text", "contains": "pric"}],
}
RULE = {"all": [LEADS, {"any": [READ, {"not": {"deal": "open"}}]}]}


@pytest.fixture
def demo(transactional_db):
    loading.load(7, Size.SMALL, now=timezone.now())


def test_a_segment_is_built_by_mouse_and_keys(signed_in, demo, axe, shoot):
    tab = signed_in()
    tab.goto(f"{tab.base}/segments/")
    tab.get_by_role("link", name="New segment").first.click()
    tab.get_by_label("Name").fill("Leads in Germany")
    expect(tab.locator("#counted")).to_contain_text("1 unfinished line.")
    tab.get_by_label("Field, Contact 1").select_option(label="Lifecycle stage")
    tab.get_by_role("button", name="Lifecycle stage, Contact 1").click()
    tab.get_by_label("Lead", exact=True).check()
    leads = Contact.objects.alive().filter(stage="lead").count()
    expect(tab.locator("#count")).to_have_text(f"{leads:,}")
    expect(tab.locator(".sentence")).to_contain_text("Lifecycle stage is Lead.")
    expect(tab.get_by_label("MQL", exact=True)).to_be_visible()  # one more needs no second click
    tab.keyboard.press("Escape")
    tab.get_by_role("button", name="Add a condition to the rule").focus()
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("button", name="Contact", exact=True)).to_be_focused()
    tab.keyboard.press("Enter")  # Contact
    expect(tab.get_by_label("Field, Contact 2")).to_be_focused()
    expect(tab.locator("#counted")).to_contain_text("1 unfinished line left out.")
    tab.get_by_label("Field, Contact 2").select_option(label="Country")
    tab.get_by_role("button", name="Country, Contact 2").press("Enter")
    find = tab.get_by_role("searchbox", name="Find in Country")
    find.fill("FRÁNC")
    expect(tab.get_by_label("Germany", exact=True)).to_be_hidden()
    tab.get_by_label("France", exact=True).check()
    expect(tab.locator(".sentence")).to_contain_text("country is France")
    expect(tab.get_by_label("Germany", exact=True)).to_be_hidden()  # what is sought stays sought
    find.fill("germ")
    find.press("Enter")  # which sends nothing
    tab.keyboard.press("Tab")
    expect(tab.get_by_label("Germany", exact=True)).to_be_focused()
    tab.keyboard.press("Space")
    expect(tab.locator(".sentence")).to_contain_text("Germany")
    shoot(tab, "segment-choose-countries")
    tab.set_viewport_size({"width": 390, "height": 844})
    assert overflow(tab) <= 0
    shoot(tab, "segment-choose-countries-390")
    tab.set_viewport_size({"width": 1440, "height": 900})
    tab.get_by_label("Germany", exact=True).uncheck()
    expect(tab.locator(".sentence")).not_to_contain_text("Germany")
    tab.get_by_label("Germany", exact=True).check()
    find.fill("france")
    tab.get_by_label("France", exact=True).uncheck()
    there = Contact.objects.alive().filter(stage="lead", country="DE").count()
    expect(tab.locator("#count")).to_have_text(f"{there:,}")
    axe(tab)
    tab.get_by_role("button", name="Save").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Leads in Germany")
    mine = Segment.objects.filter(name="Leads in Germany")
    instances.wait(mine.exists)
    saved = members.people(mine.get())
    instances.wait(lambda: saved.count() == there)


def test_a_not_goes_with_its_row_into_a_group_and_not_to_the_row_after_it(signed_in, demo):
    tab = signed_in()
    rule = {"all": [{"deal": "open"}, {"deal": "won"}, {"deal": "lost"}]}
    made = saving.create(name="Deals", rule=rule, by=signed_in.olga)
    tab.goto(f"{tab.base}/segments/{made.pk}/rule/")
    told, nots = tab.locator(".sentence"), tab.locator(".notbox input")
    nots.nth(1).check()
    expect(told).to_contain_text("has no open deal", ignore_case=True)
    tab.get_by_role("button", name="Put into a group of its own, Deal 1").click()
    expect(nots).to_have_count(5)
    assert [each.is_checked() for each in nots.all()] == [False, False, True, False, False]
    nots.nth(2).uncheck()
    expect(told).to_contain_text("has an open deal", ignore_case=True)
    nots.nth(3).check()
    expect(told).to_contain_text("has no won deal", ignore_case=True)
    tab.get_by_role("button", name="Remove, Deal 3").click()
    expect(nots).to_have_count(4)
    assert not any(each.is_checked() for each in nots.all())
    with tab.expect_response(lambda answer: "/look/" in answer.url):  # the count comes last
        tab.get_by_label("Deal, Deal 3").select_option(label="any deal")
    expect(told).to_contain_text("has a deal", ignore_case=True)


@pytest.mark.parametrize(("width", "theme"), WIDTHS)
def test_every_page_of_segments_reads_well(signed_in, demo, axe, shoot, width, theme):
    olga = signed_in.olga
    made = saving.create(name="Leads who read the prices", rule=RULE, by=olga)
    members.evaluate(made, timezone.now())
    other = saving.create(name="Leads", rule=LEADS, by=olga)
    members.evaluate(other, timezone.now())
    fair = members.copy_static(other, name="Guests of the fair", by=olga)
    saving.create(name="Not at the fair", rule={"not": {"list": fair.pk}}, by=olga)
    saving.change(made, description="For the autumn letter", by=olga)
    who = members.people(made).first()
    tab = signed_in(theme, width)
    pages = {
        "segments": "/segments/",
        "segment": f"/segments/{made.pk}/",
        "segment-rule": f"/segments/{made.pk}/rule/",
        "segment-new": "/segments/new/",
        "segment-people": f"/segments/{fair.pk}/people/?add=an",
        "segment-test": f"/segments/{made.pk}/test/?who={who.pk}",
        "segment-reach": f"/segments/{other.pk}/reach/",
        "segment-list-new": "/segments/lists/new/",
        "contact-segments": f"/contacts/{who.pk}/#related",
    }
    arriving = {
        "segment": "#reach dl",
        "segment-rule": "#would-reach dl",
        "segment-new": "#counted .t2",
        "contact-segments": "#segments-of ul",
    }
    for name, path in pages.items():
        assert tab.goto(tab.base + path).status == 200, path
        if name in arriving:
            expect(tab.locator(arriving[name]).first).to_be_visible()
        shoot(tab, f"{name}-{width}-{theme}")
        axe(tab)
        assert overflow(tab) <= 0, path


def test_chosen_contacts_go_on_a_list(signed_in, demo):
    tab = signed_in()
    tab.goto(f"{tab.base}/contacts/")
    for row in range(2):
        tab.locator("[data-select]").nth(row).check()
    tab.get_by_role("button", name="Put on a list").click()
    tab.get_by_label("Or a new list").fill("Dinner")
    tab.locator("#dialog").get_by_role("button", name="Put on the list").click()
    expect(tab.get_by_text("2 people are now on “Dinner”.")).to_be_visible()
    assert Segment.objects.get(name="Dinner").memberships.count() == 2


def test_a_segment_is_built_without_script(signed_in, demo, browser):
    plain = browser.new_context(java_script_enabled=False)
    plain.add_cookies(signed_in().context.cookies())
    tab = plain.new_page()
    base = signed_in().base
    tab.goto(f"{base}/segments/new/")
    tab.get_by_label("Name").fill("In Berlin")
    tab.get_by_label("Field, Contact 1").select_option(label="City")
    tab.get_by_role("button", name="Update the rule").click()
    tab.get_by_label("Value, Contact 1").fill("Berlin")
    tab.get_by_role("button", name="Count people").click()
    found = Contact.objects.alive().filter(city="Berlin").count()
    expect(tab.locator("#count")).to_have_text(f"{found:,}")
    tab.get_by_role("button", name="Save").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("In Berlin")
    plain.close()


@pytest.mark.parametrize(("width", "theme"), WIDTHS)
def test_who_is_restricted_is_seen_and_left_out_of_the_file(
    signed_in, demo, axe, shoot, width, theme
):
    people = list(Contact.objects.alive().order_by("pk")[:3])
    consent.restrict(people[0], by=None)
    made = saving.create(name="Fair", by=None)
    members.add(made, people=[each.pk for each in people], by=None)
    tab = signed_in(theme, width)
    tab.goto(f"{tab.base}/segments/{made.pk}/people/")
    expect(tab.get_by_text("1 person here is restricted")).to_be_visible()
    expect(tab.locator("tr", has_text=str(people[0])).get_by_text("Restricted")).to_be_visible()
    for path in (f"/segments/{made.pk}/people/", f"/contacts/export/?f=segment:any:{made.pk}"):
        tab.goto(tab.base + path)
        assert overflow(tab) == 0
        axe(tab)
        shoot(tab, f"restricted-{'people' if 'people' in path else 'export'}-{width}-{theme}")
    with tab.expect_download() as taken:
        tab.get_by_role("link", name="Take the file").click()
    lines = taken.value.path().read_text("utf-8-sig").splitlines()
    assert len(lines) == 3 and not any(people[0].email in line for line in lines)
