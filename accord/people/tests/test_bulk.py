from datetime import timedelta

import pytest
from django.utils import timezone

from accord.people import bulk, contacts
from accord.people.bulk import Edit, How, State
from accord.people.fields import filters
from accord.people.models import Contact
from accord.platform.access import permissions
from accord.platform.models import AuditEntry, BulkChange, Event, FieldChange, Job
from accord.platform.queue import work
from accord.platform.trail import history


@pytest.fixture
def people(ana, mia):
    """Ana, and Bea whom Mia owns, and Cara."""
    contacts.create(values={"first_name": "Bea", "owner": mia, "tags": ["hot"]}, by=mia)
    contacts.create(values={"first_name": "Cara", "city": "Bonn"}, by=mia)
    return [contact.pk for contact in Contact.objects.order_by("pk")]


def _values(field):
    return dict(Contact.objects.values_list("first_name", field))


def test_one_edit_changes_many_with_history(people, mia):
    done = bulk.apply("contact", chosen=people, edit=Edit("city", "Berlin"), by=mia)
    assert (done.state, done.total, done.done, done.left_out) == (State.DONE, 3, 3, 0)
    assert set(_values("city").values()) == {"Berlin"}
    assert FieldChange.objects.filter(field="city", new="Berlin", by=mia).count() == 3
    assert Event.objects.filter(name="contact.changed").count() == 3
    assert AuditEntry.objects.get(verb="bulk.applied").details["records"] == 3


def test_undo_leaves_later_edits_alone_and_counts_them(people, ana, mia):
    done = bulk.apply("contact", chosen=people, edit=Edit("city", "Berlin"), by=mia)
    ana.refresh_from_db()
    contacts.change(ana, values={"city": "Köln"}, by=mia)
    bea = Contact.objects.get(first_name="Bea")
    contacts.change(bea, values={"title": "Buyer"}, by=mia)
    undone = bulk.undo(done, by=mia)
    assert (undone.state, undone.left_alone) == (State.UNDONE, 1)
    assert _values("city") == {"Ana": "Köln", "Bea": "", "Cara": "Bonn"}
    assert Contact.objects.get(first_name="Bea").title == "Buyer"
    assert [c.new for c in history.of(bea, "city")] == ["", "Berlin"]
    with pytest.raises(bulk.NotDone):
        bulk.undo(done, by=mia)


def test_a_list_is_chosen_by_its_filters(people, mia):
    where = filters.condition(filters.parse("contact", ["city:empty"], timezone.now()))
    done = bulk.apply("contact", chosen=where, edit=Edit("stage", "lead"), by=mia)
    assert done.total == 2
    assert _values("stage") == {"Ana": "lead", "Bea": "lead", "Cara": "subscriber"}


def test_tags_are_added_and_removed_one_by_one(people, ana, mia):
    added = bulk.apply(
        "contact", chosen=people, edit=Edit("tags", ["hot", "fair"], How.ADD), by=mia
    )
    assert _values("tags")["Bea"] == ["hot", "fair"] and _values("tags")["Ana"] == ["hot", "fair"]
    ana.refresh_from_db()
    contacts.change(ana, values={"tags": [*ana.tags, "vip"]}, by=mia)
    bulk.undo(added, by=mia)
    assert _values("tags") == {"Ana": ["vip"], "Bea": ["hot"], "Cara": []}
    removed = bulk.apply("contact", chosen=people, edit=Edit("tags", "hot", How.REMOVE), by=mia)
    assert len(removed.before) == 1 and _values("tags")["Bea"] == []
    bulk.undo(removed, by=mia)
    assert _values("tags")["Bea"] == ["hot"]


def test_records_of_others_are_left_out(people, ben):
    done = bulk.apply("contact", chosen=people, edit=Edit("city", "Berlin"), by=ben)
    assert (done.total, done.left_out) == (2, 1)
    assert _values("city") == {"Ana": "Berlin", "Bea": "", "Cara": "Berlin"}


