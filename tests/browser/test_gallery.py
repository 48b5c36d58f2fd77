"""Every part of the interface, in both themes, wide, on a phone and on the narrowest window."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import overflow
from tests.browser.looks import LOOKS

PAGES = {
    "today": "/",
    "contacts": "/contacts/",
    "contact": "/page/contact/",
    "deals": "/deals/",
    "reports": "/reports/",
    "form": "/page/form/",
    "wizard": "/page/wizard/",
    "settings": "/settings/",
    "auth": "/page/auth/",
}


@pytest.mark.parametrize("look", LOOKS, ids=str)
@pytest.mark.parametrize("name", PAGES)
def test_parts_are_accessible_and_fit(gallery, page, axe, shoot, name, look):
    theme, width = look
    tab = page(theme, width)
    tab.goto(gallery + PAGES[name], wait_until="networkidle")
    shoot(tab, f"{name}-{width}-{theme}")
    assert overflow(tab) <= 0
    axe(tab)


@pytest.mark.parametrize("name", PAGES)
def test_parts_fit_windows_of_every_width(gallery, page, shoot, name):
    for width in (320, 720, 1024):  # the narrowest, 1440 at 200 percent, a tablet
        narrow = page("light", width)
        narrow.goto(gallery + PAGES[name])
        shoot(narrow, f"{name}-{width}-light")
        assert overflow(narrow) <= 0


def open_palette(tab):
    tab.keyboard.press("Control+k")
    expect(tab.locator("#palette-found [role=option]")).to_be_visible()


def open_shortcuts(tab):
    tab.keyboard.press("?")


def select_and_peek(tab):
    for key in ("j", "x", "j", "x", "Space"):
        tab.keyboard.press(key)
    expect(tab.locator("#peek")).to_contain_text("Owner")


def open_menu(tab):
    tab.get_by_role("button", name="Columns").click()


def edit_wrongly(tab):
    tab.locator("#cell-102-phone").dblclick()
    tab.locator("[data-editor] input[name=phone]").fill("nothing")
    tab.keyboard.press("Enter")
    expect(tab.locator("#cell-102-phone")).to_contain_text("Start with")


def lose_a_deal(tab):
    tab.locator("#deal-390").focus()
    tab.keyboard.press("m")
    tab.locator("[data-to=lost]").click()
    expect(tab.locator("#dialog dialog")).to_be_visible()


def show_toast(tab):
    tab.locator("#deal-412").focus()
    tab.keyboard.press("Shift+ArrowRight")
    expect(tab.locator(".toast")).to_be_visible()


def open_tables(tab):
    for summary in tab.locator(".astable summary").all():
        summary.click()


STATES = {
    "palette": ("contacts", open_palette),
    "shortcuts": ("contacts", open_shortcuts),
    "selected": ("contacts", select_and_peek),
    "menu": ("contacts", open_menu),
    "editor": ("contacts", edit_wrongly),
    "dialog": ("deals", lose_a_deal),
    "toast": ("deals", show_toast),
    "tables": ("reports", open_tables),
}


@pytest.mark.parametrize("name", STATES)
def test_open_parts_are_accessible(gallery, page, axe, shoot, name):
    where, act = STATES[name]
    for theme in ("light", "dark"):
        tab = page(theme)
        tab.goto(gallery + PAGES[where], wait_until="networkidle")
        act(tab)
        shoot(tab, f"{name}-1440-{theme}")
        axe(tab)
        tab.complaints[:] = [text for text in tab.complaints if "422" not in text]


def test_the_more_sheet_of_a_phone_is_accessible(gallery, page, axe, shoot):
    for theme in ("light", "dark"):
        tab = page(theme, 390)
        tab.goto(gallery + "/contacts/")
        tab.get_by_role("button", name="More", exact=True).click()
        shoot(tab, f"more-390-{theme}")
        axe(tab)
