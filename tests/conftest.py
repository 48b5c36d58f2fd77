"""Instances on the tests' own server, to run real processes on."""

import os

import pytest

from tests import instance as instances


@pytest.fixture(scope="session")
def ready_database(tmp_path_factory):
    """A migrated database on the tests' cluster, to begin others from."""
    name = f"accord_ready_{os.getpid()}"
    with instances.on_a_database_of_its_own(tmp_path_factory.mktemp("ready"), name) as made:
        done = made.run("user", "list")
        assert done.returncode == 0, done.stderr
        yield name


@pytest.fixture
def beside(tmp_path, ready_database):
    """An instance on a server that is not its own: a migrated database on the tests' cluster."""
    data = tmp_path / "beside"
    data.mkdir()
    name = f"accord_beside_{os.getpid()}"
    with instances.on_a_database_of_its_own(data, name, ready_database) as made:
        yield made
