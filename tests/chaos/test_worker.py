"""Real workers, killed at random: nothing is lost, nothing happens twice."""

import os
import random
import signal
import time

import psycopg
import pytest

from tests import instance as instances

POISON = ["chaos.raise", "chaos.exit", "chaos.crash", "chaos.killed", "chaos.hang"]


@pytest.fixture
def instance(beside):
    beside.environment["DJANGO_SETTINGS_MODULE"] = "tests.chaos.settings"
    beside.ask("CREATE TABLE trace (kind text NOT NULL, number bigint NOT NULL)")
    return beside


def ask_for(instance, kind, count, max_attempts=20):
    with psycopg.connect(instance.url) as connection, connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO platform_job (name, payload, state, due_at, attempt, max_attempts,"
            " lease_epoch, error, created_at) VALUES (%s, jsonb_build_object('number', %s::int),"
            " 'ready', now(), 0, %s, 0, '', now())",
            [(kind, number, max_attempts) for number in range(count)],
        )


def left(instance):
    sql = "SELECT count(*) FROM platform_job WHERE state IN ('ready', 'running')"
    return instance.ask(sql)[0][0]


BUSY = """
SELECT split_part(process, ':', 2)::int FROM platform_heartbeat
JOIN platform_job AS job ON job.holder = platform_heartbeat.id
WHERE state = 'running' ORDER BY random() LIMIT 1
"""


def kill_one_at_work(instance, rng, killed):
    """Kill a process that holds jobs (a worker, or its helper) in the middle of them."""
    time.sleep(rng.uniform(0, 0.3))
    for (process,) in instance.ask(BUSY):
        if process not in killed:
            os.kill(process, signal.SIGKILL)
            killed.add(process)


def campaign(instance, *, effects, walks, kills, seconds):
    ask_for(instance, "chaos.effect", effects)
    ask_for(instance, "chaos.steps", walks)
    instance.ask("UPDATE platform_job SET payload = jsonb_build_object('number', id)")
    workers = [instance.start("worker") for _ in range(2)]
    rng = random.Random(effects)
    killed = set()
    until = time.monotonic() + seconds
    while left(instance):
        assert time.monotonic() < until
        if len(killed) < kills:
            kill_one_at_work(instance, rng, killed)
        workers = [one if one.poll() is None else instance.start("worker") for one in workers]
        time.sleep(0.1)
    assert len(killed) == kills
    states = instance.ask("SELECT DISTINCT state FROM platform_job WHERE name ~ 'chaos'")
    assert states == [("done",)]
    twice = instance.ask("SELECT 1 FROM trace GROUP BY kind, number HAVING count(*) > 1")
    assert twice == []
    assert instance.ask("SELECT count(*) FROM trace") == [(effects + walks * 5,)]
    assert instance.ask("SELECT max(attempt) > 1 FROM platform_job") == [(True,)]


def test_killed_workers_lose_nothing_and_repeat_nothing(instance):
    campaign(instance, effects=1_500, walks=150, kills=5, seconds=90)


@pytest.mark.long
def test_many_killed_workers_lose_nothing_and_repeat_nothing(instance):
    campaign(instance, effects=60_000, walks=6_000, kills=50, seconds=600)


def test_poison_is_given_up_and_stops_nobody(instance):
    for kind in POISON:
        ask_for(instance, kind, 2, max_attempts=2)
    ask_for(instance, "chaos.effect", 200)
    instance.ask(
        "UPDATE platform_job SET due_at = now() - interval '1 hour' WHERE name <> 'chaos.effect'"
    )
    worker = instance.start("worker")

    def healed():
        nonlocal worker
        if worker.poll() is not None:
            worker = instance.start("worker")
        # An ordinary failure waits before it is tried again; here it does not.
        instance.ask("UPDATE platform_job SET due_at = now() WHERE state = 'ready'")
        return not left(instance)

    instances.wait(healed, 90)
    states = dict(
        instance.ask("SELECT name, min(state) || max(state) FROM platform_job GROUP BY 1")
    )
    assert states == dict.fromkeys(POISON, "deaddead") | {"chaos.effect": "donedone"}
    assert instance.ask("SELECT count(*) FROM trace") == [(200,)]


def test_a_worker_that_is_told_to_end_hands_its_work_back(instance):
    ask_for(instance, "chaos.steps", 2_000)
    instance.ask("UPDATE platform_job SET payload = jsonb_build_object('number', id)")
    worker = instance.start("worker")
    instances.wait(lambda: instance.ask("SELECT 1 FROM platform_job WHERE state = 'done' LIMIT 1"))
    worker.terminate()
    assert worker.wait(30) == 0
    rows = instance.ask("SELECT DISTINCT state, attempt FROM platform_job WHERE name ~ 'chaos'")
    assert set(rows) == {("done", 1), ("ready", 0)}
    assert instance.ask("SELECT count(*) FROM platform_heartbeat") == [(0,)]
