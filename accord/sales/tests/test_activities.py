from datetime import timedelta

import pytest
from django.utils import timezone

from accord.engine.errors import Refused
from accord.people import contacts
from accord.platform.access.permissions import Forbidden
from accord.platform.models import AuditEntry, Event, FieldChange
from accord.sales import deals
from accord.sales.agenda import activities
from accord.sales.models import Activity


def _last():
    return Event.objects.filter(name__startswith="activity.").latest("pk")


def test_a_note_is_written_down_and_is_no_touch(deal, ana, ben):
    note = activities.log(kind="note", body=" Wants a pilot. ", deal=deal, by=ben)
    assert (note.body, note.by, note.deal, note.contact) == ("Wants a pilot.", ben, deal, None)
    told = _last()
    assert (told.name, told.channel, told.properties) == (
        "activity.note",
        "",
        {"activity": note.pk},
    )
    assert (told.deal_id, told.contact_id, told.company_id) == (deal.pk, ana.pk, deal.company_id)
    assert AuditEntry.objects.get(verb="activity.logged").details == {"kind": "note"}


@pytest.mark.parametrize("kind", ["call", "meeting", "email"])
def test_reaching_somebody_is_a_touch_of_outbound(ana, ben, kind):
    then = timezone.now() - timedelta(days=2)
    activities.log(kind=kind, happened_at=then, minutes=15, contact=ana, by=ben)
    told = _last()
    assert (told.name, told.channel, told.source) == (f"activity.{kind}", "outbound", kind)
    assert (told.happened_at, told.contact_id) == (then, ana.pk)


@pytest.mark.parametrize("outcome", ["No answer", "wrong number", "No show"])
def test_nobody_reached_is_no_touch(ana, ben, outcome):
    activities.log(kind="call", outcome=outcome, contact=ana, by=ben)
    assert _last().channel == ""


def test_a_call_on_a_deal_of_several_people_is_about_nobody_in_particular(deal, ben, olga):
    otto = contacts.create(values={"first_name": "Otto"}, by=olga)
    deals.add_contact(deal, otto, by=ben)
    activities.log(kind="call", deal=deal, by=ben)
    assert (_last().contact_id, _last().deal_id) == (None, deal.pk)
    activities.log(kind="call", deal=deal, contact=otto, by=ben)
    assert _last().contact_id == otto.pk


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        ({"kind": "note"}, "Write the note"),
        ({"kind": "fax"}, "a note, a call"),
        ({"kind": "note", "body": "x" * 50_001}, "below 50,000"),
        ({"kind": "call", "outcome": "x" * 61}, "at most 60"),
        ({"kind": "call", "minutes": -1}, "whole minutes"),
        ({"kind": "call", "minutes": 1441}, "whole minutes"),
        ({"kind": "call", "happened_at": timezone.now() + timedelta(days=1)}, "Plan it as a task"),
        ({"kind": "call", "happened_at": timezone.now().replace(year=2)}, "between 1900"),
        ({"kind": "call", "contact": None}, "Say whom this is about"),
    ],
)
def test_a_bad_entry_is_refused(ana, ben, entry, sentence):
    with pytest.raises(Refused, match=sentence):
        activities.log(**{"contact": ana, **entry}, by=ben)
    assert not Activity.objects.exists()


def test_notes_are_corrected_by_who_wrote_them_or_an_admin(deal, ben, lars, mia, olga):
    note = activities.log(kind="note", body="Wants a pilot.", deal=deal, by=ben)
    activities.edit(note, body="Wants two pilots.", version=1, by=ben)
    assert (note.body, note.version) == ("Wants two pilots.", 2)
    assert FieldChange.objects.get(subject_type="activity").old == "Wants a pilot."
    with pytest.raises(deals.Conflict):
        activities.edit(note, body="None.", version=1, by=ben)
    for who in (lars, mia):
        with pytest.raises(Forbidden):
            activities.edit(note, body="Mine", by=who)
        with pytest.raises(Forbidden):
            activities.delete(note, by=who)
    with pytest.raises(Forbidden):
        activities.log(kind="note", body="Mine", deal=deal, by=mia)
    activities.edit(note, body="Three.", by=olga)
    activities.edit(note, pinned=True, by=lars)
    with pytest.raises(Forbidden):
        activities.edit(note, pinned=False, by=mia)
    note.refresh_from_db()
    assert (note.body, note.pinned) == ("Three.", True)


def test_a_deleted_activity_comes_back(ana, ben):
    call = activities.log(kind="call", contact=ana, by=ben)
    activities.delete(call, by=ben)
    assert call.deleted_at
    with pytest.raises(deals.Deleted):
        activities.edit(call, body="Gone", by=ben)
    activities.restore(call, by=ben)
    assert call.deleted_at is None
    told = Event.objects.filter(contact_id=ana.pk, name__startswith="activity.").order_by("pk")
    assert list(told.values_list("name", flat=True)) == [
        "activity.call",
        "activity.deleted",
        "activity.restored",
    ]
