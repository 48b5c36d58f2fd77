"""`accord up` as a person runs it: real processes on a free port, in a folder of its own."""

import os
import re
import signal
import urllib.request
from functools import partial
from pathlib import Path

import psutil
import psycopg
import pytest

from accord.platform.running import postgres
from tests import instance as instances
from tests.chaos.conftest import left_of


@pytest.fixture
def instance(ready_instance):
    return ready_instance()


def up(instance, *arguments):
    before = instance.output().count("Ctrl-C") if instance.running else 0
    process = instance.start("up", *arguments)
    instances.wait(
        lambda: process.poll() is not None or instance.output().count("Ctrl-C") > before, 60
    )
    assert process.poll() is None, instance.output()
    return process


def parts(process, name):
    """The living children of `accord up` that run this command."""
    found = []
    for child in psutil.Process(process.pid).children():
        try:
            if name in child.cmdline():
                found.append(child)
        except psutil.Error:
            continue
    return found


def has_another(process, name, victim):
    return any(child.pid != victim.pid for child in parts(process, name))


def end(process, how=signal.SIGTERM):
    process.send_signal(how)
    return process.wait(120)


def answers(instance):
    try:
        url = f"http://127.0.0.1:{instance.environment['ACCORD_PORT']}/"
        with urllib.request.urlopen(url, timeout=5):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def test_it_starts_from_nothing_says_where_it_is_and_ends_without_a_trace(new_instance):
    instance = new_instance()
    process = up(instance)
    said = instance.output()
    port = instance.environment["ACCORD_PORT"]
    assert f"Accord runs at http://localhost:{port}\n" in said
    assert re.search(rf"http://localhost:{port}/setup/[\w-]{{20,}}/\n", said)
    assert answers(instance)
    instances.wait(lambda: parts(process, "worker") and parts(process, "collect"))
    (worker,) = parts(process, "worker")
    other = instance.run("user", "list")
    assert (other.returncode, other.stderr) == (0, "")
    taken = instance.run("up")
    assert taken.returncode == 1
    assert f"Port {port} is in use" in taken.stderr
    assert f'accord up --port {int(port) + 10}, or make up ARGS="--port' in taken.stderr
    assert worker.is_running()
    assert end(process) == 0
    assert left_of(instance) == []


def test_commands_know_the_port_it_was_started_with(instance):
    """As long as it runs, and no longer; what they are told themselves comes first."""
    port = instance.environment.pop("ACCORD_PORT")
    process = up(instance, "--port", port)
    told = instance.run("doctor").stdout
    assert f"Links begin with http://localhost:{port}." in told
    told = instance.run("doctor", ACCORD_PORT="8300").stdout
    assert "Links begin with http://localhost:8300." in told
    end(process, signal.SIGKILL)
    instances.wait(lambda: not left_of(instance), 40)
    assert "Links begin with http://localhost:8200." in instance.run("doctor").stdout


def test_what_a_browser_fetches_first_leaves_no_word_in_the_terminal(instance):
    process = up(instance)
    url = f"http://127.0.0.1:{instance.environment['ACCORD_PORT']}/static/css/app.css"
    with urllib.request.urlopen(url, timeout=20) as answer:
        assert answer.status == 200
    assert end(process) == 0
    assert "Warning" not in instance.output()


@pytest.fixture
def a_terminal():
    """Tests begun by nohup or in the background ignore these, and what they start would as well."""
    usual = {signal.SIGHUP: signal.SIG_DFL, signal.SIGINT: signal.default_int_handler}
    before = {name: signal.signal(name, handler) for name, handler in usual.items()}
    yield
    for name, handler in before.items():
        signal.signal(name, handler)


def test_nothing_is_left_however_it_ends(a_terminal, instance):
    """A closed terminal, Ctrl-C, and kill -9 of the supervisor."""
    for how in (signal.SIGHUP, signal.SIGINT, signal.SIGKILL):
        end(up(instance), how)
        instances.wait(lambda: not left_of(instance), 40)


