from datetime import timedelta

from django.utils import timezone

from accord.people import bulk, search
from accord.people.bulk import Edit
from accord.platform.access import preferences
from accord.platform.models import FieldChange
from accord.platform.queue import work
from accord.sales import deals, jobs
from accord.sales.agenda import activities, tasks
from accord.sales.models import Activity, Deal, Task


def _found(text, user):
    return [(hit.noun, hit.title, hit.detail) for hit in search.find(text, user)]


def test_deals_are_found_with_accents_and_typing_mistakes(deal, ben):
    deals.create(values={"name": "Überlandnetz"}, by=ben)
    assert _found("rollout", ben) == [("deal", "Grid rollout", "Acme · Qualified")]
    assert _found("grid rolout", ben) == [("deal", "Grid rollout", "Acme · Qualified")]
    assert _found("uberland", ben) == [("deal", "Überlandnetz", "Qualified")]


def test_only_what_somebody_may_see_is_found(deal, ben, lars, olga):
    deals.change(deal, values={"owner": olga}, by=olga)
    preferences.change(seller_reads="own", by=olga)
    assert _found("rollout", ben) == [] and len(_found("rollout", lars)) == 1
    deals.delete(deal, by=olga)
    assert _found("rollout", olga) == []


def test_many_deals_are_changed_at_once_and_back(deal, at, too_dear, ben):
    lost = deals.create(values={"name": "Lost"}, by=ben)
    deals.lose(lost, reason=too_dear, by=ben)
    done = bulk.apply(
        "deal", chosen=[deal.pk, lost.pk], edit=Edit("stage", str(at["Proposal"].pk)), by=ben
    )
    deal.refresh_from_db()
    assert (deal.stage, done.left_out) == (at["Proposal"], 1)
    bulk.undo(done, by=ben)
    deal.refresh_from_db()
    assert deal.stage == at["Qualified"]


def test_deals_deleted_long_ago_are_purged(deal, ben):
    deals.delete(deal, by=ben)
    jobs.purge({})
    assert Deal.objects.exists()
    Deal.objects.update(deleted_at=timezone.now() - timedelta(days=31))
    jobs.purge({})
    assert not Deal.objects.exists()


def test_the_jobs_of_sales_are_known():
    assert {"deals.reprice", "deals.reprice_due", "sales.purge"} <= set(work.discover())


def test_tasks_and_notes_deleted_long_ago_are_purged_with_their_history(deal, ben):
    task = tasks.add(title="Call Ana", due_at=timezone.now(), deal=deal, by=ben)
    tasks.change(task, title="Call Ana about her illness", by=ben)
    note = activities.log(kind="note", body="Ana is ill", deal=deal, by=ben)
    activities.edit(note, body="Ana is well again", by=ben)
    for model, verb, row in ((Task, tasks.delete, task), (Activity, activities.delete, note)):
        verb(row, by=ben)
        jobs.purge({})
        assert model.objects.filter(pk=row.pk).exists()
        model.objects.filter(pk=row.pk).update(deleted_at=timezone.now() - timedelta(days=31))
    jobs.purge({})
    assert not Task.objects.exists() and not Activity.objects.exists()
    kept = FieldChange.objects.filter(subject_type__in=["task", "activity"])
    assert kept.exists() and not kept.exclude(old=None, new=None).exists()
    assert Deal.objects.filter(pk=deal.pk).exists()
