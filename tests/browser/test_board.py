"""The deals board on real data: drag by mouse and by keys, reasons, Undo, both themes, phone."""

from decimal import Decimal

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import expect

from accord.people import companies, contacts, lifecycle
from accord.people.fields import Money
from accord.platform.access import preferences
from accord.sales import deals
from accord.sales.agenda import tasks
from accord.sales.models import Deal, Product
from accord.sales.pipeline import pipelines, reasons, stages
from tests.browser.conftest import overflow
from tests.browser.looks import WIDTHS

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def at(transactional_db):
    lifecycle.ensure()
    pipelines.ensure()
    preferences.change(setup_done=True, by=None)
    return {stage.name: stage for stage in stages.of(pipelines.default())}


@pytest.fixture
def grid(at, ben):
    """Ben's deals: two in Qualified (the newer on top), one in Proposal, one won."""
    acme = companies.create(values={"name": "Acme", "domain": "acme.example"}, by=ben)
    ana = contacts.create(values={"first_name": "Ana", "email": "ana@acme.example"}, by=ben)

    def make(name, stage, amount):
        values = {"name": name, "company": acme, "stage": at[stage], "contacts": [ana]}
        values |= {"amount": Money(Decimal(amount), "EUR"), "close_on": timezone.localdate()}
        return deals.create(values=values, by=ben)

    older, newer = make("Metering", "Qualified", 22_500), make("Grid", "Qualified", 84_000)
    make("Portal", "Proposal", 61_000)
    won = make("Outage", "Qualified", 40_000)
    deals.win(won, reason=reasons.to_pick("won")[0], by=ben)
    tasks.add(title="Call Ana", due_at=timezone.now(), deal=newer, by=ben)
    assert older.pk
    return newer


@pytest.fixture
def board(live_server, client, ben, grid, page):
    """`board(theme, width)` opens the board as Ben sees it."""
    client.force_login(ben)
    name = settings.SESSION_COOKIE_NAME
    key = client.cookies[name].value

    def open_board(theme="light", width=1440, path="/deals/"):
        tab = page(theme, width)
        tab.context.add_cookies([{"name": name, "value": key, "url": live_server.url}])
        tab.goto(live_server.url + path)
        return tab

    return open_board


def stage_of(pk):
    return Deal.objects.select_related("stage").get(pk=pk).stage.name


def column_of(tab, pk):
    return tab.locator(f"#deal-{pk}").evaluate("card => card.parentElement.dataset.stage")


@pytest.mark.parametrize(("width", "theme"), WIDTHS)
def test_everybody_can_read_the_board(board, grid, axe, shoot, theme, width):
    tab = board(theme, width)
    expect(tab.locator(f"#deal-{grid.pk}")).to_contain_text("Call Ana")
    axe(tab)
    shoot(tab, f"board-{width}-{theme}")
    assert overflow(tab) == 0


@pytest.mark.parametrize(("width", "theme"), WIDTHS)
def test_everybody_can_read_a_deal(board, grid, axe, shoot, theme, width):
    tab = board(theme, width, f"/deals/{grid.pk}/")
    expect(tab.locator("#credit-model")).to_have_count(1)
    shoot(tab, f"deal-{width}-{theme}")
    axe(tab)
    assert overflow(tab) == 0
    if width == 390:
        tab.locator(".rectabs a", has_text="Related").click()
        expect(tab.locator("#credit")).to_be_visible()
        shoot(tab, f"deal-related-{theme}")
        axe(tab)


def test_people_and_products_are_put_on_a_deal(board, grid, ben, axe, shoot):
    contacts.create(values={"first_name": "Udo", "last_name": "Veit"}, by=ben)
    Product.objects.create(name="Sensor", price=Decimal(120), currency="EUR")
    tab = board(path=f"/deals/{grid.pk}/")
    tab.locator("#people-q").fill("udo")
    tab.get_by_role("button", name="Add Udo Veit").click()
    role = tab.get_by_label("Role of Udo Veit")
    role.select_option("Signs")
    tab.wait_for_load_state()
    expect(tab.get_by_label("Role of Udo Veit")).to_have_value("Signs")
    tab.get_by_role("link", name="Add products").click()
    dialog = tab.locator("#dialog dialog")
    dialog.get_by_label("Product 1").select_option(index=1)
    dialog.get_by_label("Quantity 1").fill("none")
    axe(tab)
    shoot(tab, "deal-products")
    dialog.get_by_role("button", name="Save products").click()
    expect(dialog).to_contain_text("A quantity is more than 0")
    dialog.get_by_label("Quantity 1").fill("2")
    dialog.get_by_role("button", name="Save products").click()
    expect(tab.locator("#related")).to_contain_text("2 × €120")
    expect(tab.locator("#credit-model")).to_be_attached()  # the last request of the page
    tab.complaints[:] = [text for text in tab.complaints if "422" not in text]


def test_a_deal_is_lost_and_reopened_on_its_page(board, grid):
    tab = board(path=f"/deals/{grid.pk}/")
    tab.get_by_role("link", name="Lost").click()
    dialog = tab.locator("#dialog dialog")
    dialog.locator("select").select_option(label="No budget")
    dialog.get_by_role("button", name="Mark as lost").click()
    tab.get_by_role("button", name="Reopen").click()
    expect(tab.locator(".toast")).to_contain_text("Grid is open again.")
    expect(tab.locator("#credit-model")).to_be_attached()  # the last request of the page
    assert stage_of(grid.pk) == "Qualified"


