import pytest
from django.utils import timezone

from accord.people import contacts
from accord.people.fields import custom_fields
from accord.people.models import Company, Contact
from accord.platform.access import accounts, placeholders
from accord.platform.models import AuditEntry, Team, User
from accord.platform.trail import history
from accord.sales import deals
from accord.sales.models import StageChange
from accord.sales.pipeline import pipelines

pytestmark = pytest.mark.django_db


def test_what_a_placeholder_owned_becomes_the_persons_own(ben, olga):
    rosa = accounts.placeholder(name="Rosa", external_id="SDR-4", by=olga)
    ana = Contact.objects.create(first_name="Ana", owner=rosa)
    acme = Company.objects.create(name="Acme", owner=rosa)
    team = Team.objects.create(name="West", lead=rosa)
    assert placeholders.merge(rosa, into=ben, by=olga) == 3
    for record in (ana, acme, team, rosa):
        record.refresh_from_db()
    assert (ana.owner, acme.owner, team.lead) == (ben, ben, ben)
    assert ana.version == 2
    assert rosa.merged_into == ben
    assert rosa not in User.objects.people()
    assert AuditEntry.objects.get(verb="user.merged").details == {"placeholder": rosa.pk, "rows": 3}


def test_colleagues_named_in_custom_fields_are_replaced(ben, mia, olga):
    custom_fields.add("contact", label="SDR", kind="person", by=olga)
    rosa = accounts.placeholder(name="Rosa", by=olga)
    theirs = Contact.objects.create(first_name="Ana", custom={"sdr": rosa.pk, "plan": rosa.pk})
    other = Contact.objects.create(first_name="Bo", custom={"sdr": mia.pk})
    placeholders.merge(rosa, into=ben, by=olga)
    theirs.refresh_from_db()
    other.refresh_from_db()
    assert theirs.custom == {"sdr": ben.pk, "plan": rosa.pk}
    assert theirs.version == 2
    assert (other.custom, other.version) == ({"sdr": mia.pk}, 1)


def test_imports_find_the_merged_person_by_the_old_id(ben, olga):
    rosa = accounts.placeholder(name="Rosa", external_id="SDR-4", by=olga)
    placeholders.merge(rosa, into=ben, by=olga)
    assert User.objects.people().get(external_id="SDR-4") == ben


def test_the_history_of_what_a_placeholder_owned_names_the_person(ben, mia, olga):
    pipelines.ensure()
    custom_fields.add("contact", label="SDR", kind="person", by=olga)
    rosa = accounts.placeholder(name="Rosa", by=olga)
    deal = deals.create(values={"name": "Grid", "owner": rosa}, by=olga)
    ana = contacts.create(values={"first_name": "Ana", "owner": rosa, "sdr": rosa}, by=olga)
    before = timezone.now()
    deals.change(deal, values={"owner": mia}, by=olga)
    contacts.change(ana, values={"owner": mia, "sdr": mia}, by=olga)
    placeholders.merge(rosa, into=ben, by=olga)
    assert StageChange.objects.get(deal=deal).owner == ben
    assert history.as_of("deal", [deal.pk], "owner", before) == {deal.pk: ben.pk}
    for name in ("owner", "sdr"):
        assert history.as_of("contact", [ana.pk], name, before) == {ana.pk: ben.pk}
