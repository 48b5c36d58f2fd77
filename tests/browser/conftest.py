"""Chromium for browser tests, and what every one of them needs: pages, axe, screenshots.

Set ACCORD_SCREENSHOTS to a folder to keep what `shoot` sees.
"""

import os
import shutil
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connections
from playwright.sync_api import expect, sync_playwright

# Playwright runs an event loop in the test's thread; the ORM is still only used by that thread.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

# The headless shell is Chromium without its own windows: the same pages in half the time.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM = os.environ.get("ACCORD_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), "")
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0 Safari/537.36"
FLAGS = [
    f"--user-agent={CHROME}",  # a person's; a context's own is not in all that goes as one leaves
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-color-profile=srgb",
]
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
STILL = "() => document.getAnimations().every(moving => moving.playState !== 'running')"
PHONE = 500

# Long, for a busy machine: what comes to pass is not waited for.
expect.set_options(timeout=60_000)


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser():
    if not Path(CHROMIUM).is_file():
        pytest.skip(f"no Chromium ({CHROMIUM}); run tools/install-chromium or set ACCORD_CHROMIUM")
    # Where an event loop runs, Django keeps connections of their own: leave none behind.
    connections.close_all()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()
        connections.close_all()


@pytest.fixture
def page(browser):
    """`page(theme="dark", width=390)` opens a page; console errors and CSP reports fail the test.

    A page's `complaints` list may be emptied by a test that expects some.
    """
    contexts, pages = [], []

    def open_page(theme="light", width=1440, height=None, **options):
        phone = width < PHONE
        context = browser.new_context(
            viewport={"width": width, "height": height or (844 if phone else 900)},
            color_scheme=theme,
            has_touch=phone,
            is_mobile=phone,
            locale="en-GB",
            **options,
        )
        context.set_default_timeout(60_000)
        new = context.new_page()
        new.complaints = []
        new.on("console", lambda m: m.type == "error" and new.complaints.append(m.text))
        new.on("pageerror", lambda error: new.complaints.append(str(error)))
        _watch(new)
        contexts.append(context)
        pages.append(new)
        return new

    yield open_page
    complaints = [text for each in pages for text in each.complaints]
    for each in pages:
        _answered(each)
    for context in contexts:
        context.close()
    assert not complaints, "\n".join(complaints)


def _watch(page):
    page.under_way = set()

    def begins(request):
        page.under_way.add(request)

    def ends(request):
        page.under_way.discard(request)

    page.on("request", begins)
    page.on("requestfinished", ends)
    page.on("requestfailed", ends)


def _answered(page):
    """Wait for what a page still asks: the database is emptied next, under whoever reads it."""
    quiet = 0
    for _ in range(100):
        if page.is_closed() or quiet == 3:
            return
        page.wait_for_timeout(50)
        quiet = 0 if page.under_way else quiet + 1


@pytest.fixture(scope="session")
def axe():
    """`axe(page)` raises with one readable line for each finding."""
    engine = Axe()

    def check(page):
        page.wait_for_function(STILL)
        found = engine.run(page, options=WCAG).response["violations"]
        lines = [_line(rule, node) for rule in found for node in rule["nodes"]]
        assert not lines, f"{page.url}\n" + "\n".join(lines)

    return check


def _line(rule, node):
    causes = [c["message"] for c in (*node["any"], *node["all"], *node["none"])]
    return f"{rule['id']}: {' '.join(map(str, node['target']))}: {'; '.join(causes)[:300]}"


@pytest.fixture(scope="session")
def shoot():
    """`shoot(page, name)` writes name.png when ACCORD_SCREENSHOTS names a folder."""
    folder = os.environ.get("ACCORD_SCREENSHOTS")

    def save(page, name):
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=str(Path(folder) / f"{name}.png"))

    return save


@pytest.fixture
def gallery(live_server, settings):
    """The address of pages that show every part of the interface; nothing of it ships."""
    settings.ROOT_URLCONF = "tests.browser.gallery.urls"
    return live_server.url


def overflow(page):
    """How many pixels the page is wider than its window; 0 means nothing is lost."""
    return page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
