"""Whoever writes the lake is killed at every place it can be: both stay equal, nothing is left."""

import os
import random
import signal
import traceback

import pytest
from django.db import connection
from django.utils import timezone

from accord.people.models import Contact
from accord.platform import failpoints
from accord.platform.lake import checking, erasing, files, shipping
from accord.platform.models import Event, LakeFile
from accord.platform.trail import logbooks
from tests import instance as instances
from tests.lake import backends
from tests.lake.changes import Changes

NAMES = sorted(name for name in failpoints.ALL if name.startswith("lake."))


def erase(contact):
    with logbooks.opened():
        Event.objects.filter(contact_id=contact).delete()
        Contact.objects.filter(pk=contact).update(first_name="", custom={}, tags=[])
    erasing.erase(contacts=[contact], visitors=[1])


def someone():
    return Contact.objects.order_by("pk").values_list("pk", flat=True).first() or 0


ACTS = {
    "ship": lambda: shipping.ship(timezone.now()),
    "compact": shipping.compact,
    "rebuild": shipping.rebuild,
    "erase": lambda: erase(someone()),
}


def died_at(name, act):
    """Whether a process that does it was killed at the place."""
    connection.close()
    pid = os.fork()
    if not pid:
        connection.connection = None  # one that was inherited is the other process's
        os.environ[failpoints.VARIABLE] = name
        try:
            ACTS[act]()
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(0)
    _, status = os.waitpid(pid, 0)
    assert os.WIFEXITED(status) or os.WTERMSIG(status) == signal.SIGKILL
    backends.end_others()
    return os.WIFSIGNALED(status)


def is_well(lake):
    assert [each.seen for each in checking.check(rows=True)] == []


def nothing_is_left(lake):
    """The next shipment removes what whoever was killed left behind."""
    shipping.ship(timezone.now() + shipping.GRACE * 2)
    there = {str(path.relative_to(lake)) for path in lake.rglob("*.parquet")}
    assert there == set(LakeFile.objects.values_list("name", flat=True))
    assert not list((lake / ".drafts").glob("*"))


def campaign(lake, seed, rounds):
    changes, died = Changes(seed), set()
    pick = random.Random(seed)
    changes.make(30)
    shipping.ship(timezone.now())
    for _ in range(rounds):
        changes.make(8)
        act, name = pick.choice(sorted(ACTS)), pick.choice(NAMES)
        nth = pick.choice([1, 1, 2, 3])
        if died_at(f"{name}:{nth}", act):
            died.add((act, name))
        is_well(lake)
        if pick.random() < 0.3:
            nothing_is_left(lake)
            is_well(lake)
    return died


def test_killed_at_any_place_the_lake_is_equal_and_goes_on(lake, changes):
    for name in NAMES:
        act = "erase" if name == erasing.ERASED else "ship"
        # A few changes may come to nothing that is shipped, and none are shipped while another
        # test writes in the same server.
        instances.wait(lambda name=name, act=act: changes.make(10) or died_at(name, act))
        is_well(lake)
        ACTS[act]()
        nothing_is_left(lake)
        is_well(lake)


@pytest.mark.long
def test_killed_over_and_over(lake):
    died = set()
    for seed in range(200, 208):
        died |= campaign(lake, seed, rounds=25)
    assert {name for _, name in died} == set(NAMES)
    assert {act for act, _ in died} == set(ACTS)


def test_an_unknown_place_is_a_bug(monkeypatch):
    monkeypatch.setenv(failpoints.VARIABLE, "lake.drafted:9")
    failpoints.reach(files.DRAFTED)
    with pytest.raises(KeyError):
        failpoints.reach("lake.nowhere")
