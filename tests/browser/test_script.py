"""The script on a page of another origin: what it sends, and what it leaves on the device."""

import http.server
import threading
from datetime import UTC, datetime

import pytest

from accord.channels.intake import taking
from accord.channels.models import FailedEvent, PageCount, Receipt
from accord.people.models import Visitor
from accord.platform.models import Event
from accord.web.collect.tests.conftest import key, running

__all__ = ["key", "running"]

PAGE = """<!doctype html><html lang="en"><title>Acme</title>
<p data-accord-gpc></p>
<form id="newsletter" action="/thanks" data-accord-identify>
<input type="email" name="email" value="ana@acme.example"><button>Join</button></form>
<script async src="{collect}/t.js" data-key="browser-key" {options}></script></html>"""
WATCH = """() => {
  window.touched = [];
  for (const name of ["getItem", "setItem", "removeItem"]) {
    const real = Storage.prototype[name];
    Storage.prototype[name] = function (...given) {
      window.touched.push(name);
      return real.apply(this, given);
    };
  }
  const cookie = Object.getOwnPropertyDescriptor(Document.prototype, "cookie");
  Object.defineProperty(document, "cookie", {
    get() { window.touched.push("cookie"); return cookie.get.call(document); },
    set(value) { window.touched.push("cookie"); cookie.set.call(document, value); },
  });
}"""
KEPT = """async () => ({
  local: {...localStorage}, session: {...sessionStorage}, cookies: document.cookie,
  databases: (await indexedDB.databases()).length,
})"""
NOTHING = {"local": {}, "session": {}, "cookies": "", "databases": 0}


