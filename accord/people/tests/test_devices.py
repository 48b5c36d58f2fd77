from datetime import UTC, datetime, timedelta

import pytest

from accord.people import contacts, jobs, visitors
from accord.people.consents import banner
from accord.people.consents.banner import Said, Words
from accord.people.identity import devices, evidence, following
from accord.people.identity.devices import Teller
from accord.people.models import KeyChange, Visitor
from accord.people.visitors import Claim, Seen
from accord.platform.access.permissions import Forbidden
from accord.platform.events import partitions
from accord.platform.models import Event

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture
def seen(ana):
    """Ana's device did something, and then said that it is hers."""
    partitions.ensure([NOON.date()])
    met = visitors.meet([Seen("device", "v", NOON, 1)])
    visitor = met["device", "v"]
    Event.objects.create(name="page.viewed", happened_at=NOON, recorded_at=NOON,
                         visitor_id=visitor.pk)  # fmt: skip

    def say(email, minute=5, key=1, **more):
        at = NOON + timedelta(minutes=minute)
        claim = Claim(visitor.pk, at, key, f"{email}{minute}", emails=(email,), **more)
        visitors.recognise([claim], [visitor])
        return visitor

    return say


def whose():
    return Event.objects.get(name="page.viewed").contact_id


def test_a_contact_knows_its_devices_and_why(ana, seen):
    visitor = seen("ana@acme.example")
    [device] = devices.of(ana)
    assert (device.visitor, device.said, device.by) == (visitor, ("ana@acme.example",), Teller.PAGE)
    assert whose() == ana.pk


def test_of_all_who_say_so_the_most_believable_is_named(ana, seen):
    told = []
    for minute, more in ((5, {}), (90, {"key": evidence.OURS}), (180, {"is_known": True})):
        seen("ana@acme.example", minute, **more)
        told += [each.by for each in devices.of(ana)]
    assert told == [Teller.PAGE, Teller.FORM, Teller.SERVER]
    assert [each.label for each in told] == ["A page", "A form", "A server"]


def test_a_device_tells_when_they_last_agreed_on_it(ana, seen):
    seen("ana@acme.example")
    words = Words("May we?", "Acme asks.", "Yes", "No", "Keep", "Visits", "An id.")
    text = banner.word(words, language="en", by=None)
    assert [each.agreed_at for each in devices.of(ana)] == [None]
    for device, minutes in (("v", 1), ("v", 3), ("another", 9)):
        at = NOON + timedelta(minutes=minutes)
        banner.keep([Said(text.pk, text.digest, ("visits",), at, 1, device)])
    assert [each.agreed_at for each in devices.of(ana)] == [NOON + timedelta(minutes=3)]


def test_a_person_says_that_a_device_is_not_theirs_and_takes_it_back(ana, seen, mia):
    visitor = seen("ana@acme.example")
    assert devices.reject(ana, visitor, by=mia) == 1
    assert whose() is None and Visitor.objects.get().contact_id is None
    seen("ana@acme.example", minute=500)  # the same words again say nothing
    assert whose() is None
    assert [each.is_rejected for each in devices.of(ana)] == [True]
    assert devices.accept(ana, visitor, by=mia) == 1
    assert whose() == ana.pk


def test_what_is_rejected_for_one_is_still_said_of_another(ana, seen, mia):
    bo = contacts.create(values={"first_name": "Bo", "email": "bo@acme.example"}, by=mia)
    visitor = seen("ana@acme.example")
    seen("bo@acme.example", minute=9)
    devices.reject(ana, visitor, by=mia)
    assert whose() == bo.pk


def test_who_may_not_write_the_contact_may_not_reject(ana, seen, mia, ben):
    visitor = seen("ana@acme.example")
    contacts.change(ana, values={"owner": mia.pk}, by=mia)
    with pytest.raises(Forbidden):
        devices.reject(ana, visitor, by=ben)
    assert whose() == ana.pk


def test_following_ends_its_turn_and_asks_for_another(monkeypatch, db):
    monkeypatch.setattr(following, "CHUNK", 1)
    monkeypatch.setattr(jobs, "ONE_TURN", 0.0)
    for name in ("bo", "cy"):
        KeyChange.objects.create(email=f"{name}@acme.example", due_at=NOON)
    jobs.follow({})
    assert KeyChange.objects.count() == 1 and following.waits()
    jobs.follow({})
    assert not following.waits()
