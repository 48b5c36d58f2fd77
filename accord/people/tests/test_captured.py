from datetime import UTC, datetime, timedelta

import pytest

from accord.people import timeline
from accord.people.models import Visitor
from accord.platform.events import partitions
from accord.platform.events.log import About
from accord.platform.models import Event
from accord.platform.trail import logbooks

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture
def did(ana, db):
    """Ana, as a visitor, did something in the nth minute of a visit."""
    partitions.ensure([NOON.date()])
    visitor = Visitor.objects.create(
        by="device", name="v", first_seen_at=NOON, last_seen_at=NOON, key_id=1, contact=ana
    )

    def record(name, minute, *, session=1, channel="", campaign="", actor="human", **properties):
        return Event.objects.create(
            name=name, happened_at=NOON + timedelta(minutes=minute), recorded_at=NOON,
            team="marketing", contact_id=ana.pk, visitor_id=visitor.pk, session_id=session,
            channel=channel, campaign=campaign, actor=actor, properties=properties,
        )  # fmt: skip

    return record


def told(ana, **more):
    entries, following = timeline.page(About(contact=ana.pk), only=NAMES, **more)
    return [(each.title, each.body) for each in entries], following


NAMES = ("page.viewed", "track", "form.submitted", "form.confirmed")


def test_a_visit_is_one_line_with_its_pages_and_how_it_began(ana, did):
    did("page.viewed", 0, channel="paid_search", campaign="spring", path="/", title="Home")
    did("page.viewed", 2, path="/prices")
    did("track", 3, event="Ordered", revenue=39.95, currency="EUR", message="m-1")
    did("page.viewed", 4, path="/prices")
    did("page.viewed", 5, path="/thanks")
    did("page.viewed", 90, session=2, path="/docs")
    lines, _ = told(ana)
    assert lines == [
        ("Visited /docs", ""),
        ("Visited 4 pages", "Came by Paid search · spring\nHome · /prices · /thanks"),
        ("Ordered", "revenue: 39.95 · currency: EUR"),
    ]


def test_a_visit_is_told_once_also_over_pages_of_the_timeline(ana, did):
    for minute in range(8):
        did("page.viewed", minute, path=f"/{minute}")
    did("track", 20, event="Ordered")
    did("track", -20, event="Looked", session=3)
    first, following = told(ana, size=1)
    second, following = told(ana, size=1, before=following)
    third, following = told(ana, size=1, before=following)
    assert [title for [(title, _)] in (first, second, third)] == [
        "Ordered", "Visited 8 pages", "Looked",
    ]  # fmt: skip
    assert second[0][1].endswith("/5 · 2 more")
    assert following is None


def test_of_a_visit_on_a_shared_device_each_is_told_their_pages(ana, did):
    for minute in range(4):
        did("page.viewed", minute, path=f"/{minute}")
    with logbooks.opened():
        Event.objects.filter(properties__path__in=["/1", "/3"]).update(contact_id=None)
    assert told(ana)[0] == [("Visited 2 pages", "/0 · /2")]


def test_forms_and_machines_are_named(ana, did):
    did("form.submitted", 1, path="/contact")
    did("form.submitted", 2, path="/contact", form="Newsletter")
    did("page.viewed", 3, path="/", actor="bot")
    did("form.confirmed", 4, form="Newsletter")
    assert [title for title, _ in told(ana)[0]] == [
        "Confirmed Newsletter by mail", "Visited / (a machine)",
        "Submitted Newsletter", "Submitted a form on /contact",
    ]  # fmt: skip
