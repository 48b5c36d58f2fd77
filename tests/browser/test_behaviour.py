"""What the modules do: keyboard, palette, board, editing in place, and when the server fails."""

from playwright.sync_api import expect


def active(tab, attribute="id"):
    return tab.evaluate(f"() => document.activeElement.getAttribute('{attribute}')")


def test_palette_finds_pages_actions_and_records(gallery, page):
    tab = page()
    tab.goto(gallery + "/contacts/")
    tab.keyboard.press("Control+k")
    expect(tab.locator("#palette")).to_be_visible()
    expect(tab.locator("#palette-found")).to_contain_text("Recent")
    expect(tab.locator("[data-page-actions]")).to_contain_text("New contact")
    tab.keyboard.type("maren")
    expect(tab.locator("#palette-found [role=option]")).to_contain_text("Maren Vogt")
    expect(tab.locator("#palette [role=option][aria-selected=true]")).to_have_count(1)
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/page/contact/")


def test_letters_go_places_only_outside_fields(gallery, page):
    tab = page()
    tab.goto(gallery + "/page/contact/")
    tab.locator("#note").focus()
    tab.keyboard.type("gd ? c")
    assert tab.locator("#note").input_value() == "gd ? c"
    tab.locator("#main").focus()
    tab.keyboard.press("n")
    assert active(tab) == "note"
    tab.locator("#main").focus()
    tab.keyboard.press("?")
    expect(tab.locator("#shortcuts")).to_be_visible()
    tab.keyboard.press("Escape")
    expect(tab.locator("#shortcuts")).to_be_hidden()
    tab.keyboard.press("g")
    tab.keyboard.press("d")
    tab.wait_for_url("**/deals/")


def test_letters_can_be_switched_off(gallery, page):
    tab = page()
    tab.goto(gallery + "/contacts/")
    tab.evaluate("() => document.documentElement.dataset.keys = 'off'")
    tab.keyboard.press("?")
    tab.keyboard.press("j")
    expect(tab.locator("#shortcuts")).to_be_hidden()
    tab.keyboard.press("Control+k")
    expect(tab.locator("#palette")).to_be_visible()


def test_theme_changes_at_once_and_is_kept(gallery, page):
    tab = page("dark")
    tab.goto(gallery)
    with tab.expect_request("**/settings/theme/") as sent:
        tab.keyboard.press("Shift+D")
    assert tab.locator("html").get_attribute("data-theme") == "light"
    assert sent.value.post_data == "theme=light"
    assert sent.value.response().status == 204
    assert tab.evaluate("() => getComputedStyle(document.body).colorScheme") == "light"


def test_rows_are_walked_selected_and_opened_by_keys(gallery, page):
    tab = page()
    tab.goto(gallery + "/contacts/")
    for key in ("j", "j", "x", "j", "j", "Shift+X"):
        tab.keyboard.press(key)
    assert active(tab) == "contact-103"
    expect(tab.locator("tr[aria-selected=true]")).to_have_count(3)
    expect(tab.locator("[data-bulk]")).to_be_visible()
    expect(tab.locator("[data-count]")).to_have_text("3 selected")
    tab.keyboard.press("Escape")
    expect(tab.locator("[data-bulk]")).to_be_hidden()
    tab.locator("[data-select-all]").check()
    tab.locator("[data-select-whole]").click()
    expect(tab.locator("[data-count]")).to_have_text("41 selected")
    assert tab.locator("[data-all]").input_value() == "1"
    tab.locator("#contact-100 [data-select]").uncheck()
    assert tab.locator("[data-all]").input_value() == ""
    tab.locator("#contact-104").focus()
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/page/contact/")


def test_space_peeks_and_escape_returns_to_the_row(gallery, page):
    tab = page()
    tab.goto(gallery + "/contacts/")
    tab.keyboard.press("j")
    tab.keyboard.press("Space")
    expect(tab.locator("#peek")).to_contain_text("Contact 100")
    tab.keyboard.press("j")
    expect(tab.locator("#peek")).to_contain_text("Contact 101")
    tab.keyboard.press("Escape")
    expect(tab.locator("#peek")).to_be_empty()
    assert active(tab) == "contact-101"


