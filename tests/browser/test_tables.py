"""Tables by hand and key: order, columns, views, selection, editing, peek, next and previous."""

import pytest
from playwright.sync_api import expect

from accord.people import contacts, lifecycle
from accord.people.models import Contact
from accord.platform.models import BulkChange
from tests.browser.test_today import signed_in

__all__ = ["signed_in"]

CITIES = ("Kiel", "Bremen", "Kiel", "Bremen", "Ulm")


@pytest.fixture
def people(transactional_db):
    lifecycle.ensure()
    return [
        contacts.create(
            values={"last_name": f"Person {at}", "email": f"p{at}@x.example", "city": city},
            by=None,
        )
        for at, city in enumerate(CITIES)
    ]


@pytest.fixture
def tab(signed_in, people):
    opened = signed_in()
    opened.goto(f"{opened.base}/contacts/?sort=name&columns=city,title")
    return opened


def names(tab):
    return tab.locator("tbody .who a").all_inner_texts()


def heads(tab):
    return [text for text in tab.locator("thead th").all_inner_texts() if text]


def test_shift_adds_a_second_key_to_the_order(tab):
    tab.get_by_role("link", name="City", exact=True).click()
    expect(tab.locator("th[aria-sort=ascending]")).to_contain_text("City")
    tab.get_by_role("link", name="Name").click(modifiers=["Shift"])
    expect(tab.get_by_role("button", name="Order: City, then Name")).to_be_visible()
    tab.locator("thead .who a").click(modifiers=["Shift"])
    expect(tab.locator("tbody tr").first).to_contain_text("Person 3")
    assert [name[-1] for name in names(tab)] == ["3", "1", "2", "0", "4"]


def test_columns_are_moved_by_key_and_widened_by_mouse(tab):
    tab.get_by_role("button", name="Columns").click()
    tab.get_by_role("button", name="Job title earlier").press("Enter")
    expect(tab.locator("#live")).to_have_text("Job title: place 1")
    tab.get_by_role("button", name="Show these").click()
    expect(tab.locator("thead th").nth(2)).to_have_text("Job title")
    grip = tab.locator("[data-grip=city]").bounding_box()
    tab.mouse.move(grip["x"] + 3, grip["y"] + 4)
    tab.mouse.down()
    tab.mouse.move(grip["x"] - 60, grip["y"] + 4, steps=4)
    tab.mouse.up()
    tab.wait_for_url("**widths=city**")
    narrow = tab.locator("thead th", has_text="City")
    assert narrow.evaluate("head => head.classList.contains('sized')")
    assert heads(tab) == ["Name", "Job title", "City"]


def test_a_view_is_saved_changed_renamed_reset_and_deleted(tab):
    tab.get_by_role("link", name="Save view").click()
    tab.locator("#view-name").fill("By city")
    tab.get_by_role("button", name="Save view").click()
    expect(tab.locator(".views [aria-current]")).to_have_text("By city")
    tab.get_by_role("link", name="City", exact=True).click()
    expect(tab.get_by_text("Changed", exact=True)).to_be_visible()
    tab.get_by_role("link", name="Reset").click()
    expect(tab.get_by_text("Changed", exact=True)).to_be_hidden()
    tab.get_by_role("button", name="Change the view By city").click()
    tab.get_by_role("link", name="Rename").click()
    tab.locator("#view-name").fill("Places")
    tab.get_by_role("button", name="Rename").click()
    expect(tab.locator(".views [aria-current]")).to_have_text("Places")
    tab.get_by_role("button", name="Change the view Places").click()
    tab.get_by_role("button", name="Share with everybody").click()
    expect(tab.locator(".views [aria-current] .icon")).to_be_visible()
    tab.get_by_role("button", name="Change the view Places").click()
    tab.get_by_role("link", name="Delete").click()
    tab.get_by_role("button", name="Delete the view").click()
    expect(tab.locator(".views").get_by_text("Places")).to_have_count(0)