@pytest.fixture
def site(running, key):
    """A site on an origin of its own with a strict policy; `site(options)` is its address."""
    collect = f"http://localhost:{running()[0]}"
    policy = f"default-src 'none'; script-src {collect}; connect-src {collect}; form-action 'self'"
    options = {"text": ""}

    class Site(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            page = PAGE.format(collect=collect, options=options["text"]).encode()
            self.send_response(200 if "favicon" not in self.path else 204)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            if "favicon" not in self.path:
                self.wfile.write(page)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def address(path="/", text=""):
        options["text"] = text
        return f"http://127.0.0.1:{server.server_port}{path}"

    yield address
    server.shutdown()
    server.server_close()


@pytest.fixture
def tab(page):
    found = page()
    found.add_init_script(f"({WATCH})()")
    return found


def ready(tab, address):
    tab.goto(address)
    tab.wait_for_function("() => window.accord && window.accord.version")


def arrived(tab, wanted):
    """Wait until so many messages arrived, then take them in."""
    for _ in range(200):
        if sum(Receipt.objects.values_list("events", flat=True)) >= wanted:
            break
        tab.wait_for_timeout(50)
    while taking.take(datetime.now(UTC)):
        pass


def told():
    return [
        (each.name, each.properties.get("event") or each.properties.get("path"))
        for each in Event.objects.filter(visitor_id__isnull=False).order_by("happened_at", "id")
    ]


def test_before_consent_pages_are_counted_and_the_device_is_not_touched(site, tab):
    ready(tab, site("/?utm_source=list&utm_medium=email"))
    tab.evaluate("() => { accord.track('Looked'); accord.identify('u-1'); }")
    tab.evaluate("() => history.pushState({}, '', '/prices')")
    arrived(tab, 2)
    assert tab.evaluate("() => touched") == []
    assert tab.evaluate(KEPT) == NOTHING
    assert tab.context.cookies() == []
    counted = PageCount.objects.order_by("page").values_list("page", "channel", "views", "visitors")
    assert list(counted) == [("127.0.0.1/", "email", 1, 1), ("127.0.0.1/prices", "", 1, 0)]
    assert not Event.objects.exists() and not Visitor.objects.exists()


def test_a_page_may_ask_that_nothing_is_counted(site, tab):
    ready(tab, site("/", 'data-count="off"'))
    tab.evaluate("() => accord.consent(true)")
    arrived(tab, 1)
    assert told() == [("page.viewed", "/")]
    assert not PageCount.objects.exists()


def test_after_consent_events_arrive_from_one_visitor(site, tab):
    ready(tab, site("/?utm_source=google&utm_medium=cpc&utm_campaign=spring", 'data-count="off"'))
    tab.evaluate("() => accord.consent(true)")
    tab.evaluate("() => history.pushState({}, '', '/prices')")
    tab.wait_for_timeout(50)
    tab.evaluate("() => history.replaceState({}, '', '/prices#top')")
    tab.evaluate("() => accord.track('Ordered', {revenue: 39.95})")
    arrived(tab, 3)
    assert told() == [("page.viewed", "/"), ("page.viewed", "/prices"), ("track", "Ordered")]
    first, second, _ = Event.objects.filter(visitor_id__isnull=False).order_by("happened_at", "id")
    assert (first.channel, first.campaign, first.actor) == ("paid_search", "spring", "human")
    assert second.channel == "" and second.session_id == first.session_id
    assert list(tab.evaluate(KEPT)["local"]) == ["accord"]
    assert tab.context.cookies() == []
    tab.goto(site("/again", 'data-consent="given"'))
    arrived(tab, 1)
    assert Visitor.objects.count() == 1


def test_consent_taken_back_ends_what_was_on_its_way(site, tab):
    held = []

    def hold(route):
        held.append(route)  # never answered

    tab.route("**/v1/batch", hold)
    ready(tab, site("/", 'data-consent="given" data-count="off"'))
    for _ in range(100):
        if held:
            break
        tab.wait_for_timeout(20)
    beacons = """() => {
      const sent = [];
      navigator.sendBeacon = (_, body) => sent.push(body);
      window.dispatchEvent(new Event("pagehide"));
      return sent;
    }"""
    assert "anonymousId" in tab.evaluate(beacons)[0]
    tab.reload()
    tab.wait_for_function("() => window.accord && window.accord.version")
    for _ in range(100):
        if len(held) > 1:
            break
        tab.wait_for_timeout(20)
    tab.evaluate("() => accord.consent(false)")
    assert tab.evaluate(beacons) == []


def test_consent_taken_back_takes_the_id_off_the_device(site, tab):
    ready(tab, site("/", 'data-consent="given" data-count="off"'))
    arrived(tab, 1)
    tab.evaluate("() => { accord.consent(false); accord.track('Looked'); }")
    assert tab.evaluate(KEPT) == NOTHING
    assert tab.evaluate("() => accord.status().consent") is False


def test_a_form_sent_is_told_and_may_say_who_it_was(site, tab, ana):
    ready(tab, site("/", 'data-consent="given"'))
    tab.evaluate("() => document.addEventListener('submit', (event) => event.preventDefault())")
    tab.click("text=Join")
    arrived(tab, 3)
    assert [name for name, _ in told()] == ["page.viewed", "visitor.identified", "form.submitted"]
    assert Event.objects.get(name="form.submitted").properties["form"] == "newsletter"
    assert Visitor.objects.get().contact_id == ana.pk


def test_what_waits_when_the_page_is_left_goes_along(site, tab):
    ready(tab, site("/", 'data-consent="given"'))
    arrived(tab, 1)
    tab.click("text=Join")
    arrived(tab, 2)
    assert ("form.submitted", "form.submitted") in told()


def test_a_refusal_on_a_later_page_removes_what_an_earlier_one_kept(site, tab):
    ready(tab, site("/", 'data-consent="given"'))
    assert tab.evaluate("() => localStorage.getItem('accord')")
    ready(tab, site("/"))
    tab.evaluate("() => accord.consent(false)")
    assert tab.evaluate("() => localStorage.getItem('accord')") is None


def test_gpc_is_honoured_and_shown(site, tab):
    tab.add_init_script(
        "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', {get: () => true})"
    )
    ready(tab, site("/", 'data-consent="given"'))
    arrived(tab, 1)
    assert tab.evaluate("() => touched") == []
    assert tab.evaluate(KEPT) == NOTHING
    assert tab.text_content("[data-accord-gpc]") == "Opt-out request honored"
    assert tab.evaluate("() => accord.status()") == {
        "consent": False, "gpc": True, "message": "Opt-out request honored",
    }  # fmt: skip
    assert PageCount.objects.count() == 1 and not Visitor.objects.exists()
    tab.evaluate("() => accord.consent(true)")  # the visitor's own act
    arrived(tab, 1)
    assert Visitor.objects.get().opted_out
    assert (
        tab.text_content("[data-accord-gpc]") == "" == tab.evaluate("() => accord.status().message")
    )
    tab.evaluate("() => accord.consent(false)")
    assert tab.text_content("[data-accord-gpc]") == "Opt-out request honored"


def test_what_was_called_before_it_loaded_is_done(site, tab):
    tab.add_init_script("window.accord = [['consent', true], ['track', 'Early', {n: 1}]]")
    ready(tab, site("/"))
    arrived(tab, 2)
    assert ("track", "Early") in told()


def test_what_cannot_be_sent_is_sent_again(site, tab):
    failing = {"left": 1}

    def answer(route):
        if failing["left"]:
            failing["left"] -= 1
            headers = {"access-control-allow-origin": "*", "retry-after": "1"}
            route.fulfill(status=503, headers=headers, body="{}")
        else:
            route.continue_()

    tab.route("**/v1/batch", answer)
    ready(tab, site("/", 'data-consent="given"'))
    arrived(tab, 1)
    assert told() == [("page.viewed", "/")] and failing["left"] == 0
    tab.complaints.clear()  # Chromium reports the 503


LARGE = """([each, times]) => {
  for (let n = 0; n < times; n += 1) accord.track(`Large ${n}`, {text: "ü".repeat(each / 2)});
  accord.track("Small");
}"""


def test_much_at_once_goes_in_parts_that_a_browser_sends(site, tab):
    ready(tab, site("/", 'data-consent="given"'))
    tab.evaluate(LARGE, [25_000, 5])
    arrived(tab, 7)
    assert {name for _, name in told()} == {"/", *(f"Large {n}" for n in range(5)), "Small"}


@pytest.mark.parametrize("size", [70_000, 600_000])
def test_what_is_too_large_holds_nothing_up(site, tab, size):
    """Up to 500 KB it is kept as a failed event that says why; above, the server refuses it."""
    ready(tab, site("/", 'data-consent="given"'))
    tab.evaluate(LARGE, [size, 1])
    arrived(tab, 3 if size < 500_000 else 2)
    assert [name for _, name in told()] == ["/", "Small"]
    assert FailedEvent.objects.count() == (size < 500_000)
    tab.complaints.clear()  # Chromium reports the 413


def test_what_cannot_be_written_as_json_holds_nothing_up(site, tab):
    ready(tab, site("/", 'data-consent="given"'))
    tab.evaluate("() => { const a = {}; a.a = a; accord.track('Round', a); accord.track('Next'); }")
    arrived(tab, 2)
    assert [name for _, name in told()] == ["/", "Next"]


def test_what_fits_goes_along_when_the_page_is_left(site, tab):
    ready(tab, site("/", 'data-consent="given"'))
    arrived(tab, 1)
    tab.evaluate(LARGE, [25_000, 3])
    tab.goto("about:blank")
    arrived(tab, 3)
    assert {name for _, name in told()} == {"/", "Large 0", "Large 1", "Small"}
