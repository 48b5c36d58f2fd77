"""Lists and roles follow a merge, and come back with its undo."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accord.people import affiliations, companies, contacts
from accord.people.identity import merging
from accord.people.models import Affiliation, ChangedPerson, Membership
from accord.people.segments import live, members, saving
from accord.platform.models import Event


@pytest.fixture
def ann(mia):
    return contacts.create(values={"email": "ann@acme.example"}, by=mia)


@pytest.fixture
def fair(mia):
    return saving.create(name="Fair", by=mia)


def on(segment):
    return set(segment.memberships.values_list("contact", flat=True))


def told(contact):
    found = Event.objects.filter(contact_id=contact.pk, name__startswith="segment.")
    return list(found.order_by("happened_at", "pk").values_list("name", flat=True))


def test_a_place_on_a_list_follows_and_comes_back(ana, ann, mia, fair):
    members.add(fair, people=[ann.pk], by=mia)
    before = list(Membership.objects.values_list()), told(ana), told(ann)
    merge = merging.merge(ana, ann, choices={}, by=mia)
    assert on(fair) == {ana.pk} and told(ana) == ["segment.entered"]
    [item] = merge.items.filter(name="people_membership")
    merging.unmerge(merge, by=mia)
    item.refresh_from_db()
    assert item.returned_at and not item.left
    assert (list(Membership.objects.values_list()), told(ana), told(ann)) == before


def test_who_is_on_a_list_twice_is_on_it_once_and_then_twice_again(ana, ann, mia, fair):
    members.add(fair, people=[ana.pk, ann.pk], by=mia)
    merge = merging.merge(ana, ann, choices={}, by=mia)
    assert list(members.people(fair).values_list("pk", flat=True)) == [ana.pk]
    assert not merge.items.filter(name="people_membership").exists()
    merging.unmerge(merge, by=mia)
    assert on(fair) == {ana.pk, ann.pk} and told(ann) == ["segment.entered"]


def test_lists_go_back_one_by_one_and_what_is_told_agrees(ana, ann, mia, fair):
    other = saving.create(name="Prize draw", by=mia)
    for segment in (fair, other):
        members.add(segment, people=[ann.pk], by=mia)
    merge = merging.merge(ana, ann, choices={}, by=mia)
    rows = {Membership.objects.get(pk=each.row_id).segment: each for each in merge.items.filter(
        name="people_membership")}  # fmt: skip
    events = merge.items.get(kind="events")
    merging.unmerge(merge, items=[rows[fair].pk, events.pk], by=mia)
    assert (on(fair), on(other)) == ({ann.pk}, {ana.pk})
    assert told(ana) == ["segment.entered"]
    assert told(ann) == ["segment.entered", "segment.entered", "segment.left"]
    merging.unmerge(merge, items=[rows[other].pk], by=mia)
    assert on(other) == {ann.pk} and told(ana)[-1] == "segment.left"
    assert told(ann)[-1] == "segment.entered"


def test_who_was_taken_off_since_stays_off(ana, ann, mia, fair):
    members.add(fair, people=[ann.pk], by=mia)
    merge = merging.merge(ana, ann, choices={}, by=mia)
    members.remove(fair, people=[ana.pk], by=mia)
    merging.unmerge(merge, by=mia)
    [item] = merge.items.filter(name="people_membership")
    assert (on(fair), item.left) == (set(), "It was removed since.")
    assert told(ann)[-1] == "segment.left"


def test_segments_that_ask_for_the_list_follow(ana, ann, mia, fair):
    rule = {"list": fair.pk}
    guests = saving.create(name="Guests", rule=rule, by=mia)
    members.add(fair, people=[ann.pk], by=mia)
    live.settle(timezone.now() + timedelta(seconds=1))
    assert on(guests) == {ann.pk}
    merge = merging.merge(ana, ann, choices={}, by=mia)
    noted = ChangedPerson.objects.filter(what="list").values_list("contact_id", flat=True)
    assert set(noted) == {ana.pk, ann.pk}
    live.settle(timezone.now() + timedelta(seconds=1))
    assert on(guests) == {ana.pk}
    merging.unmerge(merge, by=mia)
    live.settle(timezone.now() + timedelta(seconds=1))
    assert on(guests) == {ann.pk}


def test_a_role_only_one_has_is_kept_and_comes_back(ana, ann, mia):
    roles = {"Globex": ("", "Buyer"), "Initech": ("Owner", "Guest")}
    for name, (mine, theirs) in roles.items():
        company = companies.create(values={"name": name}, by=mia)
        affiliations.add(ana, company, role=mine, by=mia)
        affiliations.add(ann, company, role=theirs, by=mia)
    before = list(Affiliation.objects.order_by("pk").values_list())
    merge = merging.merge(ana, ann, choices={}, by=mia)
    now = dict(ana.affiliations.values_list("company__name", "role"))
    assert (now["Globex"], now["Initech"]) == ("Buyer", "Owner")
    merging.unmerge(merge, by=mia)
    assert list(Affiliation.objects.order_by("pk").values_list()) == before


def test_a_role_that_was_changed_since_stays(ana, ann, mia):
    globex = companies.create(values={"name": "Globex"}, by=mia)
    affiliations.add(ana, globex, by=mia)
    affiliations.add(ann, globex, role="Buyer", by=mia)
    merge = merging.merge(ana, ann, choices={}, by=mia)
    affiliations.add(ana, globex, role="Signs", by=mia)
    merging.unmerge(merge, by=mia)
    assert ana.affiliations.get(company=globex).role == "Signs"
    assert merge.items.get(name="people_affiliation").left == "It was changed since."