def test_a_bad_value_stands_in_the_cell_and_the_old_one_comes_back(tab, people):
    tab.goto(f"{tab.base}/contacts/?sort=name&columns=email,city")
    cell = tab.locator(f'[data-edit="/contacts/{people[0].pk}/fields/email/"]')
    cell.dblclick()
    tab.locator("[data-editor] input[name=value]").fill("nobody")
    tab.keyboard.press("Enter")
    expect(cell.locator(".error")).to_contain_text("not an e-mail address")
    tab.keyboard.press("Escape")
    expect(cell).to_have_text("p0@x.example")
    cell.dblclick()
    tab.locator("[data-editor] input[name=value]").fill("new@x.example")
    tab.keyboard.press("Tab")
    expect(cell).to_have_text("new@x.example")
    beside = tab.locator(f'[data-edit="/contacts/{people[0].pk}/fields/city/"]')
    expect(beside.locator("input[name=value]")).to_be_focused()
    tab.keyboard.press("Escape")
    expect(beside).to_have_text("Kiel")
    tab.complaints[:] = [text for text in tab.complaints if "422" not in text]


def test_two_who_edit_the_same_see_both_values(tab, people):
    cell = tab.locator(f'[data-edit="/contacts/{people[0].pk}/fields/city/"]')
    cell.dblclick()
    field = tab.locator("[data-editor] input[name=value]")
    field.fill("Berlin")
    contacts.change(Contact.objects.get(pk=people[0].pk), values={"city": "Mainz"}, by=None)
    tab.keyboard.press("Enter")
    expect(cell.locator(".both")).to_contain_text("Mainz")
    expect(cell.locator(".both")).to_contain_text("Berlin")
    tab.get_by_role("button", name="Keep mine").click()
    expect(cell).to_have_text("Berlin")
    assert Contact.objects.get(pk=people[0].pk).city == "Berlin"
    tab.complaints[:] = [text for text in tab.complaints if "409" not in text]


def test_a_record_is_peeked_at_opened_and_left_for_the_next(tab):
    tab.keyboard.press("j")
    tab.keyboard.press("Space")
    expect(tab.locator("#peek h2")).to_have_text("Person 0")
    tab.keyboard.press("j")
    expect(tab.locator("#peek h2")).to_have_text("Person 1")
    tab.keyboard.press("Escape")
    tab.keyboard.press("Enter")
    expect(tab.get_by_text("2 of 5")).to_be_visible()
    tab.keyboard.press("]")
    expect(tab.get_by_text("3 of 5")).to_be_visible()
    expect(tab.locator("h1")).to_have_text("Person 2")


def test_the_name_stays_in_sight_when_the_table_is_pushed(signed_in, people):
    tab = signed_in(width=390)
    tab.goto(f"{tab.base}/contacts/")
    tab.locator(".tablewrap").evaluate("box => box.scrollBy(400, 0)")
    for part in (".sel", ".who"):
        left = tab.locator(f"tbody {part}").first.bounding_box()["x"]
        assert 0 <= left < 60, part


def test_the_bell_shows_a_change_that_runs_and_leads_to_it(signed_in, people, tab, axe):
    values = {"noun": "contact", "field": "city", "by": signed_in.olga}
    change = BulkChange.objects.create(state="running", total=400, done=100, **values)
    tab.get_by_role("button", name="Notices").click()
    bar = tab.get_by_role("progressbar", name="City of 400 contacts")
    expect(bar).to_have_attribute("aria-valuenow", "25")
    axe(tab)
    for done in (200, 300):
        BulkChange.objects.update(done=done)
        expect(bar).to_have_attribute("aria-valuenow", str(done // 4))
    BulkChange.objects.update(state="done", done=400)
    expect(tab.locator("#notices")).to_contain_text("400 changed")
    tab.get_by_role("link", name="City of 400 contacts").click()
    expect(tab.locator("#changed")).to_contain_text("400 contacts changed.")
    assert tab.url.endswith(f"?changed={change.pk}")


def test_changes_of_a_value_are_one_press_away(tab, people):
    contacts.change(people[0], values={"city": "Mainz"}, by=None)
    tab.goto(f"{tab.base}/contacts/{people[0].pk}/")
    tab.get_by_role("link", name="Changes of city").focus()
    tab.keyboard.press("Enter")
    dialog = tab.locator("#dialog dialog")
    expect(dialog.locator("del")).to_have_text("Kiel")
    expect(dialog.locator("ins")).to_have_text("Mainz")
