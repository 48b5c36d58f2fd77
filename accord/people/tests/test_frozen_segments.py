"""While a record is restricted, rules let its person neither in nor out of segments."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accord.people import contacts
from accord.people.consents import consent
from accord.people.identity import merging
from accord.people.models import ChangedPerson, Contact, MembershipTurn
from accord.people.segments import checking, live, members, saving
from accord.people.tests.test_live_segments import BONN, SEEN, inside, told, work_off
from accord.platform.events import log
from accord.platform.lake import shipping

pytestmark = pytest.mark.django_db

KIEL = BONN | {"is": "Kiel"}


@pytest.fixture
def bonn(mia):
    return saving.create(name="Bonn", rule=BONN, by=mia)


@pytest.fixture
def kiel(mia):
    return saving.create(name="Kiel", rule=KIEL, by=mia)


def move(contact, city, by):
    contacts.change(contact, values={"city": city}, by=by)


def differences():
    return [each.differed for each in checking.check_at(timezone.now())]


def test_who_is_restricted_neither_enters_nor_leaves_until_it_is_lifted(ana, mia, bonn, kiel):
    move(ana, "Bonn", mia)
    work_off()
    consent.restrict(ana, by=None)
    move(ana, "Kiel", mia)
    work_off()
    assert inside(bonn) == {"Ana"} and inside(kiel) == set()
    assert told(ana) == ["segment.entered"] and not ChangedPerson.objects.exists()
    consent.unrestrict(ana, by=None)
    work_off()
    assert inside(bonn) == set() and inside(kiel) == {"Ana"}
    assert sorted(told(ana)[1:]) == ["segment.entered", "segment.left"]


def test_nor_when_everybody_is_evaluated(ana, mia, bonn, kiel):
    move(ana, "Bonn", mia)
    work_off()
    consent.restrict(ana, by=None)
    move(ana, "Kiel", mia)
    now = timezone.now()
    assert [members.evaluate(each, now).entered for each in (bonn, kiel)] == [0, 0]
    assert inside(bonn) == {"Ana"} and inside(kiel) == set() and told(ana) == ["segment.entered"]


def test_nor_by_time_and_lifting_lets_out_whose_time_has_come(ana, mia):
    seen = saving.create(name="Seen", rule=SEEN, by=mia)
    now = timezone.now()
    log.record("page.viewed", log.About(contact=ana.pk), at=now - timedelta(days=1))
    live.settle(now)
    consent.restrict(ana, by=None)
    later = now + timedelta(days=3)
    live.settle(later)
    assert inside(seen) == {"Ana"} and not MembershipTurn.objects.exists()
    consent.unrestrict(ana, by=None)
    live.settle(later)
    assert inside(seen) == set()


@pytest.mark.django_db(transaction=True)
def test_the_check_does_not_count_who_is_restricted(ana, mia, bonn, kiel, settings, tmp_path):
    settings.LAKE = tmp_path / "lake"
    move(ana, "Bonn", mia)
    work_off()
    consent.restrict(ana, by=None)
    move(ana, "Kiel", mia)
    work_off()
    shipping.rebuild()
    for check in (checking.check, checking.check_lake):
        assert [each.differed for each in check()] == [0, 0]
    consent.unrestrict(ana, by=None)
    work_off()
    assert differences() == [0, 0]


def test_a_restricted_record_that_is_deleted_leaves(ana, mia, bonn):
    move(ana, "Bonn", mia)
    work_off()
    consent.restrict(ana, by=None)
    contacts.delete(ana, by=mia)
    work_off()
    assert not bonn.memberships.exists() and differences() == [0]


def test_lists_are_filled_by_hand_all_the_same(ana, mia):
    fair = saving.create(name="Fair", by=mia)
    consent.restrict(ana, by=None)
    assert members.add(fair, people=[ana.pk], by=mia) == 1
    assert members.remove(fair, people=[ana.pk], by=mia) == 1


def test_what_holds_for_one_who_was_merged_holds_for_both_while_they_are_one(
    ana, mia, olga, bonn, kiel
):
    other = contacts.create(values={"first_name": "Anna", "city": "Bonn"}, by=mia)
    work_off()
    consent.restrict(ana, by=None)
    merge = merging.merge(other, ana, choices={}, by=olga)
    Contact.objects.filter(pk=other.pk).update(city="Kiel")
    work_off()
    assert inside(bonn) == {"Anna"} and inside(kiel) == set() and differences() == [0, 0]
    merging.unmerge(merge, by=olga)
    work_off()
    assert inside(kiel) == {"Anna"} and differences() == [0, 0]
