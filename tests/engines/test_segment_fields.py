"""Every field the catalogue offers to rules can be asked for, in the database and in memory."""

import pytest
from django.utils import timezone

from accord.engine import segments
from accord.people import contacts, fields
from accord.people.models import CustomField
from accord.people.segments import members, persons, saving, tables
from accord.sales import deals
from accord.sales.models import DealContact
from accord.sales.pipeline import pipelines
from tests.engines.rules import CUSTOM

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(ana, ben, acme):
    for name, kind in CUSTOM.items():
        for noun in ("contact", "company", "deal"):
            CustomField.objects.create(noun=noun, name=name, label=name, kind=kind.value)
    fields.forget()
    pipelines.ensure()
    contacts.change(ana, values={"owner": ben.pk}, by=None)
    deal = deals.create(values={"name": "Shoes", "owner": ben.pk, "amount": None}, by=None)
    DealContact.objects.create(deal=deal, contact=ana)
    return ana


@pytest.mark.parametrize("noun", ["contact", "company", "deal"])
def test_every_field_can_be_asked_for(house, noun):
    now, zone = timezone.now(), timezone.get_default_timezone()
    asked = 0
    for name, field in tables.labelled(noun).items():
        for question in ({"filled": True}, {"empty": True}):
            line = {"kind": str(field.kind), **question}
            data = (
                {"deal": "any", "where": [{"field": name, **line}]}
                if noun == "deal"
                else {noun: name, **line}
            )
            rule = segments.from_json(data)
            segments.check(rule, tables.words())
            found = members.among(rule, [house.pk], now)
            [person] = persons.load(
                [house.pk], persons.asked([rule]), tables.operational()
            ).values()
            assert (house.pk in found) is segments.matches(rule, person, now, zone), data
            asked += 1
    assert asked > 40
    worked_out = {each.name for each in fields.catalogue(noun).values() if each.asks or each.within}
    assert not worked_out & set(tables.labelled(noun))


def test_a_deal_is_asked_for_the_team_of_its_owner(house, ben, north):
    where = [{"field": "team", "kind": "choice", "is": str(north.pk)}]
    made = saving.create(name="North", rule={"deal": "open", "where": where}, by=None)
    assert members.evaluate(made, timezone.now()).entered == 1
