from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from accord.engine.segments import BadRule
from accord.people import contacts
from accord.people.models import Segment
from accord.people.segments import members, saving, turning
from accord.platform.access import permissions
from accord.platform.models import AuditEntry, Event

BONN = {"contact": "city", "kind": "text", "is": "Bonn"}


@pytest.fixture
def bonn(ana, mia):
    return saving.create(name="Bonn", rule=BONN, by=mia)


def inside(segment):
    return set(members.people(segment).values_list("first_name", flat=True))


def turns(ana):
    found = Event.objects.filter(contact_id=ana.pk, name__startswith="segment.")
    return [(each.name, each.properties) for each in found.order_by("happened_at")]


def evaluate_all():
    for segment in members.in_order():
        members.evaluate_alone(segment, timezone.now())


def test_people_enter_and_leave_as_the_rule_says_and_it_is_told(bonn, ana, mia):
    assert members.evaluate(bonn, timezone.now()) == turning.Turnover(0, 0)
    contacts.change(ana, values={"city": "Bonn"}, by=mia)
    assert members.evaluate(bonn, timezone.now()) == turning.Turnover(1, 0)
    assert members.evaluate(bonn, timezone.now()) == turning.Turnover(0, 0)
    assert inside(bonn) == {"Ana"}
    contacts.change(ana, values={"city": "Cologne"}, by=mia)
    assert members.evaluate(bonn, timezone.now()) == turning.Turnover(0, 1)
    about = {"segment": bonn.pk}
    assert turns(ana) == [("segment.entered", about), ("segment.left", about)]
    day = bonn.sizes.get()
    assert (day.size, day.entered, day.left) == (0, 1, 1)
    bonn.refresh_from_db()
    assert bonn.size == 0


def test_a_change_is_a_version_that_stays(bonn, mia, ben):
    saving.change(bonn, name="Cologne", rule={**BONN, "is": "Cologne"}, by=mia)
    saving.change(bonn, name="Cologne", by=mia)
    told = list(bonn.versions.order_by("number").values_list("number", "name", "by"))
    assert told == [(1, "Bonn", mia.pk), (2, "Cologne", mia.pk)]
    saving.change(bonn, description=" Near the Rhine ", by=mia)
    assert bonn.versions.get(number=3).description == "Near the Rhine"
    saving.change(bonn, description="", by=mia)
    with pytest.raises(saving.LongDescription):
        saving.change(bonn, description="x" * 501, by=mia)
    assert AuditEntry.objects.filter(verb="segment.changed", subject_id=bonn.pk).count() == 3
    with pytest.raises(DatabaseError), transaction.atomic():
        bonn.versions.update(name="Bonn")
    with pytest.raises(permissions.Forbidden):
        saving.change(bonn, name="Ben's", by=ben)


def test_names_are_given_once_and_never_empty(bonn, mia):
    with pytest.raises(saving.NameTaken):
        saving.create(name=" bonn ", by=mia)
    with pytest.raises(saving.Unnamed):
        saving.create(name="  ", by=mia)
    saving.archive(bonn, by=mia)
    assert saving.create(name="Bonn", by=mia).kind == Segment.Kind.STATIC
    with pytest.raises(saving.Archived):
        saving.archive(bonn, by=mia)


def test_a_segment_asks_for_others_but_not_in_a_circle(bonn, ana, mia):
    contacts.change(ana, values={"city": "Bonn"}, by=mia)
    both = saving.create(name="Both", rule={"all": [{"segment": bonn.pk}]}, by=mia)
    with pytest.raises(BadRule, match="circle"):
        saving.change(bonn, rule={"segment": both.pk}, by=mia)
    with pytest.raises(saving.InUse, match="Both"):
        saving.archive(bonn, by=mia)
    assert members.in_order() == [bonn, both]
    evaluate_all()
    assert inside(both) == {"Ana"}


def test_what_is_not_there_cannot_be_asked_for(ana, mia):
    with pytest.raises(BadRule, match="no field"):
        saving.create(name="Shoes", rule={"contact": "shoe", "kind": "text", "is": "42"}, by=mia)
    with pytest.raises(BadRule, match="no segment"):
        saving.create(name="Other", rule={"segment": 12345}, by=mia)


def test_a_field_that_goes_stops_only_its_own_segment(bonn, ana, mia):
    contacts.change(ana, values={"city": "Bonn"}, by=mia)
    gone = saving.create(name="Gone", rule=BONN, by=mia)
    members.evaluate(gone, timezone.now())
    Segment.objects.filter(pk=gone.pk).update(rule={"contact": "shoe", "kind": "text", "is": "42"})
    evaluate_all()
    assert inside(bonn) == {"Ana"} and inside(gone) == {"Ana"}


def test_time_alone_lets_people_out(ana, mia):
    new = {"event": "contact.created", "when": {"within_last": "7 days"}}
    segment = saving.create(name="New", rule=new, by=mia)
    members.evaluate(segment, timezone.now())
    assert inside(segment) == {"Ana"}
    members.evaluate(segment, timezone.now() + timedelta(days=8))
    assert inside(segment) == set()


def test_people_are_put_on_a_list_and_taken_off(ana, mia, ben):
    fair = saving.create(name="Fair", by=mia)
    assert members.add(fair, people=[ana.pk], by=mia) == 1
    assert members.add(fair, people=[ana.pk, 10**9], by=mia) == 0
    on_it = saving.create(name="On it", rule={"list": fair.pk}, by=mia)
    members.evaluate(on_it, timezone.now())
    assert inside(on_it) == {"Ana"}
    with pytest.raises(permissions.Forbidden):
        members.remove(fair, people=[ana.pk], by=ben)
    with pytest.raises(saving.InUse):
        saving.archive(fair, by=mia)
    assert members.remove(fair, people=[ana.pk], by=mia) == 1
    assert inside(fair) == set() and inside(on_it) == {"Ana"}
    with pytest.raises(saving.NoRule):
        saving.change(fair, rule=BONN, by=mia)


def test_a_copy_stays_as_it_was(bonn, ana, mia):
    contacts.change(ana, values={"city": "Bonn"}, by=mia)
    members.evaluate(bonn, timezone.now())
    copy = members.copy_static(bonn, name="Bonn in March", by=mia)
    contacts.change(ana, values={"city": "Cologne"}, by=mia)
    evaluate_all()
    assert inside(bonn) == set() and inside(copy) == {"Ana"}
    saving.archive(copy, by=mia)
    with pytest.raises(saving.Archived):
        members.copy_static(copy, name="Again", by=mia)
    with pytest.raises(members.ByRule):
        members.add(bonn, people=[ana.pk], by=mia)


def test_the_deleted_leave(bonn, ana, mia):
    contacts.change(ana, values={"city": "Bonn"}, by=mia)
    members.evaluate(bonn, timezone.now())
    contacts.delete(ana, by=mia)
    assert inside(bonn) == set()
    assert members.evaluate(bonn, timezone.now()) == turning.Turnover(0, 1)