def test_a_cell_is_edited_where_it_stands(gallery, page):
    tab = page()
    tab.goto(gallery + "/contacts/")
    first, second = tab.locator("#cell-100-phone"), tab.locator("#cell-101-phone")
    field = tab.locator("[data-editor] input[name=phone]")
    tab.keyboard.press("j")
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("Enter")
    expect(field).to_be_focused()
    tab.keyboard.press("Escape")
    expect(first).to_have_text("+49 40 5550 1800")
    assert active(tab) == "cell-100-phone"
    tab.keyboard.press("Enter")
    expect(field).to_be_focused()
    tab.keyboard.press("Control+a")
    tab.keyboard.type("call me")
    tab.keyboard.press("Enter")
    expect(first).to_contain_text("Start with + and the country.")
    expect(field).to_be_focused()
    tab.keyboard.press("Control+a")
    tab.keyboard.type("+49 1")
    tab.keyboard.press("Tab")
    expect(first).to_have_text("+49 1")
    expect(second.locator("input[name=phone]")).to_be_focused()
    tab.keyboard.press("Escape")
    expect(second).to_have_text("+49 40 5550 1801")
    tab.complaints[:] = [text for text in tab.complaints if "422" not in text]


def test_a_value_of_a_record_is_edited_by_click(gallery, page):
    tab = page()
    tab.goto(gallery + "/page/contact/")
    tab.locator("#prop-phone button").click()
    field = tab.locator("#prop-phone input[name=phone]")
    expect(field).to_be_focused()
    field.fill("+43 1 234")
    tab.locator("#note").click()
    expect(tab.locator("#prop-phone")).to_have_text("+43 1 234")


def stage_of(tab, deal):
    return tab.locator(f"#deal-{deal}").evaluate("card => card.parentElement.dataset.stage")


def test_a_deal_moves_by_keys_and_says_so(gallery, page):
    tab = page()
    tab.goto(gallery + "/deals/")
    tab.locator("#deal-412").focus()
    tab.keyboard.press("ArrowDown")
    assert active(tab) == "deal-413"
    tab.keyboard.press("ArrowUp")
    with tab.expect_request("**/deals/412/stage/") as sent:
        tab.keyboard.press("Shift+ArrowRight")
    assert stage_of(tab, 412) == "discovery"
    assert active(tab) == "deal-412"
    assert "stage=discovery&before=418&version=1" in sent.value.post_data
    expect(tab.locator("#sums")).to_contain_text("moved 412 to discovery")
    expect(tab.locator("#live")).to_contain_text("Discovery, position 1 of 3")
    expect(tab.locator(".toast")).to_contain_text("Undo")
    tab.keyboard.press("Control+z")
    expect(tab.locator(".toast")).to_have_count(0)


def test_a_deal_moves_by_mouse(gallery, page):
    tab = page()
    tab.goto(gallery + "/deals/")
    tab.wait_for_function("() => window.Sortable?.get(document.querySelector('.cards'))")
    start = tab.locator("#deal-418 .what").bounding_box()
    end = tab.locator("#deal-390 .what").bounding_box()
    tab.mouse.move(start["x"] + 30, start["y"] + 8)
    tab.mouse.down()
    tab.mouse.move(start["x"] + 90, start["y"] + 12, steps=6)
    tab.mouse.move(end["x"] + 30, end["y"] + 4, steps=14)
    with tab.expect_request("**/deals/418/stage/"):
        tab.mouse.up()
    assert stage_of(tab, 418) == "proposal"


