"""Instances to run, kill, copy and restore."""

import os
import shutil

import psutil
import pytest

from accord.platform.running import postgres
from tests import instance as instances
from tests.instance import ROOT, Instance


def embedded(data):
    """An instance in a folder of its own, with its own PostgreSQL, on a free port."""
    port = str(instances.free_port())
    data.mkdir(parents=True, exist_ok=True)
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("ACCORD_", "DATABASE"))}
    environment |= {"ACCORD_DATA": str(data), "ACCORD_PORT": port, "PYTHONPATH": str(ROOT)}
    return Instance(data, environment)


def left_of(instance):
    """What still runs of this instance: its processes and its database's."""
    found = []
    for process in psutil.process_iter():
        try:
            data = process.environ().get("ACCORD_DATA") == str(instance.data)
            if process.pid != os.getpid() and (data or str(instance.data) in process.cmdline()):
                found.append(" ".join(process.cmdline()) or process.name())
        except psutil.Error:
            continue
    return found


@pytest.fixture
def new_instance(tmp_path):
    """Makes embedded instances, by name; ends them with the test."""
    made = []

    def make(name="data"):
        made.append(embedded(tmp_path / name))
        return made[-1]

    yield make
    for one in made:
        end(one)


def end(instance):
    instance.end()
    postgres.stop(postgres.cluster(instance.data))
    instances.wait(lambda: not left_of(instance))


@pytest.fixture(scope="session")
def ready_folder(tmp_path_factory):
    """A migrated data folder to copy: quicker than making one each time."""
    instance = embedded(tmp_path_factory.mktemp("ready") / "data")
    done = instance.run("user", "list")
    assert done.returncode == 0, done.stderr
    end(instance)
    return instance.data


@pytest.fixture
def ready_instance(new_instance, ready_folder, tmp_path):
    """Makes embedded instances that are migrated already."""

    def make(name="data"):
        shutil.copytree(ready_folder, tmp_path / name, ignore=shutil.ignore_patterns("secrets"))
        return new_instance(name)

    return make


@pytest.fixture
def collecting(beside):
    """An instance whose collect server knows the key `the-key`."""
    beside.ask(
        "INSERT INTO channels_writekey (key, name, kind, made_at)"
        " VALUES ('the-key', 'Shop', 'server', now())"
    )
    return beside
