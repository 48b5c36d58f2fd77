"""Reports in Chromium: a number opens its parts, periods stand side by side, credit catches up."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accord.demo import loading
from accord.engine.simulator import Size
from accord.insight import attribution
from accord.people.segments import live, saving
from accord.platform.queue import work
from accord.sales.models import Pipeline
from tests.browser.conftest import overflow
from tests.browser.looks import WIDTHS
from tests.browser.test_today import signed_in

__all__ = ["signed_in"]


@pytest.mark.parametrize(("width", "theme"), WIDTHS)
def test_a_number_opens_what_it_is_made_of(signed_in, axe, shoot, width, theme):
    loading.load(9, Size.SMALL, now=timezone.now())
    tab = signed_in(theme, width)
    year = timezone.localdate().year
    pages = {
        "period": f"/reports/winloss/?by=owner&from={year}-04-01&to={year}-06-30",
        "attribution": "/reports/attribution/?by=channel",
    }
    for name, path in pages.items():
        tab.goto(tab.base + path)
        shoot(tab, f"report-{name}-{width}-{theme}")
        axe(tab)
        assert overflow(tab) <= 0, path
    total = tab.locator("tfoot tr").first.get_by_role("link").nth(5)
    total.scroll_into_view_if_needed()
    total.click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Total")
    expect(tab.get_by_role("columnheader", name="Share")).to_be_attached()
    shoot(tab, f"report-touches-{width}-{theme}")
    axe(tab)
    assert overflow(tab) <= 0


def test_several_pipelines_are_chosen_with_the_mouse(signed_in, shoot):
    loading.load(9, Size.SMALL, now=timezone.now())
    Pipeline.objects.create(name="Renewals", position=9)
    tab = signed_in()
    tab.goto(f"{tab.base}/reports/winloss/?by=owner")
    tab.get_by_role("button", name="Filter").click()
    shoot(tab, "report-filter")
    for name in Pipeline.objects.values_list("name", flat=True):
        tab.get_by_label(name, exact=True).check()
    tab.get_by_role("button", name="Show").click()
    expect(tab.get_by_text(", Renewals")).to_be_visible()
    assert tab.url.count("pipeline=") == Pipeline.objects.count()


def test_the_page_follows_credit_that_is_worked_out_behind_it(signed_in, axe, shoot, monkeypatch):
    loading.load(9, Size.SMALL, now=timezone.now())
    attribution.ask(afresh=True)
    monkeypatch.setattr(attribution, "WHILE_WAITING", 5)
    tab = signed_in()
    tab.goto(f"{tab.base}/reports/attribution/")
    expect(tab.get_by_role("progressbar", name="Credit worked out")).to_be_visible()
    shoot(tab, "report-working")
    axe(tab)
    work.run_due()
    expect(tab.get_by_role("progressbar")).to_have_count(0)
    expect(tab.get_by_role("row", name="Total")).to_be_visible()


@pytest.mark.parametrize(("width", "theme"), WIDTHS)
def test_a_report_of_a_segment_is_chosen_above_it(signed_in, axe, shoot, width, theme):
    loading.load(9, Size.SMALL, now=timezone.now())
    rule = {"contact": "source", "kind": "text", "filled": True}
    saving.create(name="Known source", rule=rule, by=None)
    live.settle(timezone.now())
    tab = signed_in(theme, width)
    tab.goto(f"{tab.base}/reports/funnel/?by=channel")
    everybody = tab.locator("tfoot tr").first.get_by_role("link").first.inner_text()
    tab.get_by_role("button", name="Filter", exact=True).click()
    tab.get_by_label("Segment or list").select_option(label="Known source")
    shoot(tab, f"report-choosing-segment-{width}-{theme}")
    tab.get_by_role("button", name="Show", exact=True).click()
    expect(tab.get_by_role("link", name="Remove filter Segment Known source")).to_be_visible()
    shoot(tab, f"report-of-segment-{width}-{theme}")
    axe(tab)
    total = tab.locator("tfoot tr").first.get_by_role("link").first
    assert total.inner_text() != everybody
    total.click()
    expect(tab.get_by_role("link", name="Remove filter Segment Known source")).to_be_visible()
    assert overflow(tab) <= 0
    shoot(tab, f"report-segment-parts-{width}-{theme}")