def test_a_refused_move_puts_the_card_back_and_asks_why(gallery, page):
    tab = page()
    tab.goto(gallery + "/deals/")
    tab.locator("#deal-390").focus()
    tab.keyboard.press("m")
    expect(tab.locator("#move-menu")).to_be_visible()
    tab.locator("[data-to=lost]").click()
    expect(tab.locator("#dialog dialog")).to_contain_text("Why was it lost?")
    assert stage_of(tab, 390) == "proposal"
    assert active(tab) == "why"
    tab.keyboard.press("Escape")
    expect(tab.locator("#dialog dialog")).to_have_count(0)
    tab.complaints[:] = [text for text in tab.complaints if "422" not in text]


def test_a_broken_server_leaves_the_page_and_names_the_incident(gallery, page):
    tab = page()
    tab.goto(gallery)
    tab.get_by_role("button", name="Break").click()
    expect(tab.locator(".toast")).to_contain_text("Incident 7f3a")
    expect(tab.get_by_role("button", name="Break")).to_be_visible()
    tab.locator(".toast .x").click()
    expect(tab.locator(".toast")).to_have_count(0)
    assert tab.complaints
    tab.complaints.clear()


def test_an_unreachable_server_says_so_and_offline_shows(gallery, page):
    tab = page()
    tab.goto(gallery)
    tab.context.set_offline(True)
    expect(tab.locator("#offline")).to_be_visible()
    tab.get_by_role("button", name="Break").click()
    expect(tab.locator(".toast")).to_contain_text("did not answer")
    tab.context.set_offline(False)
    expect(tab.locator("#offline")).to_be_hidden()
    tab.complaints.clear()


def test_charts_tell_their_numbers_to_the_keyboard(gallery, page):
    tab = page()
    tab.goto(gallery + "/reports/")
    tab.locator(".chart [data-tip]").first.focus()
    expect(tab.locator(".tip")).to_contain_text("Leads    1,932")
    tab.keyboard.press("Escape")
    expect(tab.locator(".tip")).to_be_hidden()


def test_phone_has_the_whole_menu_and_record_sections(gallery, page):
    tab = page(width=390)
    tab.goto(gallery + "/page/contact/")
    tab.get_by_role("button", name="More", exact=True).click()
    expect(tab.locator("#more")).to_contain_text("Companies")
    expect(tab.locator("#more")).to_contain_text("Sign out")
    tab.locator("#more [data-close]").click()
    tab.locator(".rectabs a", has_text="Details").click()
    expect(tab.locator("#details")).to_be_visible()
    expect(tab.locator("#timeline")).to_be_hidden()


SHIFTS = """() => { window.shifted = 0; new PerformanceObserver(list => list.getEntries().forEach(
    entry => { if (!entry.hadRecentInput) window.shifted += entry.value; }
)).observe({ type: "layout-shift", buffered: true }); }"""


def test_nothing_jumps_while_a_page_loads(gallery, page):
    for where in ("/", "/contacts/", "/page/contact/", "/deals/", "/reports/"):
        tab = page()
        tab.add_init_script(f"({SHIFTS})()")
        tab.goto(gallery + where, wait_until="networkidle")
        tab.evaluate("() => document.fonts.ready")
        assert tab.evaluate("() => window.shifted") < 0.01, where


def test_the_first_field_to_repair_has_the_focus(gallery, page):
    tab = page()
    tab.goto(gallery + "/page/form/")
    assert tab.evaluate("() => document.activeElement.matches('[data-error-summary]')")
    assert tab.locator("#id_bad-name").get_attribute("aria-describedby") == "id_bad-name_error"


def test_menus_open_beside_their_button_and_answer_to_arrows(gallery, page):
    tab = page()
    tab.goto(gallery + "/contacts/")
    button = tab.get_by_role("button", name="Filter", exact=True)
    button.click()
    menu = tab.locator("#filter-menu")
    expect(menu).to_be_visible()
    at, box = button.bounding_box(), menu.bounding_box()
    assert abs(box["x"] - at["x"]) < 4
    assert 0 <= box["y"] - at["y"] - at["height"] < 12
    expect(menu.locator("button").first).to_be_focused()
    tab.keyboard.press("ArrowDown")
    expect(menu.locator("button").nth(1)).to_be_focused()
    tab.keyboard.press("Escape")
    expect(menu).to_be_hidden()