@pytest.mark.parametrize("width", [1440, 390])
def test_a_new_deal_is_written_down(board, grid, axe, shoot, width):
    tab = board("light", width, "/deals/new/")
    axe(tab)
    shoot(tab, f"deal-new-{width}")
    tab.get_by_label("Name").fill("Sensors")
    tab.locator("#contact-q").fill("ana")
    tab.locator("#people-found input").first.check()
    tab.get_by_role("button", name="Create deal").click()
    expect(tab.locator("h1")).to_have_text("Sensors")
    expect(tab.locator("#related")).to_contain_text("Ana")
    expect(tab.locator("#credit-model")).to_be_attached()  # the last request of the page


def test_a_deal_is_dragged_and_undo_brings_it_back(board, grid, at):
    tab = board()
    tab.wait_for_function("() => window.Sortable?.get(document.querySelector('.cards'))")
    start = tab.locator(f"#deal-{grid.pk} .what").bounding_box()
    end = tab.locator(f"#cards-{at['Proposal'].pk} .deal").bounding_box()
    tab.mouse.move(start["x"] + 30, start["y"] + 8)
    tab.mouse.down()
    tab.mouse.move(start["x"] + 90, start["y"] + 12, steps=6)
    tab.mouse.move(end["x"] + 30, end["y"] + 14, steps=14)
    tab.mouse.up()
    expect(tab.locator(".toast")).to_contain_text("Grid is in Proposal now.")
    assert column_of(tab, grid.pk) == str(at["Proposal"].pk)
    assert stage_of(grid.pk) == "Proposal"
    expect(tab.locator(f"#head-{at['Proposal'].pk} .count")).to_have_text("2")
    tab.locator(".toast [data-undo] button").click()
    expect(tab.locator(f"#cards-{at['Qualified'].pk} #deal-{grid.pk}")).to_be_visible()
    expect(tab.locator(f"#deal-{grid.pk}")).to_have_count(1)
    assert stage_of(grid.pk) == "Qualified"


def test_a_deal_moves_by_keys_twice(board, grid, at):
    tab = board()
    tab.locator(f"#deal-{grid.pk}").focus()
    tab.keyboard.press("Shift+ArrowRight")
    tab.keyboard.press("Shift+ArrowRight")
    expect(tab.locator("#toasts")).to_contain_text("Grid is in Proposal now.")
    assert column_of(tab, grid.pk) == str(at["Proposal"].pk)
    assert stage_of(grid.pk) == "Proposal"
    assert tab.evaluate("() => document.activeElement.id") == f"deal-{grid.pk}"
    expect(tab.locator("#live")).to_contain_text("Proposal, position 1 of 2")


def test_lost_asks_for_a_reason_and_undo_reopens(board, grid, at, axe, shoot):
    tab = board()
    tab.locator(f"#deal-{grid.pk}").focus()
    tab.keyboard.press("m")
    tab.locator(f"#move-menu [data-to='{at['Lost'].pk}']").click()
    dialog = tab.locator("#dialog dialog")
    expect(dialog).to_contain_text("Why was it lost?")
    expect(dialog.locator("select")).to_be_focused()
    assert column_of(tab, grid.pk) == str(at["Qualified"].pk)
    axe(tab)
    shoot(tab, "board-lost")
    dialog.locator("select").select_option(label="Too expensive")
    dialog.get_by_role("button", name="Mark as lost").click()
    expect(tab.locator(".toast")).to_contain_text("Grid is lost.")
    expect(dialog).to_have_count(0)
    expect(tab.locator(f"#deal-{grid.pk}")).to_have_count(0)
    expect(tab.locator(f"#head-{at['Lost'].pk} .count")).to_have_text("1")
    assert Deal.objects.get(pk=grid.pk).reason.label == "Too expensive"
    tab.locator(".toast [data-undo] button").click()
    expect(tab.locator(f"#cards-{at['Qualified'].pk} #deal-{grid.pk}")).to_be_visible()
    assert stage_of(grid.pk) == "Qualified"
    tab.complaints[:] = [text for text in tab.complaints if "422" not in text]


def test_a_stale_card_goes_where_the_deal_is(board, grid, at, olga):
    tab = board()
    deals.move(Deal.objects.get(pk=grid.pk), to=at["Negotiation"], by=olga)
    tab.locator(f"#deal-{grid.pk}").focus()
    tab.keyboard.press("Shift+ArrowRight")
    expect(tab.locator(".toast")).to_contain_text("it is in Negotiation now")
    expect(tab.locator(f"#cards-{at['Negotiation'].pk} #deal-{grid.pk}")).to_be_visible()
    tab.complaints[:] = [text for text in tab.complaints if "409" not in text]


def test_a_closed_deal_goes_back_to_its_column(board, grid, at):
    tab = board()
    won = Deal.objects.get(outcome="won")
    tab.locator(f"#deal-{won.pk}").focus()
    tab.keyboard.press("Shift+ArrowLeft")
    expect(tab.locator(".toast")).to_contain_text("Reopen it first")
    assert column_of(tab, won.pk) == str(at["Won"].pk)
    tab.complaints[:] = [text for text in tab.complaints if "422" not in text]
