"""The frame of every page: keys, palette, theme, phone, large letters, and empty places."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accord.people import lifecycle
from accord.platform.access import preferences
from accord.platform.models import User
from accord.sales import deals
from accord.sales.agenda import tasks
from accord.sales.models import Deal
from accord.sales.pipeline import pipelines, reasons, stages
from tests.browser.conftest import overflow
from tests.browser.looks import WIDTHS
from tests.browser.test_today import signed_in

__all__ = ["signed_in"]
pytestmark = pytest.mark.django_db(transaction=True)
PAGES = {
    "today": "/",
    "tasks": "/tasks/",
    "board": "/deals/?as=board",
    "table": "/deals/?as=table",
    "deal-new": "/deals/new/",
    "campaigns": "/campaigns/",
    "campaign-new": "/campaigns/new/",
    "reports": "/reports/",
    "funnel": "/reports/funnel/",
    "attribution": "/reports/attribution/",
    "search": "/search/?q=nobody",
}


@pytest.fixture
def empty(signed_in):
    lifecycle.ensure()
    pipelines.ensure()
    preferences.change(setup_done=True, by=None)
    return signed_in


@pytest.fixture
def three(empty):
    """Olga's three open deals, the last opened first."""
    for name in ("Metering", "Portal", "Grid"):
        deals.create(values={"name": name}, by=empty.olga)
    tasks.add(title="Call", due_at=timezone.now(), deal=Deal.objects.first(), by=empty.olga)
    return empty


@pytest.mark.parametrize(("width", "theme"), WIDTHS)
def test_empty_places_teach_and_read_well(empty, axe, shoot, width, theme):
    tab = empty(theme, width)
    lessons = {
        "/": "First steps",
        "/tasks/": "Nothing due today",
        "/deals/?as=board": "Money you hope for",
        "/deals/?as=table": "Money you hope for",
        "/campaigns/": "Put its mark on your links",
        "/reports/": "Import your deals or contacts",
        "/reports/funnel/": "Nothing to count here",
    }
    for path, lesson in lessons.items():
        tab.goto(tab.base + path)
        expect(tab.locator("main")).to_contain_text(lesson)
        shoot(tab, f"empty{path.replace('/', '-').replace('?', '')}-{width}-{theme}")
        axe(tab)
        assert overflow(tab) == 0, path


@pytest.mark.parametrize(("width", "theme"), WIDTHS)
def test_what_opens_above_a_page_reads_well(three, axe, shoot, width, theme):
    tab = three(theme, width)
    tab.goto(tab.base + "/deals/?as=board")
    tab.keyboard.press("Control+k")
    expect(tab.locator("[data-page-actions]")).to_contain_text("New deal")
    shoot(tab, f"palette-{width}-{theme}")
    axe(tab)
    tab.keyboard.press("Escape")
    tab.locator("#main").focus()
    tab.keyboard.press("?")
    expect(tab.locator("#shortcuts")).to_be_visible()
    shoot(tab, f"keys-{width}-{theme}")
    axe(tab)
    tab.keyboard.press("Escape")
    tab.locator("[data-move]").first.dispatch_event("click")
    expect(tab.locator("#move-menu")).to_be_visible()
    axe(tab)
    tab.goto(tab.base + "/reports/winloss/")
    tab.get_by_role("button", name="Filter").click()
    expect(tab.get_by_label("As of")).to_be_visible()
    shoot(tab, f"report-filter-{width}-{theme}")
    axe(tab)


def test_every_letter_after_g_opens_its_page(three):
    tab = three()
    tab.goto(tab.base + "/")
    links = tab.locator(".side [data-go]").evaluate_all(
        "all => all.map(a => [a.dataset.go, a.pathname])"
    )
    assert {go for go, _ in links} >= set("tkdcopr")
    for go, path in links:
        tab.locator("#main").focus()
        tab.keyboard.press("g")
        tab.keyboard.press(go)
        tab.wait_for_url(lambda url, path=path: url.removeprefix(tab.base).startswith(path))
        tab.wait_for_load_state()
        expect(tab.locator("h1")).to_have_count(1)
        tab.keyboard.press("?")
        expect(tab.locator("#shortcuts kbd", has_text=go.upper()).first).to_be_visible()
        tab.keyboard.press("Escape")


def test_c_creates_what_the_page_is_about(three):
    tab = three()
    for where, there in (("/deals/?as=board", "/deals/new/"), ("/campaigns/", "/campaigns/new/")):
        tab.goto(tab.base + where)
        tab.locator("#main").focus()
        tab.keyboard.press("c")
        tab.wait_for_url(f"**{there}**")


def test_the_deals_table_is_worked_by_keys(three):
    tab = three()
    tab.goto(tab.base + "/deals/?as=table&f=outcome:empty&sort=name")
    for key in ("j", "x", "j", " "):
        tab.keyboard.press(key)
    expect(tab.locator("tr[aria-selected=true]")).to_have_count(1)
    expect(tab.locator("#peek h2")).to_contain_text("Metering")
    tab.keyboard.press("Escape")
    expect(tab.locator("#peek")).to_be_empty()
    for key, name in (("Enter", "Metering"), ("]", "Portal"), ("[", "Metering")):
        with tab.expect_navigation():
            tab.keyboard.press(key)
        expect(tab.locator("h1")).to_have_text(name)
    for key, field in (("t", "#task-menu"), ("l", "#call-menu"), ("m", "#meeting-menu")):
        tab.keyboard.press(key)
        expect(tab.locator(field)).to_be_visible()
        tab.keyboard.press("Escape")
    expect(tab.locator("#credit-model")).to_be_attached()  # the last request of the page


