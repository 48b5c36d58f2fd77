"""The lake's job in a worker: its lease is extended while a long step reads."""

import threading
from contextlib import contextmanager

import pytest
from django.db import connection
from django.utils import timezone

from accord.people.models import Contact
from accord.platform.lake import checking, shipping, snapshots
from accord.platform.models import LakeFile, LakeTable
from accord.platform.queue import leases, work


def extend(lease):
    try:
        leases.extend([lease])
    finally:
        connection.close()


@contextmanager
def as_job(name):
    """Within this block this process works on such a job; answers its lease."""
    work.discover()
    work.enqueue(name, payload={})
    [lease] = leases.claim({name}, limit=1)
    token = work._lease.set(lease)
    try:
        yield lease
    finally:
        work._lease.reset(token)


def manifest():
    return set(LakeFile.objects.values_list("name", "rows"))


@pytest.mark.parametrize("act", [lambda: shipping.ship(timezone.now()), shipping.rebuild])
def test_a_worker_that_is_told_to_end_leaves_the_lake_as_it_was(lake, changes, monkeypatch, act):
    changes.make(40)
    shipping.ship(timezone.now())
    before = manifest()
    changes.make(40)
    with as_job("lake.ship"), monkeypatch.context() as told:
        told.setattr(work, "_stopping", True)
        with pytest.raises(work.Stopping):
            act()
    assert manifest() == before
    assert [each.seen for each in checking.check(rows=True)] == [], "equal, with what came since"
    shipping.ship(timezone.now() + shipping.GRACE * 2)
    assert manifest() != before
    there = {str(path.relative_to(lake)) for path in lake.rglob("*.parquet")}
    assert there == {name for name, _ in manifest()}, "what was begun is gone"
    assert [each.seen for each in checking.check(rows=True)] == []


def test_a_step_outlives_the_extension_of_its_lease(lake):
    with as_job("lake.ship") as lease, snapshots.alone(), snapshots.change():
        Contact.objects.count()
        beat = threading.Thread(target=extend, args=[lease])
        beat.start()
        beat.join(120)
        LakeTable.objects.create(name="test", generation=1, shipped_at=timezone.now())
    assert LakeTable.objects.filter(name="test").exists()
