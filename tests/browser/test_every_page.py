"""Every address that answers a whole page, in all four looks: axe, nothing lost sideways.

The addresses are those of the authorization matrix, with its people and records.
"""

import pytest

from accord.web.public import guesses
from tests.authorization import matrix
from tests.authorization.house import House
from tests.browser.conftest import overflow
from tests.browser.looks import WIDTHS

pytestmark = pytest.mark.long  # some minutes

SQUEEZED = """() => [...document.querySelectorAll(".head h1")].filter(title => {
    const range = document.createRange();
    range.selectNodeContents(title);
    const lines = new Set([...range.getClientRects()].map(line => Math.round(line.top)));
    return lines.size > 2 || title.scrollWidth > title.clientWidth;
}).map(title => title.textContent)"""
CUT = """() => [...document.querySelectorAll(".settings .gridwrap")].filter(wrap =>
    innerWidth < 500 && wrap.scrollWidth > wrap.clientWidth + 1
    && getComputedStyle(wrap).backgroundImage === "none"
).map(wrap => wrap.getAttribute("aria-label"))"""

ROWS = [row for row in matrix.read() if row.method == "GET"]


@pytest.fixture
def house(transactional_db):
    return House()


@pytest.fixture
def walk(house, live_server, page, settings, axe, shoot):
    """`walk(rows, theme, width, name)` opens each as the owner, or as nobody where anybody may;
    answers how many were pages, and what is wrong with them."""

    def open_all(rows, theme, width, signed_in):
        tab = page(theme, width)
        if signed_in:
            key = house.keys["owner"]
            cookie = {"name": settings.SESSION_COOKIE_NAME, "value": key, "url": live_server.url}
            tab.context.add_cookies([cookie])
        pages, wrong = 0, []
        for row in rows:
            path = house.address(row)
            guesses.A_NETWORK.buckets.clear()  # every dead link is shown as the first one
            if "text/html" not in kind_of(tab, live_server.url + path):
                continue
            tab.goto(live_server.url + path)
            if not tab.locator("head > title").count():
                continue
            pages += 1
            shoot(tab, f"every{path.replace('/', '-')[:80]}{width}-{theme}")
            wrong += [f"{path}: {found}" for found in findings(tab, axe)]
        tab.complaints[:] = [text for text in tab.complaints if "status of 4" not in text]
        return pages, wrong

    return open_all


def kind_of(tab, url):
    """What an address answers; a file would be downloaded instead of shown."""
    return tab.context.request.head(url).headers.get("content-type", "")


def findings(tab, axe):
    try:
        axe(tab)
    except AssertionError as error:
        yield str(error)
    if lost := overflow(tab):
        yield f"{lost} pixels wider than its window"
    if squeezed := tab.evaluate(SQUEEZED):
        yield f"a title that is cut off or squeezed: {squeezed}"
    if cut := tab.evaluate(CUT):
        yield f"a table goes on beyond the edge, and nothing says so: {cut}"


@pytest.mark.parametrize(("width", "theme"), WIDTHS)
def test_every_page_of_the_house_reads_well(walk, width, theme):
    pages, wrong = walk([row for row in ROWS if row.verdicts], theme, width, signed_in=True)
    assert not wrong, "\n\n".join(wrong)
    assert pages > 80, "hardly a page was found"


@pytest.mark.parametrize(("width", "theme"), WIDTHS)
def test_every_public_page_reads_well(walk, width, theme):
    pages, wrong = walk([row for row in ROWS if not row.verdicts], theme, width, signed_in=False)
    assert not wrong, "\n\n".join(wrong)
    assert pages > 12, "hardly a page was found"
