from datetime import timedelta

import pytest
from django.utils import timezone

from accord.people import contacts, families, lifecycle, tags
from accord.people.consents import consent, purposes
from accord.people.consents.consent import Given
from accord.people.identity import merging
from accord.people.identity.merging import MergedSince, TheSame
from accord.people.models import Address, Contact, Merge
from accord.people.records import Deleted, Merged
from accord.platform.access.permissions import Forbidden
from accord.platform.events.log import About
from accord.platform.models import Event
from accord.platform.trail import history


@pytest.fixture
def ann(mia, acme):
    """Ana once more, under another address: with a company, a phone and a further stage."""
    values = {
        "first_name": "Ann", "last_name": "Alvarez", "email": "ann@acme.example",
        "phone": "+49 431 123456", "title": "Head of Grid", "tags": ["vip", "grid"],
        "external_id": "a-2", "company": acme.pk,
    }  # fmt: skip
    made = contacts.create(values=values, by=mia)
    lifecycle.move(made, to="mql", by=mia)
    made.refresh_from_db()
    return made


def state(*people):
    """Everything of these contacts that a merge may touch, but for versions and moments."""
    found = []
    for each in people:
        row = Contact.objects.filter(pk=each.pk).values().get()
        found.append({k: v for k, v in row.items() if k not in ("version", "changed_at")})
        for rows in (each.addresses, each.affiliations, each.lifecycle):
            found.append(sorted(rows.values_list()))
        told = Event.objects.filter(contact_id=each.pk).exclude(name__contains="merged")
        found.append(sorted(told.exclude(name__startswith="visitor.").values_list("pk", flat=True)))
    return found


def test_two_contacts_become_one(ana, ann, mia):
    merge = merging.merge(ana, ann, choices={"title": "gone"}, by=mia)
    assert (ana.name, ana.email, ana.title) == ("Ana Alvarez", "ana@acme.example", "Head of Grid")
    assert (ana.stage, ana.external_id) == ("mql", "a-2")
    assert {"vip", "grid"} <= set(ana.tags)
    assert ana.phone == "+49431123456"
    known = set(ana.addresses.values_list("value", "is_primary"))
    assert {("ana@acme.example", True), ("ann@acme.example", False)} <= known
    ann.refresh_from_db()
    assert (ann.deleted_at is not None, ann.merged_into_id) == (True, ana.pk)
    assert families.root(ann.pk) == ana.pk and families.of([ana.pk]) == [ana.pk, ann.pk]
    assert Event.objects.filter(contact_id=ana.pk, name="contact.created").count() == 2
    [told] = Event.objects.filter(name="contact.merged")
    assert told.properties == {"gone": ann.pk, "merge": merge.pk}


def test_a_merge_taken_back_leaves_nothing_behind(ana, ann, mia):
    before = state(ana, ann)
    merge = merging.merge(ana, ann, choices={"email": "gone", "title": "gone"}, by=mia)
    assert state(ana, ann) != before
    merging.unmerge(merge, by=mia)
    assert state(ana, ann) == before
    assert not merge.items.exclude(left="").exists()
    with pytest.raises(merging.UndoneAlready):
        merging.unmerge(merge, by=mia)


def test_later_edits_stay_and_are_named(ana, ann, mia):
    merge = merging.merge(ana, ann, choices={"title": "gone"}, by=mia)
    contacts.change(ana, values={"title": "CEO", "city": "Kiel"}, by=mia)
    tags.add(ana, tags=["new"], by=mia)
    second = Address.objects.get(value="ann@acme.example")
    contacts.make_primary(second, by=mia)
    merging.unmerge(merge, by=mia)
    ana.refresh_from_db()
    ann.refresh_from_db()
    assert (ana.title, ana.city, ana.email) == ("CEO", "Kiel", "ann@acme.example")
    assert "new" in ana.tags and "vip" not in ana.tags
    assert (ann.email, ann.title, ann.deleted_at) == ("", "Head of Grid", None)
    left = dict(merge.items.exclude(left="").values_list("name", "left"))
    assert left == {
        "title": "It was changed since.", "people_address": "It was changed since.",
    }  # fmt: skip


