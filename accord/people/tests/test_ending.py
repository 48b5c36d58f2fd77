"""Implied consent that ends soon is told while people may still be asked."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accord.engine.consent.terms import Channel, Source
from accord.people import contacts
from accord.people.consents import consent, purposes
from accord.people.consents.consent import Given
from accord.people.identity import merging
from accord.people.models import Contact
from accord.people.segments import ending

pytestmark = pytest.mark.django_db
MAIL = Channel.EMAIL
NOW = datetime(2026, 8, 20, 12, tzinfo=UTC)
BOUGHT, ASKED = consent.What.PURCHASE, consent.What.INQUIRY
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def canada(settings, tmp_path, ana, time_machine):
    settings.DATA = tmp_path
    time_machine.move_to(NOW, tick=False)
    purposes.add(label="News", by=None)
    contacts.change(ana, values={"country": "CA"}, by=None)


def given(contact, what, at):
    consent.give(contact, Given("news", MAIL, what, at=at), by=None)


def soon(**more):
    return ending.soon(NOW, seen=Contact.objects.alive(), **more).rows


@pytest.mark.parametrize(
    ("left", "told"),
    [(0 * SECOND, 0), (SECOND, 1), (timedelta(days=30), 1), (timedelta(days=30) + SECOND, 0)],
)
def test_a_purchase_is_told_in_its_last_thirty_days(ana, left, told):
    given(ana, BOUGHT, NOW + left - timedelta(days=730))
    found = soon()
    assert [each.contact for each in found] == [ana] * told
    assert all(each.until == NOW + left and each.purpose.pk == "news" for each in found)


def test_an_inquiry_is_told_by_months(ana):
    given(ana, ASKED, datetime(2026, 3, 10, 12, tzinfo=UTC))
    assert [each.until for each in soon()] == [datetime(2026, 9, 10, 12, tzinfo=UTC)]
    assert soon(span=timedelta(days=20)) == []


def test_who_may_be_written_to_afterwards_is_not_told(ana):
    given(ana, BOUGHT, NOW - timedelta(days=720))
    assert len(soon()) == 1
    given(ana, ASKED, NOW - timedelta(days=60))  # holds longer than the purchase
    assert soon() == []
    consent.object_to(ana, by=None)
    assert soon() == []


def test_own_consent_ends_it(ana):
    given(ana, BOUGHT, NOW - timedelta(days=720))
    consent.give(ana, Given("news", MAIL, source=Source.PERSON), by=None)
    assert soon() == []


def test_somebody_elsewhere_had_none(ana):
    contacts.change(ana, values={"country": "DE"}, by=None)
    given(ana, BOUGHT, NOW - timedelta(days=720))
    assert soon() == []


def test_what_a_merged_record_bought_is_told_of_the_one_it_is_now(ana):
    values = {"first_name": "Ann", "email": "ann@home.example", "country": "CA"}
    ann = contacts.create(values=values, by=None)
    given(ann, BOUGHT, NOW - timedelta(days=720))
    merging.merge(ana, ann, choices={}, by=None)
    assert [each.contact for each in soon()] == [ana]


def test_merged_records_cost_no_query_each(ana):
    for number in range(8):
        values = {"first_name": "Ann", "email": f"ann{number}@home.example", "country": "CA"}
        ann = contacts.create(values=values, by=None)
        given(ann, BOUGHT, NOW - timedelta(days=720))
        merging.merge(ana, ann, choices={}, by=None)
    with CaptureQueriesContext(connection) as asked:
        ending.soon(NOW, seen=Contact.objects.alive())
    roots = [each for each in asked.captured_queries if "SELECT asked, id FROM way" in each["sql"]]
    assert len(roots) == 1


def test_of_more_than_the_most_those_that_end_first_are_asked(ana):
    values = {"first_name": "Ann", "email": "ann@home.example", "country": "CA"}
    ann = contacts.create(values=values, by=None)
    given(ana, BOUGHT, NOW - timedelta(days=710))
    given(ann, ASKED, datetime(2026, 3, 1, 12, tzinfo=UTC))
    given(ann, BOUGHT, NOW - timedelta(days=790))  # is over
    found = ending.soon(NOW, seen=Contact.objects.alive(), most=1)
    assert [each.contact for each in found.rows] == [ann] and not found.exact
    assert ending.soon(NOW, seen=Contact.objects.alive(), most=2).exact


def test_people_are_counted_once(ana):
    purposes.add(label="Offers", by=None)
    given(ana, BOUGHT, NOW - timedelta(days=720))
    consent.give(ana, Given("offers", MAIL, BOUGHT, at=NOW - timedelta(days=720)), by=None)
    found = ending.soon(NOW, seen=Contact.objects.alive())
    assert len(found.rows) == 2 and found.people == 1
