"""Where somebody comes from who fills in a form: the page, else the visit that brought them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accord.people import visitors
from accord.people.models import Contact
from accord.people.visitors import Seen
from accord.platform.events import partitions
from accord.platform.models import Event

pytestmark = pytest.mark.django_db
ASK = "https://acme.example/ask"
PRICES = "https://acme.example/prices"
AD = "https://acme.example/?utm_source=google&utm_medium=cpc"


@pytest.fixture
def visited():
    """`visited(days_ago)` is a page the device opened, brought by an ad or by nothing."""

    def view(days, url=AD, channel="paid_search", source="google", campaign="spring"):
        at = timezone.now() - timedelta(days=days)
        partitions.ensure([at.date()])
        visitor = visitors.meet([Seen("device", "d", at, 1)])["device", "d"]
        Event.objects.create(
            name="page.viewed", happened_at=at, recorded_at=at, visitor_id=visitor.pk,
            channel=channel, source=source, campaign=campaign, properties={"url": url},
        )  # fmt: skip

    return view


def origin():
    ana = Contact.objects.get()
    return ana.channel, ana.source, ana.campaign, ana.landing_page


def test_who_came_by_an_ad_and_then_to_the_form_came_by_the_ad(publish, send, visited):
    visited(40, channel="email", source="letter", campaign="old")
    visited(2)
    visited(1, url=PRICES, channel="", source="", campaign="")
    send(publish(), page=ASK, referrer=PRICES, visitor="d")
    assert origin() == ("paid_search", "google", "spring", AD)


def test_what_the_page_itself_says_counts_first(publish, send, visited):
    visited(2)
    page = f"{ASK}?utm_source=partner&utm_medium=email&utm_campaign=may"
    send(publish(), page=page, visitor="d")
    assert origin() == ("email", "partner", "may", page)


def test_an_ad_of_long_ago_or_of_another_device_brought_nobody(publish, send, visited):
    visited(31)
    send(publish(), page=ASK, visitor="d")
    assert origin() == ("direct", "direct", "", ASK)


def test_who_came_from_another_page_of_the_site_came_nobody_knows_how(publish, send, visited):
    visited(2)
    send(publish(), page=ASK, referrer=PRICES, visitor="another")
    assert origin() == ("unknown", None, "", ASK)


def touches():
    """The channels of what counts as a touch of Ana's, in their order."""
    brought = Event.objects.filter(contact_id=Contact.objects.get().pk).exclude(channel="")
    return list(brought.order_by("happened_at", "id").values_list("channel", flat=True))


def test_a_visit_is_one_touch_however_many_tell_of_it(publish, send, visited):
    visited(3)
    visited(1, url=f"{AD}&b", channel="email", source="letter", campaign="may")
    send(publish(), page=ASK, referrer=PRICES, visitor="d")
    assert origin()[0] == "email" and touches() == ["paid_search", "email"]


def test_a_visit_that_began_at_the_form_is_one_touch(publish, send, visited):
    page = f"{ASK}?utm_source=partner&utm_medium=email&utm_campaign=may"
    visited(0.001, url=page, channel="email", source="partner", campaign="may")
    form = publish()
    send(form, page=page, visitor="d")
    assert touches() == ["email"]
    send(form, page=page, visitor="d")
    assert touches() == ["email"]


def test_marks_of_a_page_that_is_not_followed_are_a_touch(publish, send):
    form, page = publish(), f"{ASK}?utm_source=partner&utm_medium=email&utm_campaign=may"
    send(form, page=page, visitor="")
    send(form, page=page, visitor="")
    assert touches() == ["email", "email"]