def test_items_go_back_one_by_one(ana, ann, mia):
    merge = merging.merge(ana, ann, choices={}, by=mia)
    phone = merge.items.get(name="phone")
    rows = {Address.objects.get(pk=i.row_id).value: i for i in merge.items.filter(
        name="people_address") if i.before["contact_id"] == ann.pk}  # fmt: skip
    merging.unmerge(merge, items=[rows["ann@acme.example"].pk], by=mia)
    ann.refresh_from_db()
    assert (ann.email, ann.phone, ann.deleted_at) == ("ann@acme.example", "", None)
    ana.refresh_from_db()
    assert ana.phone == "+49431123456"
    merging.unmerge(merge, items=[phone.pk, rows["+49431123456"].pk], by=mia)
    ana.refresh_from_db()
    assert ana.phone == ""
    assert set(ann.addresses.values_list("value", flat=True)) == {
        "ann@acme.example", "+49431123456",
    }  # fmt: skip


def test_both_companies_and_their_history(ana, ann, mia, acme):
    merging.merge(ana, ann, choices={"company": "gone"}, by=mia)
    assert ana.affiliations.get(is_primary=True).company_id == acme.pk
    assert ana.affiliations.filter(is_primary=True).count() == 1


def test_what_one_said_stop_to_holds_for_both(ana, ann, mia):
    purposes.add(label="News", by=None)
    given = Given(purpose="news", channel="email", what="consent", source="staff")
    consent.give(ana, given, by=mia)
    question = consent.question("news", consent.Channel.EMAIL)
    later = lambda: timezone.now() + timedelta(seconds=1)  # noqa: E731
    assert consent.may_send(ana, question, later())
    consent.withdraw(ann, by=mia)
    merge = merging.merge(ana, ann, choices={}, by=mia)
    assert not consent.may_send(ana, question, later())
    assert consent.history(ana).count() == 2
    consent.give(ana, given, by=mia)
    assert consent.may_send(ana, question, later())
    merging.unmerge(merge, by=mia)
    assert consent.history(ann).count() == 1
    assert not consent.may_send(Contact.objects.get(pk=ann.pk), question, later())


def test_merges_are_undone_in_turn(ana, ann, mia):
    bo = contacts.create(values={"first_name": "Bo", "email": "bo@acme.example"}, by=mia)
    first = merging.merge(ana, ann, choices={}, by=mia)
    before = state(ana, ann, bo)
    second = merging.merge(bo, ana, choices={}, by=mia)
    assert families.of([bo.pk]) == sorted([ana.pk, ann.pk, bo.pk])
    with pytest.raises(MergedSince):
        merging.unmerge(first, by=mia)
    merging.unmerge(second, by=mia)
    assert state(ana, ann, bo) == before


def test_what_is_refused_changes_nothing(ana, ann, mia, ben):
    with pytest.raises(TheSame):
        merging.merge(ana, ana, choices={}, by=mia)
    with pytest.raises(merging.BadChoice):
        merging.merge(ana, ann, choices={"title": "neither"}, by=mia)
    Contact.objects.filter(pk=ann.pk).update(owner=mia)
    with pytest.raises(Forbidden):
        merging.merge(ana, ann, choices={}, by=ben)
    assert not Merge.objects.exists()
    merging.merge(ana, ann, choices={}, by=mia)
    with pytest.raises(Deleted):
        merging.merge(ana, ann, choices={}, by=mia)
    with pytest.raises(Merged):
        contacts.restore(ann, by=mia)


def test_history_says_what_the_merge_changed(ana, ann, mia):
    merging.merge(ana, ann, choices={"title": "gone"}, by=mia)
    assert history.of(ana, "title")[0].new == "Head of Grid"
    assert About(contact=ana.pk)