def test_what_crashes_is_started_again(instance):
    process = up(instance)
    for name in ("web", "collect", "worker"):
        instances.wait(partial(parts, process, name))
        (victim,) = parts(process, name)
        victim.kill()
        instances.wait(partial(has_another, process, name, victim))
    instances.wait(lambda: answers(instance))
    where = postgres.cluster(instance.data)
    first = psutil.Process(int((where.folder / "postmaster.pid").read_text().split()[0]))
    for victim in [first, *first.children()]:
        victim.kill()
    instances.wait(lambda: not first.is_running() or first.status() == psutil.STATUS_ZOMBIE)
    instances.wait(lambda: postgres.is_running(where), 60)
    instances.wait(lambda: answers(instance))
    assert end(process) == 0
    assert left_of(instance) == []


def test_commands_at_once_share_one_database_and_the_last_one_stops_it(new_instance):
    """On a new folder: one makes and migrates it, the others wait for it."""
    instance = new_instance()
    commands = [instance.start("worker") for _ in range(3)]
    url = postgres.cluster(instance.data).url()
    instance.environment["DATABASE_URL"] = url

    def all_there():
        try:
            return instance.ask("SELECT count(*) FROM platform_heartbeat") == [(3,)]
        except psycopg.Error:
            return False

    instances.wait(all_there, 90)
    for command in commands[:2]:
        assert end(command) == 0
    assert instance.ask("SELECT count(*) FROM platform_heartbeat") == [(1,)]
    assert end(commands[2]) == 0
    assert left_of(instance) == []


def test_a_command_starts_the_embedded_database_for_its_own_duration(instance):
    assert instance.run("user", "list").returncode == 0
    assert left_of(instance) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the database as somebody else")
def test_it_ends_where_a_folder_above_was_closed_meanwhile(instance):
    process = up(instance)
    instance.data.parent.chmod(0o700)
    assert end(process) == 0
    assert left_of(instance) == []


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_first_start_broken_off_harms_nothing(new_instance, how):
    instance = new_instance()
    first = instance.start("user", "list")
    instances.wait((instance.data / "postgres.new" / "PG_VERSION").exists, every=0.01)
    os.killpg(first.pid, how)
    first.wait(60)
    instances.wait(lambda: not left_of(instance))
    again = instance.run("user", "list")
    assert (again.returncode, again.stdout) == (0, ""), again.stderr
    assert left_of(instance) == []


def test_a_new_folder_is_named_by_whichever_command_makes_it(new_instance):
    instance = new_instance()
    made = instance.run("user", "list")
    assert made.stderr == f"A new Accord begins in {instance.data} (ACCORD_DATA names another).\n"
    assert instance.run("user", "list").stderr == ""


def test_the_parts_run_alone_on_a_server_of_ones_own(beside):
    beside.environment["ACCORD_PORT"] = str(instances.free_port())
    web, workers = beside.start("web"), [beside.start("worker") for _ in range(2)]
    instances.wait(lambda: answers(beside))
    instances.wait(lambda: beside.ask("SELECT count(*) FROM platform_heartbeat") == [(2,)])
    number = beside.python(
        "from accord.platform.queue import work; print(work.enqueue('work.tidy'))"
    )
    done = "SELECT 1 FROM platform_job WHERE id = %s AND state = 'done'"
    instances.wait(lambda: beside.ask(done, number))
    assert beside.run("doctor").stdout.count("Workers at work: 2.") == 1
    assert [end(part) for part in (web, *workers)] == [0, 0, 0]
    assert "No worker runs" in beside.run("doctor").stdout


def test_secrets_are_ours_alone(instance):
    assert instance.run("check").returncode == 0
    secret = Path(instance.data, "secrets", "secret_key")
    assert secret.stat().st_mode & 0o777 == 0o600
    assert secret.parent.stat().st_mode & 0o777 == 0o700
