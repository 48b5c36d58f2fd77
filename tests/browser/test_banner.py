"""The consent banner on a page of another origin under a strict policy, in Chromium."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.db.models import Sum

from accord.channels.intake import taking
from accord.channels.models import FailedEvent, PageCount, Receipt
from accord.people.consents import banner
from accord.people.consents.banner import Words
from accord.people.models import BannerAnswer, Visitor
from accord.platform.models import Event
from accord.web.collect.tests.conftest import key, running
from tests.browser import test_script
from tests.browser.test_script import KEPT, NOTHING, ready, site, tab

__all__ = ["key", "running", "site", "tab"]

WORDS = Words(
    "May we recognise you?", "Acme asks.", "Accept", "Refuse", "Keep my choice",
    "Visits", "An id on your device.", "Offers", "Fitting ones.",
)  # fmt: skip
GPC = "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', {get: () => true})"
LATER = "const real = Date.now; Date.now = () => real() + %d * 24 * 3600 * 1000"


@pytest.fixture(autouse=True)
def page_of_the_site(monkeypatch):
    link = '<a href="#" data-accord-consent>Privacy choices</a>'
    monkeypatch.setattr(test_script, "PAGE", test_script.PAGE.replace("<form", f"{link}<form"))


@pytest.fixture
def words(transactional_db):
    return banner.word(WORDS, language="en", by=None)


@pytest.fixture
def german(transactional_db, monkeypatch):
    monkeypatch.setattr(test_script, "PAGE", test_script.PAGE.replace('lang="en"', 'lang="de"'))
    return banner.word(replace(WORDS, title="Dürfen wir?"), language="de", by=None)


@pytest.fixture
def one_purpose(transactional_db):
    fewer = replace(WORDS, marketing="", marketing_text="")
    return banner.word(fewer, language="en", by=None)


@pytest.fixture
def address(words, site):
    return lambda text="data-banner": site("/", text)


def asked(tab):
    found = tab.get_by_role("dialog", name="May we recognise you?")
    found.wait_for()
    return found


def answers(tab, wanted):
    for _ in range(400):
        while taking.take(datetime.now(UTC)):
            pass
        found = list(BannerAnswer.objects.order_by("pk"))
        if len(found) >= wanted:
            return found
        tab.wait_for_timeout(50)
    raise AssertionError(f"{list(BannerAnswer.objects.values())}, {FailedEvent.objects.values()}")


def pages(tab, wanted):
    """The visits of pages once so many are in, and how many were counted before consent."""
    for _ in range(400):
        while taking.take(datetime.now(UTC)):
            pass
        viewed = Event.objects.filter(name="page.viewed").count()
        if viewed >= wanted:
            return viewed, PageCount.objects.aggregate(all=Sum("views"))["all"] or 0
        tab.wait_for_timeout(50)
    raise AssertionError(f"{FailedEvent.objects.values()}")


def local(tab):
    return set(tab.evaluate(KEPT)["local"])


def test_accepting_and_refusing_stand_side_by_side_and_nothing_is_ticked(address, tab):
    ready(tab, address())
    box = asked(tab)
    refuse, accept = (box.get_by_role("button", name=name) for name in ("Refuse", "Accept"))
    one, other = refuse.bounding_box(), accept.bounding_box()
    assert one["height"] == other["height"] and one["y"] == other["y"]
    assert abs(one["width"] - other["width"]) < 60
    style = "(button) => { const it = getComputedStyle(button); return it.color + it.background; }"
    assert refuse.evaluate(style) == accept.evaluate(style)
    assert [each.is_checked() for each in box.get_by_role("checkbox").all()] == [False, False]
    assert tab.evaluate(KEPT) == NOTHING and tab.context.cookies() == []


def test_a_refusal_is_kept_with_its_proof_and_not_asked_again(address, words, tab):
    ready(tab, address())
    asked(tab).get_by_role("button", name="Refuse").click()
    (row,) = answers(tab, 1)
    assert (row.agreed, row.device, row.text) == ([], "", words)
    assert row.page.startswith("http://127.0.0.1:") and row.network == "127.0.0.0"
    assert "Chrome/142" in row.agent and banner.is_as_written(row)
    assert local(tab) == {"accord.consent"} and not Visitor.objects.exists()
    ready(tab, address())
    tab.wait_for_function("() => accord.banner")
    tab.wait_for_timeout(300)
    assert tab.get_by_role("dialog").count() == 0 and BannerAnswer.objects.count() == 1


def test_who_accepts_is_recognised_on_the_next_page_too(address, tab):
    ready(tab, address())
    asked(tab).get_by_role("button", name="Accept").click()
    (row,) = answers(tab, 1)
    device = tab.evaluate("() => localStorage.getItem('accord')")
    assert (row.agreed, row.device) == (["marketing", "visits"], device)
    assert local(tab) == {"accord", "accord.consent"}
    ready(tab, address())
    tab.wait_for_function("() => accord.status().consent")
    assert tab.get_by_role("dialog").count() == 0
    answers(tab, 1)
    assert Visitor.objects.get().name == device


def test_a_page_of_who_agreed_before_is_a_visit_and_not_counted_beside(address, tab):
    ready(tab, address())
    asked(tab).get_by_role("button", name="Accept").click()
    answers(tab, 1)
    viewed, counted = pages(tab, 1)
    ready(tab, address())
    assert pages(tab, viewed + 1) == (viewed + 1, counted)


def test_who_says_nothing_is_counted_all_the_same(address, tab):
    ready(tab, address())
    asked(tab)
    for _ in range(200):
        if pages(tab, 0) == (0, 1):
            return
        tab.wait_for_timeout(50)
    raise AssertionError("never counted")


def test_one_purpose_can_be_chosen_and_taken_back_from_the_link(address, tab):
    ready(tab, address())
    box = asked(tab)
    box.get_by_role("checkbox", name="Visits").check()
    box.get_by_role("button", name="Keep my choice").click()
    assert answers(tab, 1)[0].agreed == ["visits"]
    link = tab.get_by_text("Privacy choices")
    link.click()
    box = asked(tab)
    assert tab.evaluate("() => document.activeElement.shadowRoot.activeElement.id") == "title"
    assert box.get_by_role("checkbox", name="Visits").is_checked()
    box.get_by_role("button", name="Refuse").click()
    assert link.evaluate("(link) => link === document.activeElement")
    assert answers(tab, 2)[1].agreed == []
    assert local(tab) == {"accord.consent"}
    assert tab.evaluate("() => accord.status().consent") is False


def test_of_one_purpose_there_are_two_buttons_of_equal_weight(one_purpose, site, tab):
    ready(tab, site("/", "data-banner"))
    box = asked(tab)
    buttons = box.get_by_role("button").all()
    assert [each.text_content() for each in buttons] == ["Refuse", "Accept"]
    one, other = (each.bounding_box() for each in buttons)
    assert (one["width"], one["height"], one["y"]) == (other["width"], other["height"], other["y"])
    assert (
        box.get_by_role("checkbox").count() == 0 and "An id on your device." in box.text_content()
    )
    buttons[1].click()
    assert answers(tab, 1)[0].agreed == ["visits"]
    tab.get_by_text("Privacy choices").click()
    asked(tab).get_by_role("button", name="Refuse").click()
    assert answers(tab, 2)[1].agreed == [] and local(tab) == {"accord.consent"}


def test_it_works_by_keyboard_alone(address, tab):
    ready(tab, address())
    asked(tab)
    names = []
    for _ in range(5):
        tab.keyboard.press("Tab")
        names.append(
            tab.evaluate(
                "() => { const it = document.activeElement.shadowRoot?.activeElement;"
                " return it && (it.textContent || it.type); }"
            )
        )
    assert names == ["checkbox", "checkbox", "Refuse", "Keep my choice", "Accept"]
    tab.keyboard.press("Enter")
    assert answers(tab, 1)[0].agreed == ["marketing", "visits"]
    tab.get_by_text("Privacy choices").press("Enter")
    asked(tab)
    tab.keyboard.press("Escape")
    assert tab.get_by_role("dialog").count() == 0 and BannerAnswer.objects.count() == 1


def test_gpc_is_honoured_without_asking_and_shown(address, tab):
    tab.add_init_script(GPC)
    ready(tab, address())
    tab.wait_for_function("() => accord.banner")
    tab.wait_for_timeout(300)
    assert tab.get_by_role("dialog").count() == 0
    assert tab.text_content("[data-accord-gpc]") == "Opt-out request honored"
    assert local(tab) == set()
    tab.get_by_text("Privacy choices").click()
    box = asked(tab)
    assert "Opt-out request honored" in box.text_content()
    box.get_by_role("button", name="Refuse").click()
    assert answers(tab, 1)[0].gpc


def test_an_objection_of_the_browser_is_newer_than_what_was_accepted_before_it(address, tab):
    ready(tab, address())
    asked(tab).get_by_role("button", name="Accept").click()
    answers(tab, 1)
    tab.add_init_script(GPC)
    ready(tab, address())
    tab.wait_for_function("() => accord.banner && !localStorage.getItem('accord')")
    assert not tab.evaluate("() => accord.status().consent")
    tab.get_by_text("Privacy choices").click()
    asked(tab).get_by_role("button", name="Accept").click()
    answers(tab, 2)
    ready(tab, address())
    tab.wait_for_function("() => accord.status().consent")  # who accepts knowing of it is heard


def test_after_the_visitor_agreed_by_hand_no_opt_out_is_said_to_count(address, tab):
    tab.add_init_script(GPC)
    ready(tab, address())
    tab.get_by_text("Privacy choices").click()
    asked(tab).get_by_role("button", name="Accept").click()
    answers(tab, 1)
    tab.get_by_text("Privacy choices").click()
    assert "honored" not in asked(tab).text_content()
    asked(tab).get_by_role("button", name="Refuse").click()
    answers(tab, 2)
    tab.get_by_text("Privacy choices").click()
    assert "Opt-out request honored" in asked(tab).text_content()


def test_a_german_banner_says_in_german_that_the_opt_out_counts(german, address, tab):
    tab.add_init_script(GPC)
    ready(tab, address())
    tab.get_by_text("Privacy choices").click()
    box = tab.get_by_role("dialog", name="Dürfen wir?")
    box.wait_for()
    assert "Der Widerspruch Ihres Browsers wird beachtet." in box.text_content()


def test_who_refused_is_asked_again_after_half_a_year(address, tab):
    ready(tab, address())
    asked(tab).get_by_role("button", name="Refuse").click()
    answers(tab, 1)
    tab.add_init_script(LATER % 184)
    ready(tab, address())
    asked(tab)


def test_new_words_are_asked_of_who_agreed_and_not_of_who_refused(address, tab):
    def other_words(route):
        said = route.fetch().json()
        said["en"]["digest"] = "0" * 64
        route.fulfill(json=said, headers={"access-control-allow-origin": "*"})

    ready(tab, address())
    asked(tab).get_by_role("button", name="Accept").click()
    answers(tab, 1)
    tab.route("**/banner.json", other_words)
    ready(tab, address())
    asked(tab).get_by_role("button", name="Refuse").click()
    tab.unroute("**/banner.json")
    ready(tab, address())
    tab.wait_for_function("() => accord.banner")
    tab.wait_for_timeout(300)
    assert tab.get_by_role("dialog").count() == 0


def test_without_words_nobody_is_asked(site, transactional_db, tab):
    ready(tab, site("/", "data-banner"))
    tab.wait_for_function("() => accord.banner")
    tab.get_by_text("Privacy choices").click()
    tab.wait_for_timeout(300)
    assert tab.get_by_role("dialog").count() == 0 and tab.evaluate(KEPT) == NOTHING
    assert not Receipt.objects.filter(body__contains=b'"consent"').exists()


def test_a_forged_answer_is_a_failed_event(address, tab):
    ready(tab, address())
    asked(tab)
    tab.evaluate("() => accord.answer({text: 99, digest: 'x', agreed: ['visits']})")
    tab.evaluate("() => accord.answer({text: 'a', digest: 5, agreed: 'all'})")
    for _ in range(400):
        while taking.take(datetime.now(UTC)):
            pass
        if FailedEvent.objects.count() == 2:
            break
        tab.wait_for_timeout(50)
    assert {each.reason[:27] for each in FailedEvent.objects.all()} == {
        "It answers words of the ban"
    }
    assert not BannerAnswer.objects.exists()
