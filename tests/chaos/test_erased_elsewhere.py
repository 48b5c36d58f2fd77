"""A backup is restored into a second Accord: with the secrets of the first, and without them."""

import os
import shutil
from pathlib import Path

import pytest

from tests import instance as instances
from tests.chaos import heard
from tests.chaos.test_erasure import FILL, NOWHERE, backup, erased
from tests.stories.canary import SONG


@pytest.fixture
def known(beside, tmp_path):
    """An Accord that knew somebody when it was backed up; answers it and the backup."""
    number = beside.python(FILL).splitlines()[-1]
    old = backup(beside, tmp_path / "old.backup")
    assert erased(beside, number).returncode == 0
    return beside, old


@pytest.fixture
def fresh(tmp_path):
    folder = tmp_path / "fresh"
    folder.mkdir()
    with instances.on_a_database_of_its_own(
        folder, f"accord_fresh_{os.getpid()}", "template0"
    ) as instance:
        yield instance


def test_with_the_secrets_copied_the_erased_stay_erased(known, fresh):
    first, old = known
    shutil.copytree(first.data / "secrets", fresh.data / "secrets")
    done = fresh.run("restore", str(old))
    assert done.returncode == 0, done.stderr
    assert "Take heed" not in done.stdout and SONG not in done.stdout + done.stderr
    assert heard.everywhere(fresh, SONG) == NOWHERE
    assert Path(fresh.data, "secrets", "erasures.jsonl").exists()


def test_without_them_it_says_that_they_are_back(known, fresh):
    _, old = known
    done = fresh.run("restore", str(old))
    assert done.returncode == 0, done.stderr
    assert "is not the one of the Accord this backup is from" in done.stdout
    assert "accord privacy erase" in done.stdout
    assert heard.everywhere(fresh, SONG)["dump"]


def test_a_list_of_an_earlier_day_is_told_too(known, fresh):
    first, _ = known
    later = backup(first, fresh.data / "later.backup")
    shutil.copytree(first.data / "secrets", fresh.data / "secrets")
    Path(fresh.data, "secrets", "erasures.jsonl").unlink()
    done = fresh.run("restore", str(later))
    assert done.returncode == 0, done.stderr
    assert "lacks 1 of the erasures" in done.stdout
    assert "is not the one" not in done.stdout
