"""An erasure reaches what devices said, by every key a person was known by, and no one else's."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accord.channels.models import FailedEvent
from accord.people import contacts
from accord.people.consents import consent
from accord.people.identity import devices as known
from accord.people.identity import following
from accord.people.models import Evidence, Visitor, VisitorSpan
from accord.people.privacy import erasing, persons
from accord.platform import personal
from accord.platform.models import Event
from tests.stories.devices import say, take

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("data")]


@pytest.fixture
def ana():
    values = {"first_name": "Ana", "email": "ana@buyer.example", "external_id": "7"}
    return contacts.create(values=values, by=None)


@pytest.fixture
def bo():
    values = {"first_name": "Bo", "email": "bo@buyer.example", "external_id": "8"}
    return contacts.create(values=values, by=None)


def erased(contact):
    contact.refresh_from_db()
    assert erasing.run_all(erasing.begin(contact, by=None))


def words():
    """What evidence says: address and id; an address that was erased is "erased"."""
    rows = Evidence.objects.order_by("first_at", "pk").values_list("email", "user_id")
    return [(email.partition(":")[0], user_id) for email, user_id in rows]


def said_of_bo():
    rows = Evidence.objects.filter(email="bo@buyer.example") | Evidence.objects.filter(user_id="8")
    return list(rows.order_by("pk").values("pk", "email", "user_id", "first_at", "last_at"))


def test_an_id_said_with_an_address_goes_from_a_shared_device(ana, bo):
    say("tablet", userId="u-42", email="ana@buyer.example")
    say("tablet", userId="u-42", minutes=1)
    say("tablet", userId="8", email="bo@buyer.example", minutes=5)
    say("tablet", userId="8", minutes=6)
    take()
    before = said_of_bo()
    erased(ana)
    assert said_of_bo() == before and len(before) == 2
    assert not Evidence.objects.filter(user_id="u-42").exists()
    assert Evidence.objects.filter(email__startswith="erased:", user_id="").count() == 1
    assert not Event.objects.filter(properties__user="u-42").exists()
    following.look_at_all()
    assert set(VisitorSpan.objects.values_list("contact", flat=True)) == {None, bo.pk}


def test_what_was_set_apart_on_a_shared_device_is_in_the_copy_and_goes(ana, bo):
    say("tablet", email="bo@buyer.example", minutes=-20)
    take()
    consent.restrict(ana, by=None)
    for minutes, place in ((-25, "first"), (-5, "his"), (5, "hers"), (25, "nobody's")):
        say("tablet", place=place, minutes=minutes)
    take()
    consent.unrestrict(ana, by=None)
    say("tablet", email="ana@buyer.example")
    say("tablet", email="who@else.example", minutes=20)
    take()
    told = Event.objects.filter(properties__has_key="place").order_by("happened_at")
    assert list(told.values_list("contact_id", flat=True)) == [bo.pk, bo.pk, None, None]
    [store] = [each for each in personal.stores() if each.name == "events"]
    copied = {row["properties"].get("place") for row in store.read(persons.of(ana))}
    assert copied - {None} == {"hers"}
    erased(ana)
    left = told.values_list("properties__place", flat=True)
    assert list(left) == ["first", "his", "nobody's"]


def test_an_address_that_was_corrected_goes_from_a_device_that_said_only_it(ana):
    say("phone", email="ana@buyer.example")
    take()
    contacts.change(ana, values={"email": "ana@now.example"}, by=None)
    following.look_at_all()
    erased(ana)
    assert words() == [("erased", "")]
    assert not Event.objects.filter(properties__email="ana@buyer.example").exists()


def test_a_former_id_goes_from_devices_and_as_the_name_of_a_servers_person(ana):
    say("phone", userId="7")
    say("", userId="7")
    say("", userId="9", previousId="7")
    take()
    contacts.change(ana, values={"external_id": "17"}, by=None)
    following.look_at_all()
    erased(ana)
    assert set(words()) == {("", "9")}
    names = list(Visitor.objects.order_by("name").values_list("name", flat=True))
    assert names[:2] == ["9", names[1]] and names[3:] == ["phone"]
    assert all(each.startswith("erased ") for each in names[1:3])
    assert not Event.objects.filter(properties__user="7").exists()
    assert not Event.objects.filter(properties__previous="7").exists()


def test_an_address_said_with_their_id_goes_too(ana, bo, mia):
    say("tablet", userId="7", email="ana@home.example")
    say("tablet", userId="7", email=mia.email, minutes=1)
    say("tablet", email="bo@buyer.example", minutes=2)
    take()
    erased(ana)
    assert [email for email, _ in words()] == ["erased", mia.email, "bo@buyer.example"]


def test_what_was_said_before_and_comes_late_does_not_bring_them_back(ana):
    contacts.change(ana, values={"email": "ana@now.example", "external_id": "17"}, by=None)
    say("phone", userId="u-42", email="ana@now.example")
    take()
    erased(ana)
    say("tablet", userId="u-42")
    say("tablet", email="ana@buyer.example", minutes=1)
    say("tablet", userId="7", minutes=2)
    take()
    assert words() == [("erased", "")]


def test_what_comes_late_is_an_event_without_their_ids_and_addresses(ana, bo):
    say("phone", userId="u-42", email="ana@buyer.example")
    take()
    erased(ana)
    say("tablet", userId="u-42", email="Ana@Buyer.example")
    say("", userId="u-42", minutes=1)
    say("", userId="Ana@buyer.example", minutes=2)
    say("", userId="8", minutes=3)
    say("", userId="8", previousId="u-42", minutes=4)
    take()
    assert list(Visitor.objects.order_by("name").values_list("name", flat=True)) == ["8", "tablet"]
    late = Event.objects.filter(visitor_id__isnull=False).order_by("happened_at")
    assert [each.properties.get("user") for each in late] == [None, "8", "8"]
    assert [each.properties.get("previous") for each in late] == [None, None, ""]
    assert "email" not in late[0].properties
    assert words() == [("erased", ""), ("", "8")]


def test_who_says_who_they_are_late_leaves_nothing_of_them(ana, bo):
    say("phone", userId="u-42", email="ana@buyer.example", name="Ana Meyer")
    say("phone", userId="8", email="bo@buyer.example", name="Bo", minutes=1)
    say("phone", userId="u-42", name="Ana Meyer", minutes=2)
    take()
    erased(ana)
    say("tablet", userId="u-42", email="ana@buyer.example", name="Ana Meyer", phone="+49 30 1")
    say("tablet", userId="u-42", emails=["ana@buyer.example"], email={"a": 1}, minutes=1)
    take()
    told = Event.objects.filter(visitor_id__isnull=False, name="visitor.identified")
    kept = [set(each.properties.values()) for each in told if set(each.properties) > {"message"}]
    assert [each >= {"bo@buyer.example", "Bo", "8"} for each in kept] == [True]
    assert len(told) > 2
    assert not FailedEvent.objects.exists()


def test_nobody_hinders_an_erasure_by_taking_a_name_first(ana, bo):
    say("tablet", userId="8", email="bo@buyer.example")
    say("tablet", userId="7", minutes=1)
    say("", userId="7")
    take()
    for visitor in Visitor.objects.values_list("pk", flat=True):
        for by in (Visitor.By.DEVICE, Visitor.By.USER):
            seen = {"first_seen_at": timezone.now(), "last_seen_at": timezone.now(), "key_id": 1}
            Visitor.objects.create(by=by, name=f"erased {visitor}", **seen)
    erased(ana)
    assert not Visitor.objects.filter(name__in=["7", "tablet"]).exists()


def test_no_device_goes_by_the_id_an_alias_that_comes_late_names(ana, bo):
    say("phone", userId="u-42", email="ana@buyer.example")
    take()
    erased(ana)
    for n, who in enumerate(("", "tablet")):
        say(who, previousId="u-42", userId="8", minutes=n)
    take()
    assert set(Visitor.objects.values_list("name", flat=True)) == {"8", "tablet"}


def test_what_is_said_afterwards_is_kept(ana):
    say("phone", userId="u-42", email="ana@buyer.example")
    take()
    erased(ana)
    say("phone", userId="u-42", email="ana@buyer.example", minutes=180)
    take()
    assert words() == [("ana@buyer.example", "u-42")]


def test_an_id_said_with_two_people_stays_where_it_names_the_other(ana, bo):
    say("tablet", userId="guest", email="ana@buyer.example")
    say("tablet", userId="guest", email="bo@buyer.example", minutes=1)
    say("tablet", userId="8", email="ana@buyer.example", minutes=2)
    take()
    before = [each for each in said_of_bo() if each["email"] == "bo@buyer.example"]
    erased(ana)
    assert before == [each for each in said_of_bo() if each["email"] == "bo@buyer.example"]
    assert {("erased", "8"), ("erased", "guest")} < set(words())


def test_an_address_two_records_have_stays_where_it_names_the_other(ana, bo):
    ana.addresses.create(kind="email", value="bo@buyer.example")
    say("tablet", email="bo@buyer.example")
    take()
    before = said_of_bo()
    erased(ana)
    assert said_of_bo() == before and len(before) == 1


def test_what_was_said_with_and_without_the_id_in_one_hour_becomes_one(ana, bo):
    at = (timezone.now() - timedelta(hours=2)).replace(minute=0)
    say("tablet", userId="7", email="bo@buyer.example", at=at)
    say("tablet", email="bo@buyer.example", minutes=1, at=at)
    say("tablet", userId="7", minutes=2, at=at)
    take()
    first = Evidence.objects.get(user_id="7", email="bo@buyer.example").first_at
    erased(ana)
    assert words() == [("bo@buyer.example", "")]
    left = Evidence.objects.get()
    assert (left.first_at, len(left.moments)) == (first, 2)


def test_what_was_rejected_of_both_rejects_nothing_of_the_other(ana, bo):
    say("tablet", userId="7", email="bo@buyer.example")
    take()
    tablet = Visitor.objects.get(name="tablet")
    known.reject(bo, tablet, by=None)
    say("tablet", email="bo@buyer.example", minutes=1)
    take()
    erased(ana)
    assert [each.is_rejected for each in known.of(bo)] == [False]


def test_what_happens_meanwhile_moves_nothing_of_theirs_out_of_reach(ana, bo):
    say("tablet", userId="u-42", email="ana@buyer.example")
    say("tablet", userId="u-42", minutes=1)
    take()
    made = erasing.begin(ana, by=None)
    theirs = list(Event.objects.filter(name="track").values_list("pk", flat=True))
    say("tablet", email="bo@buyer.example", minutes=20)
    take()
    erasing.run(made.pk)
    assert len(theirs) == 1 and not Event.objects.filter(pk__in=theirs).exists()
