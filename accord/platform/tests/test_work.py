from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from accord.engine.errors import Refused
from accord.platform.access.permissions import Forbidden
from accord.platform.models import AuditEntry, Job, Schedule, User
from accord.platform.queue import leases, work, worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def done(monkeypatch):
    """Jobs of the test: `test.note` notes its payload; `test.fail` notes and fails."""
    monkeypatch.setattr(work, "JOBS", dict(work.discover()))
    notes = []

    @work.job("test.note")
    def note(payload):
        notes.append(dict(payload))

    @work.job("test.fail")
    def fail(payload):
        User.objects.create(name="left behind")
        raise ValueError("ana@acme.example is not a number")

    @work.job("test.refuse")
    def refuse(payload):
        raise Refused("The file is empty. Choose another one.")

    return notes


@pytest.fixture
def olga():
    return User.objects.create(name="Olga", email="olga@acme.example", roles=["owner"])


@pytest.fixture
def ben():
    return User.objects.create(name="Ben", email="ben@acme.example", roles=["seller"])


def lose(job):
    Job.objects.filter(pk=job).update(lease_until=timezone.now() - timedelta(seconds=1))


def claim(name="test.note", **how):
    return leases.claim([name], limit=10, **how)


def test_a_job_runs_once_and_is_done(done):
    number = work.enqueue("test.note", payload={"deal": 7})
    assert work.run_due() == 1
    assert work.run_due() == 0
    assert done == [{"deal": 7}]
    assert Job.objects.get(pk=number).state == Job.State.DONE


def test_a_job_of_a_rolled_back_transaction_never_was(done):
    with pytest.raises(RuntimeError), transaction.atomic():
        work.enqueue("test.note")
        raise RuntimeError
    assert work.run_due() == 0


def test_a_job_waits_for_its_time(done):
    work.enqueue("test.note", due_at=timezone.now() + timedelta(hours=1))
    assert work.run_due() == 0
    assert work.run_due(now=timezone.now() + timedelta(hours=2)) == 1


def test_the_same_key_is_the_same_job_while_it_waits(done):
    later = timezone.now() + timedelta(hours=1)
    first = work.enqueue("test.note", key="deal:7", due_at=later)
    assert work.enqueue("test.note", key="deal:7") == first
    assert work.run_due() == 1
    assert work.enqueue("test.note", key="deal:7") != first


def test_a_key_asked_for_while_its_job_runs_runs_again(done):
    work.enqueue("test.note", key="deal:7")
    (lease,) = claim()
    work.enqueue("test.note", key="deal:7", payload={"not": "used"})
    assert work.run_due() == 0
    work.run(lease)
    assert work.run_due() == 1
    assert work.run_due() == 0


def test_effects_and_end_are_one_transaction(done):
    number = work.enqueue("test.fail")
    work.run_due(limit=1)
    job = Job.objects.get(pk=number)
    assert (job.state, job.attempt) == (Job.State.READY, 1)
    assert job.due_at > timezone.now() + timedelta(seconds=5)
    assert not User.objects.filter(name="left behind").exists()


def test_what_went_wrong_is_kept_without_personal_data(done):
    number = work.enqueue("test.fail")
    work.run_due(limit=1)
    error = Job.objects.get(pk=number).error
    assert error.startswith("ValueError at ") and "test_work.py" in error
    assert "ana@" not in error


def test_a_refusal_keeps_its_sentence(done):
    number = work.enqueue("test.refuse")
    work.run_due(limit=1)
    assert Job.objects.get(pk=number).error == "The file is empty. Choose another one."


def test_a_job_is_given_up_after_its_last_attempt(done):
    number = work.enqueue("test.fail", max_attempts=2)
    for hours in (1, 2, 3):
        work.run_due(now=timezone.now() + timedelta(hours=hours))
    job = Job.objects.get(pk=number)
    assert (job.state, job.attempt) == (Job.State.DEAD, 2)


def test_an_attempt_counts_before_the_work(done):
    number = work.enqueue("test.note")
    claim()
    assert Job.objects.get(pk=number).attempt == 1


def test_who_lost_the_lease_changes_nothing(done):
    number = work.enqueue("test.note")
    (old,) = claim()
    lose(number)
    (new,) = claim(lost=True)
    work.run(old)
    assert Job.objects.get(pk=number).state == Job.State.RUNNING
    with pytest.raises(leases.LeaseLost):
        leases.finish(old)
    work.run(new)
    assert Job.objects.get(pk=number).state == Job.State.DONE


