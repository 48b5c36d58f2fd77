from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from accord.engine.consent.terms import Channel
from accord.people import companies, contacts, lifecycle, timeline
from accord.people.consents import consent, purposes
from accord.people.consents.consent import Given, Reach
from accord.people.models import Segment
from accord.people.origins import touches
from accord.people.timeline import Cursor
from accord.platform.events import log
from accord.platform.events.log import About
from accord.platform.models import Event

START = datetime(2025, 1, 31, 12, tzinfo=UTC)


@pytest.fixture
def busy(ana, mia):
    """Ana with 45 touches over four months, three at each moment."""
    for number in range(45):
        at = START + timedelta(days=7 * (number // 3))
        touches.record(ana, source="google / cpc", at=at, campaign=f"c{number}", by=None)
    return ana


def _pages(about, **more):
    before = None
    while True:
        entries, before = timeline.page(about, before=before, size=10, **more)
        yield entries
        if before is None:
            return
        before = Cursor.parse(before.text)


def test_pages_hold_every_event_once_newest_first(busy):
    entries = [entry for page in _pages(About(contact=busy.pk)) for entry in page]
    expected = Event.objects.filter(contact_id=busy.pk).order_by("-happened_at", "-id")
    assert [entry.id for entry in entries] == [event.pk for event in expected]
    assert len(entries) > 45


def test_an_entry_is_told_in_words(ana, acme, mia):
    contacts.change(ana, values={"title": "Buyer", "city": "Bonn"}, by=mia)
    lifecycle.move(ana, to="mql", reason="Read three guides", by=mia)
    touches.record(ana, source="google / cpc", at=START, by=None)
    entries, following = timeline.page(About(contact=ana.pk))
    told = {entry.name: entry for entry in entries}
    assert following is None
    assert told["contact.changed"].title == "City, Job title changed"
    assert told["contact.changed"].by == "Mia"
    assert told["lifecycle.changed"].title == "Lifecycle stage: Subscriber → MQL"
    assert told["lifecycle.changed"].body == "Read three guides"
    assert told["lifecycle.changed"].team == "both"
    assert told["touch.recorded"].title == "Came by Paid search"
    assert told["touch.recorded"].body == "google / cpc"
    assert told["affiliation.added"].title == "Joined Acme"


def test_consent_is_told_with_what_it_is_about(ana, mia):
    offers = purposes.add(label="Offers", double=True, by=None)
    row = consent.give(ana, Given(offers.pk, Channel.EMAIL), by=mia)
    consent.confirm(row, by=mia)
    consent.withdraw(ana, Reach(offers.pk, Channel.EMAIL), by=mia)
    consent.object_to(ana, by=mia)
    entries, _ = timeline.page(About(contact=ana.pk))
    assert [each.title for each in entries if each.name.startswith("consent.")] == [
        "Objected: every purpose, every channel", "Withdrew: Offers, e-mail",
        "Confirmed by mail: Offers, e-mail", "Agreed: Offers, e-mail",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "titles"),
    [
        ("dynamic", ["Left the segment “Roofs”", "Entered the segment “Roofs”"]),
        ("static", ["Taken off the list “Roofs”", "Put on the list “Roofs”"]),
    ],
)
def test_segments_and_lists_are_named(ana, kind, titles):
    rule = {"all": []} if kind == "dynamic" else None
    roofs = Segment.objects.create(name="Roofs", kind=kind, rule=rule)
    for number, name in enumerate(("segment.entered", "segment.left")):
        at = START + timedelta(minutes=number)
        log.record(name, About(contact=ana.pk), at=at, segment=roofs.pk)
    only = ("segment.entered", "segment.left")
    entries, _ = timeline.page(About(contact=ana.pk), only=only)
    assert [each.title for each in entries] == titles


def test_a_timeline_can_be_narrowed_to_a_team_or_a_kind(busy, mia):
    contacts.change(busy, values={"title": "Buyer"}, by=mia)
    about = About(contact=busy.pk)
    assert {e.team for page in _pages(about, team="marketing") for e in page} == {"marketing"}
    assert {e.name for page in _pages(about, team="sales") for e in page} == set()
    assert [len(page) for page in _pages(about, only=["contact.changed"])] == [1]


def test_a_company_has_the_events_of_its_people_once(busy, acme, mia):
    companies.change(acme, values={"city": "Bonn"}, by=mia)
    entries = [entry for page in _pages(About(company=acme.pk)) for entry in page]
    assert len({entry.id for entry in entries}) == len(entries) == Event.objects.count()
    assert [e.happened_at for e in entries] == sorted(
        (e.happened_at for e in entries), reverse=True
    )


def test_a_deal_has_its_own_events(ana):
    log.record("contact.changed", About(contact=ana.pk, deal=7), fields=["title"])
    entries, _ = timeline.page(About(deal=7))
    assert [entry.deal_id for entry in entries] == [7]


@pytest.mark.parametrize("text", ["", "x~1", "2026-01-01~1", "2026-01-01T00:00:00+00:00~x"])
def test_a_broken_page_address_is_refused(text):
    with pytest.raises(timeline.BadCursor, match="Load the record again"):
        Cursor.parse(text)


def test_a_page_reads_the_index_of_each_month_in_order(busy):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        asked = timeline._Asked(About(contact=busy.pk), "", (), None, 26)
        cursor.execute("EXPLAIN " + timeline._query(asked), timeline._given(asked))
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Sort" not in plan and "Index Scan" in plan


def test_a_page_asks_a_fixed_number_of_queries(busy, acme, django_assert_max_num_queries):
    timeline.page(About(company=acme.pk), size=50)
    with django_assert_max_num_queries(6):
        timeline.page(About(company=acme.pk), size=50)