def test_single_letters_are_switched_off_in_the_profile(three):
    tab = three()
    tab.goto(tab.base + "/settings/profile/")
    switch = tab.locator("[name=single_keys]")
    switch.uncheck()
    with tab.expect_navigation():
        switch.evaluate("field => field.form.requestSubmit()")
    tab.goto(tab.base + "/deals/?as=board")
    assert tab.locator("html").get_attribute("data-keys") == "off"
    tab.locator(".deal").first.focus()
    for key in ("c", "?", "m", "g", "t"):
        tab.keyboard.press(key)
    assert tab.url.endswith("/deals/?as=board")
    expect(tab.locator("#shortcuts")).to_be_hidden()
    expect(tab.locator("#move-menu")).to_be_hidden()
    tab.keyboard.press("Control+k")
    expect(tab.locator("#palette")).to_be_visible()


def test_the_theme_is_kept_in_the_profile_and_nothing_flashes(three):
    tab = three("light")
    tab.goto(tab.base + "/")
    tab.locator("#main").focus()
    with tab.expect_response("**/settings/theme/"):
        tab.keyboard.press("Shift+D")
    tab.goto(tab.base + "/deals/?as=board")
    assert tab.locator("html").get_attribute("data-theme") == "dark"
    assert User.objects.get(pk=three.olga.pk).theme == "dark"


def test_the_first_tab_stop_skips_to_the_content(three):
    tab = three()
    tab.goto(tab.base + "/deals/?as=board")
    tab.keyboard.press("Tab")
    skip = tab.locator(".skip")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    tab.keyboard.press("Enter")
    assert tab.evaluate("() => document.activeElement.id") == "main"


def test_nothing_is_lost_at_320_pixels_nor_with_letters_twice_as_large(three, shoot):
    narrow, large = three(width=320), three(width=1280)
    for name, path in PAGES.items():
        narrow.goto(narrow.base + path)
        assert overflow(narrow) == 0, path
        shoot(narrow, f"{name}-320")
        large.goto(large.base + path)
        large.evaluate("() => document.documentElement.style.fontSize = '200%'")
        assert overflow(large) == 0, path
        assert large.locator("h1").evaluate("h => h.scrollWidth <= h.clientWidth + 1"), path
        shoot(large, f"{name}-200")


def test_a_column_shows_25_cards_then_25_more(empty):
    stage = stages.of(pipelines.default())[0]
    now = timezone.now()
    Deal.objects.bulk_create(
        Deal(
            name=f"Deal {at}", pipeline=stage.pipeline, stage=stage, rank=at, owner=empty.olga,
            opened_at=now, stage_since=now,
        )
        for at in range(53)
    )  # fmt: skip
    tab = empty()
    tab.goto(tab.base + "/deals/?as=board")
    cards = tab.locator(f"#cards-{stage.pk} .deal")
    expect(cards).to_have_count(25)
    tab.get_by_role("button", name="Show 25 more").click()
    expect(cards).to_have_count(50)
    tab.get_by_role("button", name="Show 25 more").click()
    expect(cards).to_have_count(53)
    expect(tab.get_by_role("button", name="Show 25 more")).to_have_count(0)


def test_a_finger_moves_a_card_by_its_menu(three):
    tab = three(width=390)
    tab.goto(tab.base + "/deals/?as=board")
    deal = Deal.objects.get(name="Grid")
    tab.locator(f"#deal-{deal.pk} [data-move]").tap()
    tab.locator("#move-menu").get_by_role("button", name="Proposal").tap()
    expect(tab.locator(".toast")).to_contain_text("Grid is in Proposal now.")
    tab.locator(".toast [data-undo] button").tap()
    expect(tab.locator("#toasts")).to_contain_text("Grid is in Qualified")
    assert Deal.objects.get(pk=deal.pk).stage.name == "Qualified"


def test_the_bottom_bar_and_more_lead_everywhere(three):
    tab = three(width=390)
    tab.goto(tab.base + "/deals/?as=board")
    bar = tab.locator(".tabbar")
    assert bar.locator("a, button").all_inner_texts() == [
        "Today",
        "Deals",
        "Contacts",
        "Search",
        "More",
    ]
    bar.get_by_role("button", name="More").tap()
    names = tab.locator("#more").inner_text()
    assert all(name in names for name in ("Tasks", "Companies", "Campaigns", "Reports", "Settings"))


def test_a_report_is_cut_filtered_and_opened(three, shoot):
    for deal in Deal.objects.filter(name__in=("Grid", "Portal")):
        deals.win(deal, reason=reasons.to_pick("won")[0], by=three.olga)
    tab = three()
    tab.goto(tab.base + "/reports/winloss/")
    tab.locator("[name=by]").select_option(label="Owner")
    tab.wait_for_url("**by=owner**")
    expect(tab.locator(".grid.report")).to_contain_text("Olga")
    expect(tab.locator(".grid.report .range").first).to_have_text("34–100%")
    tab.get_by_text("Show as table").click()
    expect(tab.locator("details.astable table")).to_contain_text("Olga")
    tab.get_by_role("button", name="Filter").click()
    tab.get_by_label("From", exact=True).fill(timezone.localdate().isoformat())
    tab.get_by_role("button", name="Show", exact=True).click()
    expect(tab.locator(".chip").first).to_contain_text("From")
    tab.get_by_role("link", name="Remove filter From").click()
    expect(tab.locator(".chip:not(.add)")).to_have_count(0)
    tab.locator(".grid.report .def", has_text="Win rate").focus()
    expect(tab.locator(".tip")).to_contain_text("Won divided by won and lost.")
    tab.locator(".grid.report tbody a").first.click()
    expect(tab.locator("tbody tr")).to_have_count(2)