def test_a_fence_stops_whoever_lost_the_lease(done):
    @work.job("test.steps", atomic=False)
    def steps(payload):
        with transaction.atomic():
            User.objects.create(name="left behind")
            lose(number)
            claim("test.steps", lost=True)
            work.fence()

    number = work.enqueue("test.steps")
    (lease,) = claim("test.steps")
    work.run(lease)
    assert not User.objects.filter(name="left behind").exists()
    assert Job.objects.get(pk=number).state == Job.State.RUNNING


def test_a_stopping_worker_hands_the_job_back_uncounted(done, monkeypatch):
    @work.job("test.steps", atomic=False)
    def steps(payload):
        monkeypatch.setattr(work, "_stopping", True)
        work.fence()

    number = work.enqueue("test.steps")
    work.run_due(limit=1)
    job = Job.objects.get(pk=number)
    assert (job.state, job.attempt) == (Job.State.READY, 0)


def test_outside_a_job_the_fence_is_open(done, monkeypatch):
    monkeypatch.setattr(work, "_stopping", True)
    with transaction.atomic():
        User.objects.create(name="written by a command")
        work.fence()
        work.heed()
    assert User.objects.filter(name="written by a command").exists()


def test_a_job_that_keeps_killing_its_worker_is_given_up(done):
    number = work.enqueue("test.note", max_attempts=2)
    claim()
    lose(number)
    claim(lost=True)
    lose(number)
    assert claim(lost=True) == []
    job = Job.objects.get(pk=number)
    assert job.state == Job.State.DEAD
    assert "worker died" in job.error


def test_a_job_of_another_version_waits(done):
    number = work.enqueue("no.such.job")
    assert work.run_due() == 0
    assert Job.objects.get(pk=number).state == Job.State.READY


def test_recurring_work_is_asked_for_once_however_much_was_missed(done):
    work.every("test.hourly", timedelta(hours=1))(lambda payload: done.append("hourly"))
    assert work.tick() == 0
    Schedule.objects.update(next_at=timezone.now() - timedelta(days=3))
    due = work.tick()
    assert due == Schedule.objects.count()
    assert work.tick() == 0
    work.run_due()
    assert done.count("hourly") == 1


def test_an_owner_retries_what_was_given_up(done, olga):
    number = work.enqueue("test.note", max_attempts=1)
    claim()
    lose(number)
    claim(lost=True)
    work.retry(Job.objects.get(pk=number), by=olga)
    assert work.run_due() == 1
    assert AuditEntry.objects.filter(verb="job.retried", by=olga).exists()
    with pytest.raises(work.NotGivenUp):
        work.retry(Job.objects.get(pk=number), by=olga)


def test_an_owner_discards_what_was_given_up(done, olga, ben):
    number = work.enqueue("test.fail", key="once", max_attempts=1)
    work.run_due(limit=1)
    job = Job.objects.get(pk=number)
    with pytest.raises(Forbidden):
        work.discard(job, by=ben)
    work.discard(job, by=olga)
    assert Job.objects.get(pk=number).state == Job.State.DISCARDED
    assert work.enqueue("test.note", key="once") != number


def test_done_jobs_are_forgotten_after_a_week(done):
    work.enqueue("test.note")
    work.run_due()
    assert work.tidy() == 0
    Job.objects.update(finished_at=timezone.now() - timedelta(days=8))
    assert work.tidy() == 1


def test_a_living_worker_is_not_buried():
    mine = leases.enter("here:1", "worker")
    assert leases.beat(mine)
    assert leases.bury(mine) == 0
    assert mine.pk in leases.living()
    leases.leave(mine)
    assert not leases.beat(mine)


def test_jobs_of_the_longest_usual_limit_leave_a_thread_to_the_others(done):
    work.job("test.long", limit=work.LONG)(lambda payload: None)
    for name in ("test.long", "test.long", "test.long", "test.note"):
        work.enqueue(name)
    mine = worker.Worker(threads=2)
    mine._claim(room=16)
    names = sorted(held.lease.name for held in mine.held.values())
    assert names == ["test.long", "test.note"]
