from datetime import timedelta

import pytest
from django.utils import timezone

from accord.people import contacts, lifecycle
from accord.people.models import Contact, LifecycleChange, LifecycleStage
from accord.platform.access import permissions
from accord.platform.models import AuditEntry, Event
from accord.platform.trail import history


def _moves(contact):
    return list(
        LifecycleChange.objects.filter(contact=contact)
        .order_by("pk")
        .values_list("previous", "stage")
    )


def test_the_stages_are_made_once_and_keep_the_names_people_gave(olga):
    lifecycle.ensure()
    lifecycle.rename(
        LifecycleStage.objects.get(pk="mql"), label="Marketing lead", definition="3 pages", by=olga
    )
    lifecycle.ensure()
    assert [stage.pk for stage in LifecycleStage.objects.all()] == list(lifecycle.STAGES)
    assert LifecycleStage.objects.get(pk="mql").label == "Marketing lead"


def test_sellers_do_not_rename_stages(ben):
    lifecycle.ensure()
    with pytest.raises(permissions.Forbidden):
        lifecycle.rename(LifecycleStage.objects.get(pk="mql"), label="X", definition="", by=ben)
    assert LifecycleStage.objects.get(pk="mql").label == "MQL"


def test_contacts_go_forward_and_back_with_dates(ana, mia):
    lifecycle.move(ana, to="sql", by=mia)
    lifecycle.move(ana, to="sql", by=mia)
    lifecycle.move(ana, to="lead", reason="No budget this year", by=mia)
    assert _moves(ana) == [("", "subscriber"), ("subscriber", "sql"), ("sql", "lead")]
    assert Contact.objects.get().stage == "lead"
    assert Contact.objects.get().stage_since == LifecycleChange.objects.latest("pk").at
    assert Event.objects.filter(name="lifecycle.changed").count() == 2
    assert [change.old for change in history.of(ana, "stage")] == ["sql", "subscriber"]


def test_history_is_neither_backdated_nor_ahead(ana, mia):
    with pytest.raises(lifecycle.Backdated):
        lifecycle.move(ana, to="lead", at=ana.stage_since - timedelta(days=1), by=mia)
    with pytest.raises(lifecycle.InTheFuture):
        lifecycle.move(ana, to="lead", at=timezone.now() + timedelta(days=1), by=mia)
    with pytest.raises(lifecycle.UnknownStage):
        lifecycle.move(ana, to="prospect", by=mia)
    assert len(_moves(ana)) == 1


def test_editing_the_field_moves_the_contact(ana, mia):
    lifecycle.ensure()
    contacts.change(ana, values={"stage": "MQL", "title": "Buyer"}, version=1, by=mia)
    assert (ana.stage, ana.title, ana.version) == ("mql", "Buyer", 2)
    assert _moves(ana)[-1] == ("subscriber", "mql")


def test_advancing_moves_many_forward_only(ana, mia):
    bea = contacts.create(values={"first_name": "Bea", "email": "bea@b.example"}, by=mia)
    cara = contacts.create(values={"first_name": "Cara", "email": "c@b.example"}, by=mia)
    lifecycle.move(bea, to="customer", by=mia)
    contacts.delete(cara, by=mia)
    at = timezone.now()
    ids = [ana.pk, bea.pk, cara.pk]
    assert lifecycle.advance(ids, to="opportunity", at=at, by=mia) == 1
    assert lifecycle.advance(ids, to="opportunity", at=at, by=mia) == 0
    stages = dict(Contact.objects.values_list("first_name", "stage"))
    assert stages == {"Ana": "opportunity", "Bea": "customer", "Cara": "subscriber"}
    assert _moves(ana)[-1] == ("subscriber", "opportunity")
    [change] = history.of(ana, "stage")
    assert (change.old, change.new, change.by) == ("subscriber", "opportunity", mia)
    event = Event.objects.get(contact_id=ana.pk, name="lifecycle.changed")
    assert event.properties["stage"] == "opportunity" and event.team == "both"
    assert AuditEntry.objects.filter(verb="contact.changed", subject_id=ana.pk).count() == 1
    assert lifecycle.reached(ids, "opportunity") == {ana.pk: at}


def test_nobody_is_advanced_to_before_the_present_stage(ana, mia):
    since = ana.stage_since
    lifecycle.advance([ana.pk], to="customer", at=since - timedelta(days=400), by=mia)
    ana.refresh_from_db()
    assert (ana.stage, ana.stage_since) == ("customer", since)
    assert ana.lifecycle.order_by("at", "pk").last().stage == "customer"
