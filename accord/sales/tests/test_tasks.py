from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from accord.engine.errors import Refused
from accord.people import contacts
from accord.platform.access.permissions import Forbidden
from accord.platform.models import Event
from accord.platform.trail import history
from accord.sales import deals
from accord.sales.agenda import tasks
from accord.sales.models import Task
from accord.sales.subjects import Subject

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 24, 10, tzinfo=BERLIN)


@pytest.fixture
def task(deal, ben):
    return tasks.add(title="  Call   Ana ", due_at=NOW, kind="call", deal=deal, by=ben)


def _names(**about):
    return list(
        Event.objects.filter(name__startswith="task.", **about)
        .order_by("pk")
        .values_list("name", flat=True)
    )


def test_a_task_is_for_who_plans_it_and_told_on_its_deal(task, deal, ana, ben):
    assert (task.title, task.owner, task.kind) == ("Call Ana", ben, "call")
    assert task.due_at == datetime(2026, 11, 24, tzinfo=BERLIN)
    told = Event.objects.get(name="task.added")
    assert (told.deal_id, told.contact_id, told.company_id) == (deal.pk, ana.pk, deal.company_id)


def test_a_task_is_done_once_and_may_be_reopened(task, ben):
    tasks.finish(task, by=ben)
    tasks.finish(task, by=ben)
    assert task.done_by == ben and task.version == 2
    tasks.reopen(task, by=ben)
    assert task.done_at is None and task.done_by is None
    assert _names() == ["task.added", "task.done", "task.reopened"]


def test_a_task_is_changed_with_history_and_not_over_others(task, ben, olga):
    later = NOW + timedelta(days=1)
    tasks.change(task, due_at=later, all_day=False, owner=olga, version=1, by=ben)
    assert (task.due_at, task.owner, task.version) == (later, olga, 2)
    assert {each.field for each in history.of(task)} == {"due_at", "all_day", "owner"}
    with pytest.raises(deals.Conflict) as caught:
        tasks.change(task, title="Mine", version=1, by=ben)
    assert caught.value.theirs == {"title": "Call Ana"}


def test_a_task_is_changed_by_owner_planner_or_who_may_write_there(task, deal, ben, mia, olga):
    for act in (
        lambda: tasks.change(task, title="Mine", by=mia),
        lambda: tasks.finish(task, by=mia),
        lambda: tasks.delete(task, by=mia),
        lambda: tasks.add(title="Mine", due_at=NOW, deal=deal, by=mia),
    ):
        with pytest.raises(Forbidden):
            act()
    tasks.change(task, owner=mia, by=olga)
    tasks.finish(task, by=mia)
    assert Task.objects.get().done_by == mia


def test_a_deleted_task_comes_back(task, deal, ben):
    tasks.delete(task, by=ben)
    assert deals.next_step([deal.pk]) == {} and tasks.due(ben, NOW) == []
    with pytest.raises(deals.Deleted):
        tasks.finish(task, by=ben)
    tasks.restore(task, by=ben)
    tasks.restore(task, by=ben)
    assert deals.next_step([deal.pk]) == {deal.pk: task}
    assert _names()[-2:] == ["task.deleted", "task.restored"]


def test_the_next_step_is_the_open_task_due_first(task, deal, ben):
    sooner = tasks.add(title="Send case", due_at=NOW - timedelta(days=3), deal=deal, by=ben)
    assert deals.next_step([deal.pk, 0]) == {deal.pk: sooner}
    tasks.finish(sooner, by=ben)
    assert deals.next_step([deal.pk]) == {deal.pk: task}


def test_today_shows_overdue_first_and_nothing_of_deleted_records(task, deal, ben, olga):
    overdue = tasks.add(title="Late", due_at=NOW - timedelta(days=3), by=ben)
    tonight = tasks.add(title="Tonight", due_at=NOW.replace(hour=23), all_day=False, by=ben)
    tomorrow = tasks.add(title="Tomorrow", due_at=NOW + timedelta(days=1), by=ben)
    tasks.add(title="In a month", due_at=NOW + timedelta(days=30), by=ben)
    gone = deals.create(values={"name": "Gone"}, by=ben)
    tasks.add(title="Gone", due_at=NOW, deal=gone, by=ben)
    deals.delete(gone, by=ben)
    assert tasks.due(ben, NOW) == [overdue, task, tonight]
    assert tasks.upcoming(ben, NOW) == [tomorrow] and tasks.due(olga, NOW) == []
    assert [tasks.is_overdue(each, NOW) for each in tasks.due(ben, NOW)] == [True, False, False]
    assert tasks.is_overdue(tonight, NOW.replace(hour=23, minute=1))


def test_the_first_of_what_is_due_come_with_how_many_there_are(task, ben, olga):
    late = tasks.add(title="Late", due_at=NOW - timedelta(days=3), by=ben)
    tasks.add(title="Past", due_at=NOW - timedelta(hours=1), all_day=False, by=ben)
    tasks.add(title="Tonight", due_at=NOW.replace(hour=23), all_day=False, by=ben)
    tasks.add(title="Tomorrow", due_at=NOW + timedelta(days=1), by=ben)
    found = tasks.due_first(ben, NOW, 1)
    assert (found.first, found.count, found.overdue) == ((late,), 4, 2)
    every = tasks.due(ben, NOW)
    assert tasks.due_first(ben, NOW, 9).first == tuple(every) and len(every) == found.count
    assert sum(tasks.is_overdue(each, NOW) for each in every) == found.overdue
    assert tasks.due_first(olga, NOW, 9) == tasks.Due((), 0, 0)


def test_the_tasks_of_a_record_are_open_or_done(task, deal, ana, ben):
    tasks.add(title="On Ana", due_at=NOW, contact=ana, by=ben)
    assert tasks.on(Subject(deal=deal)) == [task]
    tasks.finish(task, by=ben)
    assert tasks.on(Subject(deal=deal)) == [] and tasks.on(Subject(deal=deal), done=True) == [task]
    assert [each.title for each in tasks.on(Subject(contact=ana))] == ["On Ana"]
    assert tasks.on(Subject()) == []


def test_a_bad_task_is_refused(ana, ben, olga):
    for more, sentence in (
        ({"title": " "}, "Say what is to be done"),
        ({"title": "t" * 301}, "at most 300"),
        ({"title": "A", "due_at": NOW.replace(year=9999)}, "between 1900 and 2199"),
        ({"title": "A", "kind": "fax"}, "a to-do, a call"),
    ):
        with pytest.raises(Refused, match=sentence):
            tasks.add(**{"due_at": NOW, **more}, by=ben)
    contacts.delete(ana, by=olga)
    with pytest.raises(deals.Deleted):
        tasks.add(title="A", due_at=NOW, contact=ana, by=ben)
    assert not Task.objects.exists()
