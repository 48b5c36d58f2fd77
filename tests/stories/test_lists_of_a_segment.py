"""A segment is a filter: of contacts, their companies and deals, their export and bulk edits."""

import pytest
from django.utils import timezone

from accord.people import contacts, fields, lifecycle
from accord.people.fields import filters
from accord.people.models import Company, Contact
from accord.people.segments import live, members, saving
from accord.sales import deals
from accord.sales.models import Deal, DealContact
from accord.sales.pipeline import pipelines

pytestmark = pytest.mark.django_db


@pytest.fixture
def bonn(ana, acme, mia):
    lifecycle.ensure()
    pipelines.ensure()
    contacts.change(ana, values={"city": "Bonn"}, by=mia)
    contacts.create(values={"first_name": "Bea", "email": "bea@other.example"}, by=mia)
    for name, person in (("Shoes", ana), ("Hats", None)):
        deal = deals.create(values={"name": name}, by=None)
        if person:
            DealContact.objects.create(deal=deal, contact=person)
    made = saving.create(
        name="Bonn", rule={"contact": "city", "kind": "text", "is": "Bonn"}, by=mia
    )
    live.settle(timezone.now())
    return made


def found(noun, model, text):
    asked = filters.parse(noun, [text], timezone.now())
    return [str(each) for each in model.objects.filter(filters.condition(asked)).order_by("pk")]


def test_lists_are_filtered_by_segment(bonn, mia):
    fair = saving.create(name="Fair", by=mia)
    members.add(fair, people=[Contact.objects.get(first_name="Bea").pk], by=mia)
    assert found("contact", Contact, f"segment:any:{bonn.pk}") == ["Ana Alvarez"]
    assert len(found("contact", Contact, f"segment:any:{bonn.pk},{fair.pk}")) == 2
    assert found("contact", Contact, f"segment:not:{bonn.pk}") == ["Bea"]
    assert found("contact", Contact, "segment:empty") == []
    assert found("company", Company, f"segment:any:{bonn.pk}") == ["Acme"]
    assert found("deal", Deal, f"segment:any:{bonn.pk}") == ["Shoes"]
    assert found("deal", Deal, f"segment:not:{bonn.pk}") == ["Hats"]
    with pytest.raises(fields.Unreadable):
        filters.parse("contact", ["segment:any:99999"], timezone.now())


def test_a_filtered_list_is_shown_exported_and_changed(bonn, olga, client):
    client.force_login(olga)
    address = f"/contacts/?f=segment:any:{bonn.pk}&columns=segment,city"
    page = client.get(address).text
    assert "Segment is Bonn" in page and "Alvarez" in page and "Bea" not in page
    sheet = b"".join(client.get(f"/contacts/export/?f=segment:any:{bonn.pk}")).decode("utf-8-sig")
    assert "ana@acme.example" in sheet and "bea@" not in sheet
    saving.archive(bonn, by=olga)
    assert client.get(address).status_code in (200, 422)