def test_who_gave_records_away_can_take_that_back(people, ben, mia):
    done = bulk.apply("contact", chosen=people, edit=Edit("owner", mia), by=ben)
    assert Contact.objects.filter(owner=mia).count() == 3
    bulk.undo(done, by=ben)
    assert Contact.objects.filter(owner=mia).count() == 1


def test_nothing_is_changed_without_the_right_to(people, ben, mia, lars, olga):
    with pytest.raises(permissions.Forbidden):
        bulk.apply("contact", chosen=people[1:2], edit=Edit("city", "Berlin"), by=ben)
    with pytest.raises(permissions.Forbidden):
        reader = type(ben).objects.create_user(email="r@accord.example", roles=["read_only"])
        bulk.apply("contact", chosen=people, edit=Edit("city", "Berlin"), by=reader)
    done = bulk.apply("contact", chosen=people, edit=Edit("city", "Berlin"), by=mia)
    with pytest.raises(permissions.Forbidden):
        bulk.undo(done, by=lars)
    assert set(_values("city").values()) == {"Berlin"}
    bulk.undo(done, by=olga)
    assert "Berlin" not in _values("city").values()


@pytest.mark.parametrize(
    ("edit", "refusal"),
    [
        (Edit("email", "a@b.example"), "different for every record"),
        (Edit("city", ["x"], How.ADD), "different for every record"),
        (Edit("recorded_at", None), "different for every record"),
        (Edit("shoe", "42"), "no field"),
        (Edit("owner", "Nobody Known"), "Nobody here is called"),
    ],
)
def test_edits_that_make_no_sense_are_refused(people, mia, edit, refusal):
    with pytest.raises(Exception, match=refusal):
        bulk.apply("contact", chosen=people, edit=edit, by=mia)
    assert not BulkChange.objects.exists()


def test_nothing_chosen_is_said(people, mia):
    with pytest.raises(bulk.NothingChosen):
        bulk.apply("contact", chosen=[], edit=Edit("city", "Berlin"), by=mia)


def test_an_old_edit_cannot_be_undone(people, mia):
    done = bulk.apply("contact", chosen=people, edit=Edit("city", "Berlin"), by=mia)
    BulkChange.objects.update(created_at=timezone.now() - timedelta(days=31))
    done.refresh_from_db()
    with pytest.raises(bulk.TooLate):
        bulk.undo(done, by=mia)


@pytest.fixture
def crowd(db):
    Contact.objects.bulk_create(Contact(first_name=f"P{number}") for number in range(201))
    return list(Contact.objects.values_list("pk", flat=True))


@pytest.mark.django_db(transaction=True)
def test_more_than_two_hundred_go_through_the_queue_and_survive_a_stop(crowd, mia, monkeypatch):
    waiting = bulk.apply("contact", chosen=crowd, edit=Edit("city", "Berlin"), by=mia)
    assert (waiting.state, waiting.done) == (State.WAITING, 0)
    assert not Contact.objects.filter(city="Berlin").exists()
    monkeypatch.setattr(bulk, "STEP", 50)
    _stop_after(monkeypatch, steps=2)
    work.run_due()
    waiting.refresh_from_db()
    assert (waiting.state, waiting.done) == (State.RUNNING, 100)
    monkeypatch.undo()
    Job.objects.update(due_at=timezone.now())
    work.run_due()
    waiting.refresh_from_db()
    assert (waiting.state, waiting.done) == (State.DONE, 201)
    assert FieldChange.objects.filter(field="city").count() == 201
    undoing = bulk.undo(waiting, by=mia)
    assert undoing.state == State.UNDOING
    work.run_due()
    undoing.refresh_from_db()
    assert (undoing.state, undoing.done, undoing.left_alone) == (State.UNDONE, 201, 0)
    assert not Contact.objects.filter(city="Berlin").exists()


def _stop_after(monkeypatch, steps):
    """The worker is told to end at the fence after so many steps."""
    fence, seen = work.fence, []

    def counted():
        seen.append(1)
        if len(seen) > steps:
            raise work.Stopping
        fence()

    monkeypatch.setattr(work, "fence", counted)
