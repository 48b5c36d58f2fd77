"""Settings > Tracking with its failed events, and a contact's timeline of visits, in Chromium."""

from datetime import timedelta

import orjson
import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accord.channels.intake import taking
from accord.channels.models import FailedEvent, Receipt, WriteKey
from accord.platform.models import Event
from accord.platform.trail import logbooks
from tests.browser.conftest import CHROME, overflow
from tests.browser.looks import WIDTHS
from tests.browser.test_today import signed_in

__all__ = ["signed_in"]

NASTY = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"


@pytest.fixture
def visited(transactional_db, ana):
    """Ana came from an ad, read pages, ordered; somebody was counted; something failed."""
    key = WriteKey.objects.create(key="browser-key", name="acme.example", kind="browser")
    now = timezone.now()

    def said(kind, path, minute, **more):
        return {
            "type": kind, "anonymousId": "v", "messageId": f"{kind}{path}{minute}",
            "timestamp": (now - timedelta(minutes=minute)).isoformat(),
            "properties": {"url": f"https://acme.example{path}", "title": path[1:] or "Home"},
            **more,
        }  # fmt: skip

    sent = [
        said("page", "/?utm_source=google&utm_medium=cpc&utm_campaign=spring", 20),
        *(said("page", path, n) for n, path in ((18, "/prices"), (15, "/docs"), (14, "/trial"))),
        said("track", "/trial", 12, event="Trial started", properties={"plan": "pro", "seats": 5}),
        said("identify", "/trial", 11, traits={"email": "ana@acme.example"}),
        said("track", "/x", 10, event=NASTY, properties={"a": NASTY}),
        said("page", "/y", 600, context={"page": {"referrer": f"https://x.example/{NASTY}"}}),
        {"type": "page", "anonymous": True, "properties": {"url": "https://acme.example/"}},
        {"type": "track", "anonymousId": "v", "properties": {"note": NASTY}},
    ]
    Receipt.objects.create(
        received_at=now, key=key, kind="batch", events=len(sent), agent=CHROME,
        address="192.0.2.0", body=orjson.dumps({"batch": sent}),
    )  # fmt: skip
    while taking.take(now):
        pass
    assert FailedEvent.objects.count() == 1
    yield ana
    with logbooks.opened():
        Event.objects.all().delete()


@pytest.mark.parametrize(("width", "theme"), WIDTHS)
def test_tracking_and_visits_read_well(signed_in, visited, axe, shoot, width, theme):
    tab = signed_in(theme, width)
    pages = {
        "tracking": "/settings/tracking/",
        "failed-events": "/settings/tracking/failed/",
        "visits": f"/contacts/{visited.pk}/",
    }
    for name, path in pages.items():
        tab.goto(tab.base + path)
        assert "owned" not in tab.title()
        shoot(tab, f"{name}-{width}-{theme}")
        axe(tab)
        assert not overflow(tab), name
    expect(tab.get_by_text("Visited 4 pages")).to_be_visible()
    expect(tab.get_by_text("Trial started")).to_be_visible()


def test_the_script_is_copied_and_a_failed_event_tried_again(signed_in, visited):
    tab = signed_in()
    tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab.goto(tab.base + "/settings/tracking/")
    tab.get_by_role("button", name="Copy").click()
    expect(tab.get_by_role("button", name="Copied")).to_be_visible()
    assert 'data-key="browser-key"' in tab.evaluate("() => getSelection().toString()")
    tab.get_by_role("link", name="See why, and try again").click()
    tab.get_by_role("button", name="again").click()
    expect(tab.get_by_text("Everything could be taken in")).to_be_visible()
    assert Receipt.objects.count() == 1
