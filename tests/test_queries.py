"""Every page and fragment the benchmark asks for keeps to a few queries, however full it is."""

import pytest
from django.db import connection

from accord.people import lifecycle
from accord.sales.pipeline import pipelines
from bench import pages

SIZES = {"contacts": 2000, "companies": 200, "deals": 400, "events": 8000}
COUNTED = ("people_company", "people_contact", "sales_deal", "sales_pipeline", "platform_user")


MOVE = 23  # a change, its history, audit entries and event, then what the board shows of it
FEWER = dict.fromkeys(("companies", "contacts", "contacts by stage", "contacts by name"), 7) | {
    "board": 9,
    "deal": 11,
    "deals as a table": 8,
    "timeline": 8,
}


@pytest.fixture
def filled(db, monkeypatch):
    """The benchmark's company, a hundredth of the size."""
    with connection.cursor() as cursor:
        for table in COUNTED:  # what fills it counts from 1
            cursor.execute(f"ALTER SEQUENCE {table}_id_seq RESTART")
    monkeypatch.setattr(pages, "SIZES", SIZES)
    lifecycle.ensure()
    pipelines.ensure()
    pages.fill(SIZES)


def test_every_page_keeps_to_its_queries_with_nothing_at_hand(filled):
    asked = [page for page in pages.every(SIZES) if page.name != "attribution"]  # it works a while
    taken = {}
    for page in asked:
        page.ask(0)  # notes who signed in, and which way of showing deals was chosen
        taken[page.name] = max(pages.counted(page, n) for n in range(3))
    most = {page.name: page.most or MOVE for page in asked} | FEWER
    assert {name: count for name, count in taken.items() if count > most[name]} == {}
