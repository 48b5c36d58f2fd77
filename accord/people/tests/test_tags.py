import pytest

from accord.people import companies, contacts, tags
from accord.platform.access import permissions


def test_tags_are_added_once_and_removed(ana, mia):
    tags.add(ana, tags=["hot", "fair"], by=mia)
    tags.add(ana, tags=["hot"], by=mia)
    assert ana.tags == ["hot", "fair"] and ana.version == 2
    tags.remove(ana, tags=["hot", "unknown"], by=mia)
    assert ana.tags == ["fair"]


def test_a_tag_put_there_meanwhile_is_not_lost(ana, mia):
    seen = type(ana).objects.get(pk=ana.pk)
    tags.add(ana, tags=["hot"], by=mia)
    with pytest.raises(contacts.Conflict):
        tags.add(seen, tags=["fair"], by=mia)


def test_others_do_not_tag(ana, mia, ben):
    contacts.change(ana, values={"owner": mia}, by=mia)
    with pytest.raises(permissions.Forbidden):
        tags.add(ana, tags=["hot"], by=ben)


def test_tags_in_use_are_offered_most_used_first(ana, acme, mia):
    bea = contacts.create(values={"first_name": "Bea", "tags": "Hot, fair 2026"}, by=mia)
    companies.change(acme, values={"tags": ["Hot", "partner"]}, by=mia)
    assert tags.used(mia) == ["Hot", "fair 2026", "partner"]
    assert tags.used(mia, "ho") == ["Hot"]
    contacts.delete(bea, by=mia)
    assert tags.used(mia) == ["Hot", "partner"]
