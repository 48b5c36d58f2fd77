"""A person is erased by real processes, killed and begun again: nothing of them is left anywhere.

Everything Accord can know of somebody is a canary (`tests/stories/canary.py`). It is looked for in
a dump, the backup around it, the lake, every file of the data folder, and the logs among them.
"""

import shutil
from pathlib import Path

import pytest

from accord.people.privacy import erasing
from tests import instance as instances
from tests.chaos import heard
from tests.stories.canary import SONG

FILL = """
from tests.stories import canary
from accord.people import contacts
from accord.platform.running import startup
from accord.sales import deals
from accord.sales.agenda import activities
for each in startup._ready:
    each()
for name in ("ana", "bo"):
    mail = name + "@other.example"
    who = contacts.create(values={"first_name": name, "email": mail}, by=None)
    deal = deals.create(values={"name": f"Deal of {mail}"}, by=None)
    activities.log(kind="note", body=f"Spoke to {mail}", contact=who, deal=deal, by=None)
print(canary.build().pk)
"""
STILL = "SELECT count(*) FROM people_erasure WHERE state <> 'done'"
LAKE = ["lake.drafted", "lake.named", "lake.committing", "lake.committed", "lake.erased"]
NOWHERE = {"dump": set(), "backup": set(), "lake": set(), "file": set()}


@pytest.fixture
def known(beside, tmp_path):
    """An instance that knows somebody in every place; answers it, their number, and a backup."""
    instance = beside
    number = instance.python(FILL).splitlines()[-1]
    assert instance.run("lake", "ship").returncode == 0
    return instance, number, backup(instance, tmp_path / "old.backup")


def backup(instance, to):
    done = instance.run("backup")
    assert done.returncode == 0, done.stderr
    return Path(shutil.move(done.stdout.split("  ")[0], to))


def others(instance, folder):
    """The rows of a dump that are about somebody else."""
    file = backup(instance, folder / "others.backup")
    return heard.tables(file, "ana@other.example", "bo@other.example")


def erased(instance, number, **environment):
    return instance.run("privacy", "erase", number, "--yes", **environment)


def test_nothing_is_left_of_an_erased_person_nor_comes_back_with_a_backup(known, tmp_path):
    instance, number, old = known
    before = heard.everywhere(instance, SONG)
    assert len(before["dump"]) >= 25 and before["lake"] and before["file"] and before["backup"]
    theirs = others(instance, tmp_path)
    assert len(theirs) > 3
    done = erased(instance, number)
    assert done.returncode == 0 and SONG not in done.stdout + done.stderr
    assert heard.everywhere(instance, SONG) == NOWHERE
    assert others(instance, tmp_path) == theirs

    assert set(heard.tables(old, SONG, SONG.encode().hex())) == before["dump"]
    restored = instance.run("restore", str(old))
    assert restored.returncode == 0 and SONG not in restored.stdout + restored.stderr
    assert heard.everywhere(instance, SONG) == NOWHERE
    assert instance.run("lake", "ship").returncode == 0
    assert heard.everywhere(instance, SONG) == NOWHERE
    assert others(instance, tmp_path) == theirs


def again(instance, place):
    """Go on with the erasure and die at a place; False where it ended before."""
    code = (
        "from accord.people.models import Erasure; from accord.people.privacy import erasing\n"
        "for each in Erasure.objects.exclude(state='done'): erasing.run(each.pk)"
    )
    done = instance.run("shell", "--no-imports", "-c", code, ACCORD_FAILPOINT=place)
    assert done.returncode in (0, -9), done.stderr
    return done.returncode == -9


def ended(instance, theirs, folder):
    """A worker does what is left: nothing is heard any more, and others kept everything."""
    instance.start("worker")
    instances.wait(lambda: instance.ask(STILL) == [(0,)])
    instance.end()
    assert heard.everywhere(instance, SONG) == NOWHERE
    assert others(instance, folder) == theirs
    assert instance.run("lake", "check", "--rows").returncode == 0


def test_an_erasure_that_is_killed_again_and_again_ends(known, tmp_path):
    instance, number, _ = known
    theirs = others(instance, tmp_path)
    assert erased(instance, number, ACCORD_FAILPOINT=erasing.BEGAN).returncode == -9
    assert instance.ask(STILL) == [(1,)]
    places = [f"{erasing.STEP}:5", f"{erasing.APART}:1", *LAKE]
    assert [place for place in places if not again(instance, place)] == []
    ended(instance, theirs, tmp_path)


@pytest.mark.long
def test_an_erasure_killed_after_each_step_ends(known, tmp_path):
    instance, number, _ = known
    theirs = others(instance, tmp_path)
    assert erased(instance, number, ACCORD_FAILPOINT=erasing.BEGAN).returncode == -9
    steps = sum(1 for _ in iter(lambda: again(instance, erasing.STEP), False))
    assert steps > 30
    ended(instance, theirs, tmp_path)
